// A service of one's own, with sample data and the settings of a test.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const binary = process.env.ZHANJIAN_BINARY;
assert.ok(binary, 'ZHANJIAN_BINARY must name the program');

// Whatever becomes of the tests, no service outlives them, and no folder of one.
const running = new Map();
process.on('exit', () => {
  for (const [child, dir] of running) {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

export async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

// Starts a service with these settings, and waits until it is ready.
export async function startService(settings) {
  const dir = mkdtempSync(join(tmpdir(), 'zhanjian-sso-'));
  const [credentials, log] = [join(dir, 'credentials.json'), join(dir, 'service.log')];
  const address = `127.0.0.1:${await freePort()}`;
  // Nobody's own settings change what is tested.
  const outside = Object.entries(process.env).filter(([name]) => !name.startsWith('ZHANJIAN_'));
  const sink = openSync(log, 'w');
  const child = spawn(
    binary,
    ['serve', '--demo', '--demo-credentials', credentials, '--listen', address, '--data-dir', join(dir, 'data')],
    { cwd: dir, env: { ...Object.fromEntries(outside), ...settings }, stdio: ['ignore', sink, sink] },
  );
  running.set(child, dir);
  const ended = new Promise((resolve) => {
    child.once('error', resolve).once('exit', (code, signal) => resolve(signal ?? code));
  });
    const told = () => readFileSync(log, 'utf8').split('\n').slice(-30).join('\n');

  const stop = async () => {
    child.kill('SIGTERM');
    const outcome = await Promise.race([ended, pause(40_000, 'too late', { ref: false })]);
    if (outcome === 'too late' && child.kill('SIGKILL')) await ended;
    const last = told();
    rmSync(dir, { recursive: true });
    running.delete(child);
    assert.equal(outcome, 0, last);
  };

  try {
    await Promise.race([
      ready(address),
      ended.then((outcome) => assert.fail(`the service ended (${outcome}):\n${told()}`)),
    ]);
  } catch (fault) {
    await stop().catch(() => {});
    throw fault;
  }
  return { url: `http://${address}/graphql`, accounts: JSON.parse(readFileSync(credentials, 'utf8')), stop };
}

// A debug build takes its time over the sample data, the more so on a busy machine.
async function ready(address) {
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(100)) {
    const response = await fetch(`http://${address}/health/ready`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
  }
  assert.fail('the service was not ready within two minutes');
}

// What it answers, with status and headers.
export async function ask({ url }, token, query, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

// What it answers where nothing may be wrong.
export async function told(service, token, query, variables) {
  const { status, data, errors } = await ask(service, token, query, variables);
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.equal(status, 200);
  return data;
}
