// The running service, as the tests of clients come to it: who signs in, and something that happens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const url = process.env.ZHANJIAN_URL;
assert.ok(url, 'ZHANJIAN_URL must name the address of /graphql');
export const socketUrl = url.replace(/^http/, 'ws');

const file = process.env.ZHANJIAN_CREDENTIALS;
assert.ok(file, 'ZHANJIAN_CREDENTIALS must name the file that serve --demo-credentials has written');
const credentials = JSON.parse(readFileSync(file, 'utf8'));

export async function ask(query, variables = {}, token = undefined) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

// A token of the sample account of a role.
export async function signIn(role) {
  const { login, password } = credentials.find((account) => account.role === role);
  const { signIn: signed } = await ask(
    `mutation ($input: SignInInput!) {
      signIn(input: $input) { session { accessToken } userErrors { message } }
    }`,
    { input: { login, password } },
  );
  assert.deepEqual(signed.userErrors, []);
  return signed.session.accessToken;
}

export async function present() {
  return (await ask('{ changes { revision } }')).changes.revision;
}

let published = 0;
let officer;

// Records a regulation, which everybody may see. Gives its key.
export async function publish() {
  officer ??= await signIn('MUNICIPAL_OFFICER');
  published += 1;
  const key = `sample-${process.pid}-${Date.now()}-${published}`;
  const { recordRegulation } = await ask(
    `mutation ($input: RecordRegulationInput!) {
      recordRegulation(input: $input) { regulation { key } userErrors { path message } }
    }`,
    { input: { regulation: { key, title: '示例管理办法', region: 'CN', issuedOn: '2026-11-01' } } },
    officer,
  );
  assert.deepEqual(recordRegulation.userErrors, []);
  return key;
}

// Records what a sample company asks. Gives the id of the consultation.
export async function consult(token) {
  const { recordConsultation } = await ask(
    `mutation ($input: RecordConsultationInput!) {
      recordConsultation(input: $input) { consultation { id } userErrors { path message } }
    }`,
    { input: { channel: 'PHONE', text: '示例问题：注册资料怎样补正？', asker: { company: '示例医疗器械有限公司' } } },
    token,
  );
  assert.deepEqual(recordConsultation.userErrors, []);
  return recordConsultation.consultation.id;
}

export async function signOut(token) {
  const { signOut: signed } = await ask('mutation { signOut(input: {}) { signedOut } }', {}, token);
  assert.equal(signed.signedOut, true);
}

export const changed = `subscription Changed($since: Revision) {
  changed(kinds: [REGULATION], since: $since) {
    __typename revision kind nodeId
    node { __typename id ... on Regulation { key title { zh } } }
  }
}`;
