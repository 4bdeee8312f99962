// The tools that people build clients with take the contract as it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema, isInterfaceType, isObjectType } from 'graphql';

const here = fileURLToPath(new URL('.', import.meta.url));
const schemaFile = process.env.ZHANJIAN_SCHEMA ?? join(here, '../../schema.graphql');
const source = readFileSync(schemaFile, 'utf8');
const place = mkdtempSync(join(tmpdir(), 'zhanjian-tools-'));
after(() => rmSync(place, { recursive: true }));

// Runs a tool of node_modules to its end; what it says is told when it fails.
async function run(tool, args, cwd = here) {
  const program = join(here, 'node_modules/.bin', tool);
  const env = { ...process.env, NO_COLOR: '1', ZHANJIAN_SCHEMA: schemaFile };
  try {
    return await promisify(execFile)(program, args, { cwd, env, maxBuffer: 64 << 20 });
  } catch ({ stdout, stderr, message }) {
    assert.fail(`${message}\n${stdout}\n${stderr}`);
  }
}

// A folder with some files of ours, the schema, and what is installed.
function folder(name, files) {
  const path = join(place, name);
  for (const file of files) cpSync(join(here, 'tools', file), join(path, file), { recursive: true });
  writeFileSync(join(path, 'schema.graphql'), source);
  symlinkSync(join(here, 'node_modules'), join(path, 'node_modules'));
  return path;
}

// Reads a contract with graphql-eslint. Its files must lie below its settings.
async function lint(name, text) {
  const copy = join(here, name);
  writeFileSync(copy, text);
  after(() => rmSync(copy));
  await run('eslint', ['--max-warnings', '0', copy]);
}

test('graphql-eslint finds nothing in the contract', () => lint('schema-under-test.graphql', source));

test('graphql-eslint finds what is wrong by either of its rule sets', async () => {
  const spoiled = `${source}\ntype SampleConnection {\n\tnodes: [Station]\n}\n`;
  const fault = await lint('schema-spoiled.graphql', spoiled).catch(({ message }) => message);
  for (const rule of ['require-description', 'relay-connection-types']) assert.match(String(fault), new RegExp(rule));
});

test('whatever has an id is a Node, and the other way round', () => {
  const types = Object.values(buildSchema(source).getTypeMap());
  const objects = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const wrong = objects.filter((type) => {
    const isNode = type.name === 'Node' || type.getInterfaces().some(({ name }) => name === 'Node');
    const id = type.getFields().id;
    return isNode !== (id !== undefined) || (id && String(id.type) !== 'ID!');
  });
  assert.deepEqual(wrong.map(({ name }) => name), []);
});

test('relay-compiler makes artifacts of pages, mutations and subscriptions, and of nothing that is not there', async () => {
  const path = folder('relay', ['relay']);
  const settings = { src: './relay', schema: './schema.graphql', language: 'javascript', eagerEsModules: true };
  writeFileSync(join(path, 'relay.config.json'), JSON.stringify(settings));
  writeFileSync(join(path, 'package.json'), '{}');
  await run('relay-compiler', ['relay.config.json'], path);
  const made = readdirSync(join(path, 'relay/__generated__')).sort();
  for (const name of ['AnswersPageQuery', 'AnswersPageListQuery', 'AnswersPageFoundSubscription', 'AnswersPageSaveMutation']) {
    assert.ok(made.includes(`${name}.graphql.js`), made.join(' '));
  }
  const page = join(path, 'relay/AnswersPage.js');
  writeFileSync(page, readFileSync(page, 'utf8').replace('    question\n', '    thereIsNoSuchField\n'));
  await assert.rejects(run('relay-compiler', ['relay.config.json'], path), /thereIsNoSuchField/);
});

test('graphql-codegen makes types that tsc takes, strictly', async () => {
  const path = folder('codegen', ['documents.graphql', 'program.ts']);
  const scalars = { Date: 'string', DateTime: 'string', PartialDate: 'string', Revision: 'string' };
  const settings = {
    schema: './schema.graphql',
    documents: './documents.graphql',
    generates: { './types.ts': { plugins: ['typescript-operations'], config: { strictScalars: true, scalars } } },
  };
  writeFileSync(join(path, 'codegen.json'), JSON.stringify(settings));
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }');
  await run('graphql-codegen', ['--config', 'codegen.json'], path);
  const strictly = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
  await run('tsc', [...strictly, 'program.ts', 'types.ts'], path);
  const wrong = "import type { QueueSubscription } from './types.js';\nexport const mine = (told: QueueSubscription): string => told.queueChanged.queues.mine;\n";
  writeFileSync(join(path, 'wrong.ts'), wrong);
  await assert.rejects(run('tsc', [...strictly, 'wrong.ts', 'types.ts'], path), /not assignable to type 'string'/);
});
