// A client off the shelf, as it is used in the field, runs a query, meets an error, and sends a hash for a text.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Client, fetchExchange } from '@urql/core';

const url = process.env.ZHANJIAN_URL;
assert.ok(url, 'ZHANJIAN_URL must name the address of /graphql');

const query = 'query Kind($name: String!) { __type(name: $name) { name kind fields { name } } }';

for (const preferGetMethod of [false, 'force']) {
  test(`urql runs a query with variables by ${preferGetMethod ? 'GET' : 'POST'}`, async () => {
    const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod });
    const { data, error } = await client.query(query, { name: 'Query' }).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.__type.name, 'Query');
    assert.ok(data.__type.fields.length > 0);
  });
}

test('urql meets an error with its code', async () => {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  const { data, error } = await client.query('{ thereIsNoSuchField }', {}).toPromise();
  assert.equal(data, undefined);
  assert.equal(error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
});

test('a persisted query is told by its hash', async () => {
  const text = `query Persisted${process.pid} { __typename }`;
  const sha256Hash = createHash('sha256').update(text).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const send = async (body) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  assert.equal((await send({ extensions })).errors[0].message, 'PersistedQueryNotFound');
  assert.equal((await send({ query: text, extensions })).data.__typename, 'Query');
  assert.equal((await send({ extensions })).data.__typename, 'Query');
});
