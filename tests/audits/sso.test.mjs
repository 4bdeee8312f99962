// Single sign-on with an issuer off the shelf: its people come in as the members that the register knows, tokens that
// prove nothing are refused, and the issuer may change its keys while the service runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { audience, client, newKey, openIssuer } from './sso/issuer.mjs';
import { tokensOf } from './sso/person.mjs';
import { ask, freePort, startService, told } from './sso/service.mjs';

const patience = { timeout: 60_000 };
const skew = 10;
const roles = {
  'sample-municipal': 'MUNICIPAL_OFFICER',
  'sample-machines': 'ADMINISTRATOR',
  'sample-bureau': 'DISTRICT_OFFICER',
  'sample-head': 'HEAD',
  'sample-staff': 'STAFF',
  'sample-transfer': 'TECH_TRANSFER',
};
const theirs = Object.fromEntries(Object.entries(roles).map(([name, role]) => [role, name]));

// The people of the issuer, by number.
const people = new Map();
// `mapped` takes roles from the issuer, `plain` from the register.
let issuer, keys, port, mapped, plain;

before(async () => {
  port = await freePort();
  const sso = {
    ZHANJIAN_SSO_ISSUER: `http://127.0.0.1:${port}`,
    ZHANJIAN_SSO_AUDIENCE: audience,
    ZHANJIAN_SSO_CLOCK_SKEW: `${skew}s`,
  };
  const pairs = Object.entries(roles).map(([name, role]) => `${name}=${role}`);
  const mapping = { ZHANJIAN_SSO_ROLE_CLAIM: 'realm_access.roles', ZHANJIAN_SSO_ROLES: pairs.join(',') };
  // Both are waited for before either may fail, so that `after` knows of both.
  const started = await Promise.allSettled([startService({ ...sso, ...mapping }), startService(sso)]);
  [mapped, plain] = started.map(({ value }) => value);
  for (const { reason } of started) if (reason) throw reason;
  keys = {
    first: await newKey('first', 'ES256'),
    second: await newKey('second', 'ES256'),
    third: await newKey('third', 'ES256'),
    others: [await newKey('rsa', 'RS256'), await newKey('ed', 'EdDSA')],
  };
  // The second is announced long before it signs.
  issuer = await openIssuer(port, [keys.first, keys.second, ...keys.others], people);
}, { timeout: 150_000 });

after(async () => {
  const ends = await Promise.allSettled([issuer?.close(), mapped?.stop(), plain?.stop()]);
  for (const { reason } of ends) if (reason) throw reason;
});

// Somebody of the issuer, called so on the register and with these roles; gives their number.
function enrol(login, roles = []) {
  const number = `sample-person-${people.size + 1}`;
  people.set(number, { preferred_username: login, realm_access: { roles: ['sample-everybody', ...roles] } });
  return number;
}

const loginOf = (role, service = mapped) => service.accounts.find((account) => account.role === role).login;
const here = (kind = 'ES256') => `https://zhanjian.example/${kind}`;

// An access token of somebody who has just signed in at the issuer.
async function tokenFor(login, roles, resource = here()) {
  return (await tokensOf(issuer.name, enrol(login, roles), resource)).access;
}

const who = `{ viewer {
  signedIn standing name memberId stationCode districtCode organizationId tokenEndsAt rights { __typename }
} }`;
const viewer = async (service, token) => (await told(service, token, who)).viewer;

