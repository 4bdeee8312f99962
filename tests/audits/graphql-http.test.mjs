// GraphQL over HTTP: every MUST and every SHOULD of the suite passes against the running service.
// ZHANJIAN_URL names the service, such as http://127.0.0.1:8080/graphql.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';

const url = process.env.ZHANJIAN_URL;
assert.ok(url, 'ZHANJIAN_URL must name the address of /graphql');

const audits = serverAudits({ url, fetchFn: fetch });

test('the suite is the one that we know', () => {
  assert.equal(audits.length, 61);
});

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    // "ok", "notice" (a MAY), "warn" (a SHOULD) or "error" (a MUST). Here every MAY passes too, and is kept so.
    assert.equal(result.status, 'ok', result.reason);
  });
}
