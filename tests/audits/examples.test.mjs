// The examples of the pages for developers run as they stand there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { url } from './service.mjs';

const run = promisify(execFile);
const examples = '../../src/console/developers/examples';
const env = { ...process.env, ZHANJIAN_URL: url };

test('curl', async () => {
  const { stdout } = await run('sh', [`${examples}/search.sh`], { env });
  assert.ok(JSON.parse(stdout).data.search.totalCount > 0, stdout);
});

for (const name of ['urql.mjs', 'apollo.mjs']) {
  test(name, async () => {
    // Libraries are looked for beside the file: it runs from here.
    const copy = `./example-${process.pid}-${name}`;
    await copyFile(`${examples}/${name}`, copy);
    try {
      const { stdout } = await run(process.execPath, [copy], { env });
      assert.match(stdout, /^\d+ \[/);
    } finally {
      await rm(copy);
    }
  });
}