// The same member, signed in by password.
async function byPassword(service, role) {
  const { login, password } = service.accounts.find((account) => account.role === role);
  const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }`;
  const data = await told(service, undefined, signIn, { input: { login, password } });
  return viewer(service, data.signIn.session.accessToken);
}

async function assertRefused(token, why, service = mapped) {
  const { status, headers, data, errors } = await ask(service, token, who);
  assert.equal(status, 401, why);
  assert.match(headers.get('www-authenticate') ?? '', /^Bearer\b/, why);
  assert.equal(errors?.[0].extensions.code, 'UNAUTHENTICATED', why);
  assert.equal(data ?? undefined, undefined, why);
}

// What the issuer might have signed: the claims of a good token, with others in their place.
async function signedBy(key, changes, header = {}) {
  const now = Math.floor(Date.now() / 1000);
  const said = { iss: issuer.name, aud: audience, sub: 'sample-person', iat: now, exp: now + 600, ...changes };
  const named = { alg: 'ES256', kid: key.kid, typ: 'at+jwt', ...header };
  return new SignJWT(said).setProtectedHeader(named).sign(await importJWK(key, 'ES256'));
}

test('people of the issuer come in as the members whose login their tokens name', patience, async () => {
  for (const [name, role] of Object.entries(roles)) {
    const token = await tokenFor(loginOf(role), [name]);
    const said = decodeJwt(token);
    assert.notEqual(said.sub, said.preferred_username);
    const { tokenEndsAt, ...came } = await viewer(mapped, token);
    const { tokenEndsAt: _, ...member } = await byPassword(mapped, role);
    assert.equal(came.signedIn, true);
    assert.equal(came.standing, role);
    assert.deepEqual(came, member);
    assert.equal(Date.parse(tokenEndsAt), said.exp * 1000);
  }
});

test('tokens are taken under each kind of key', patience, async () => {
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const token = await tokenFor(loginOf('STAFF'), [theirs.STAFF], here(alg));
    assert.equal(decodeProtectedHeader(token).alg, alg);
    assert.equal((await viewer(mapped, token)).standing, 'STAFF');
  }
});

test('the issuer says which role it is, the register at which place', patience, async () => {
  const staff = await byPassword(mapped, 'STAFF');
  const comesAs = async (role, names) => viewer(mapped, await tokenFor(loginOf(role), names));

  const raised = await comesAs('STAFF', [theirs.HEAD]);
  assert.deepEqual([raised.standing, raised.memberId, raised.stationCode], ['HEAD', staff.memberId, staff.stationCode]);
  assert.equal((await comesAs('HEAD', [theirs.STAFF])).standing, 'STAFF');
  // Of several, the first of the settings for which there is a place.
  const every = Object.keys(roles);
  assert.equal((await comesAs('STAFF', every.toReversed())).standing, 'HEAD');
  assert.equal((await comesAs('MUNICIPAL_OFFICER', every)).standing, 'MUNICIPAL_OFFICER');

  for (const names of [[], ['sample-stranger'], [theirs.ADMINISTRATOR], [theirs.MUNICIPAL_OFFICER], [theirs.DISTRICT_OFFICER]]) {
    await assertRefused(await tokenFor(loginOf('STAFF'), names), `staff with the roles ${names}`);
  }
});

test('without a claim for roles the register decides', patience, async () => {
  for (const role of ['STAFF', 'ADMINISTRATOR']) {
    const token = await tokenFor(loginOf(role, plain), [theirs.HEAD]);
    const { tokenEndsAt, ...came } = await viewer(plain, token);
    const { tokenEndsAt: _, ...member } = await byPassword(plain, role);
    assert.deepEqual(came, member);
  }
});

test('tokens that are good elsewhere, or no tokens of this kind, are refused', patience, async () => {
  const staff = [loginOf('STAFF'), [theirs.STAFF]];
  await assertRefused(await tokenFor(...staff, 'https://elsewhere.example/'), 'meant for another audience');
  await assertRefused(await tokenFor('sample-nobody', [theirs.STAFF]), 'a login that is not on the register');

  const { access: opaque, id } = await tokensOf(issuer.name, enrol(...staff));
  assert.equal(opaque.split('.').length, 1);
  await assertRefused(opaque, 'an opaque access token');
  const said = decodeJwt(id);
  assert.deepEqual([said.preferred_username, said.aud], [staff[0], client.client_id]);
  await assertRefused(id, 'an ID token, which is meant for the client');
});

test('tokens that prove nothing are refused', patience, async () => {
  const claims = { preferred_username: loginOf('STAFF'), realm_access: { roles: [theirs.STAFF] } };
  const now = Math.floor(Date.now() / 1000);
  // Signed by the issuer's own key the rest is good: each refusal below has its one reason.
  assert.equal((await viewer(mapped, await signedBy(keys.first, claims))).standing, 'STAFF');

  const none = new UnsecuredJWT({ iss: issuer.name, aud: audience, sub: 'sample', ...claims });
  await assertRefused(none.setIssuedAt().setExpirationTime('5m').encode(), 'alg: none');
  const stranger = await newKey('first', 'ES256');
  await assertRefused(await signedBy(stranger, claims), 'a key under the name of another');
  await assertRefused(await signedBy({ ...stranger, kid: 'stranger' }, claims), 'a key that the issuer does not have');
  const good = await tokenFor(claims.preferred_username, [theirs.STAFF]);
  const [head, , signature] = good.split('.');
  const other = Buffer.from(JSON.stringify({ ...decodeJwt(good), preferred_username: loginOf('ADMINISTRATOR') }));
  await assertRefused([head, other.toString('base64url'), signature].join('.'), 'claims that were changed');

  await assertRefused(await signedBy(keys.first, { ...claims, iss: `${issuer.name}/` }), 'another issuer');
  await assertRefused(await signedBy(keys.first, { ...claims, exp: undefined }), 'a token without an end');
  await assertRefused(await signedBy(keys.first, { ...claims, exp: now - 60 }), 'a token that has ended');
  await assertRefused(await signedBy(keys.first, { ...claims, iat: now + 120 }), 'a token of the future');
  await assertRefused(await signedBy(keys.first, claims, { typ: 'logout+jwt' }), 'a token to sign out with');
  await assertRefused(await signedBy(keys.first, { ...claims, preferred_username: undefined }), 'a token without a login');
});

test('a token ends when it says, give or take what the clocks may differ', patience, async ({ signal }) => {
  const token = await tokenFor(loginOf('STAFF'), [theirs.STAFF], here('brief'));
  const { iat, exp } = decodeJwt(token);
  assert.equal(exp - iat, 1);
  const end = exp * 1000;
  await pause(end - Date.now() + 500, undefined, { signal });
  assert.equal((await viewer(mapped, token)).standing, 'STAFF');
  await pause(end - Date.now() + skew * 1000 + 100, undefined, { signal });
  await assertRefused(token, 'a token that has ended');
});

test('whoever is suspended or has left the register is refused with the next request', patience, async () => {
  const token = await tokenFor(loginOf('TECH_TRANSFER'), [theirs.TECH_TRANSFER]);
  const keeper = await tokenFor(loginOf('ADMINISTRATOR'), [theirs.ADMINISTRATOR]);
  const { memberId } = await viewer(mapped, token);
  const change = async (name, type, more) => {
    const entry = 'query ($id: ID!) { node(id: $id) { ... on Member { register { version } } } }';
    const { node } = await told(mapped, keeper, entry, { id: memberId });
    const text = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`;
    const done = await told(mapped, keeper, text, { input: { memberId, version: node.register.version, ...more } });
    assert.deepEqual(done[name].userErrors, []);
  };
  await change('suspendMember', 'SuspendMemberInput', { reason: '示例' });
  await assertRefused(token, 'a member who is suspended');
  await change('activateMember', 'MemberInput', {});
  assert.equal((await viewer(mapped, token)).standing, 'TECH_TRANSFER');
  await change('memberLeft', 'MemberLeftInput', {});
  await assertRefused(token, 'a member who has left');
  await assertRefused(await tokenFor(loginOf('TECH_TRANSFER'), [theirs.TECH_TRANSFER]), 'a new token of theirs');
});

test('the issuer changes its keys, and the service goes on', patience, async ({ signal }) => {
  const token = () => tokenFor(loginOf('STAFF'), [theirs.STAFF]);
  const signedWith = (token) => decodeProtectedHeader(token).kid;
  const restart = async (...now) => {
    await issuer.close();
    // While it is away, what was signed is good.
    assert.equal((await viewer(mapped, old)).standing, 'STAFF');
    issuer = await openIssuer(port, [...now, ...keys.others], people);
  };
  const old = await token();
  assert.equal(signedWith(old), 'first');

  await restart(keys.second, keys.first);
  const next = await token();
  assert.equal(signedWith(next), 'second');
  // It was announced, so nothing is waited for.
  assert.equal((await viewer(mapped, next)).standing, 'STAFF');
  assert.equal((await viewer(mapped, old)).standing, 'STAFF');

  await restart(keys.third);
  const last = await token();
  assert.equal(signedWith(last), 'third');
  // It was not: the service asks the issuer for its keys at once, but not again within half a minute.
  const began = Date.now();
  let answer = await ask(mapped, last, who);
  while (answer.status === 401 && Date.now() - began < 35_000) {
    await pause(500, undefined, { signal });
    answer = await ask(mapped, last, who);
  }
  assert.equal(answer.data?.viewer.standing, 'STAFF', JSON.stringify(answer.errors));
  await assertRefused(next, 'a key that the issuer has withdrawn');
  await assertRefused(old, 'a key that the issuer has withdrawn');
});
