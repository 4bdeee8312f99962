// Signing in to the console with an issuer off the shelf, as a browser does it: sent there, back with a code, in; and what
// becomes of those who come back with something else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { audience, client, newKey, openIssuer } from './sso/issuer.mjs';
import { browse, Jar } from './sso/person.mjs';
import { freePort, startService } from './sso/service.mjs';

const patience = { timeout: 60_000 };
const people = new Map();
let issuer, service, site, back;

before(async () => {
  const port = await freePort();
  service = await startService({
    ZHANJIAN_SSO_ISSUER: `http://127.0.0.1:${port}`,
    ZHANJIAN_SSO_AUDIENCE: audience,
    ZHANJIAN_SSO_CLOCK_SKEW: '0s',
    ZHANJIAN_SSO_CLIENT_ID: client.client_id,
    ZHANJIAN_SSO_CLIENT_SECRET: client.client_secret,
    ZHANJIAN_SSO_SCOPES: 'openid,use',
    ZHANJIAN_SSO_RESOURCE: 'https://zhanjian.example/short',
  });
  site = new URL(service.url).origin;
  back = `${site}/sign-in/back`;
  issuer = await openIssuer(port, [await newKey('first', 'ES256')], people, [back]);
}, { timeout: 150_000 });

after(async () => {
  const ends = await Promise.allSettled([issuer?.close(), service?.stop()]);
  for (const { reason } of ends) if (reason) throw reason;
});

// Somebody of the issuer, called so on the register; gives their number.
function enrol(login) {
  const number = `sample-person-${people.size + 1}`;
  people.set(number, { preferred_username: login });
  return number;
}

const staff = () => service.accounts.find((account) => account.role === 'STAFF').login;

// A browser at the console.
class Browser {
  jar = new Jar();
  lines = [];

  async open(address, form) {
    const to = new URL(address, site);
    const response = await fetch(to, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: this.jar.cookies(to.pathname), accept: 'text/html', 'accept-language': 'zh-CN' },
      redirect: 'manual',
    });
    this.lines = response.headers.getSetCookie();
    this.jar.keep(this.lines);
    return { status: response.status, text: await response.text(), to: response.headers.get('location') };
  }

  // Sets out for the issuer, and signs in there; gives where the issuer sends the browser.
  async arrive(number, next = '/') {
    const left = await this.open(`/sign-in/issuer?next=${encodeURIComponent(next)}`);
    assert.equal(left.status, 303, left.text);
    return browse(new URL(left.to), number, back);
  }

  async isIn() {
    return (await this.open('/account')).status === 200;
  }
}

// Whether a refresh token is good at the issuer (RFC 7662).
async function isGood(token) {
  const asked = await fetch(`${issuer.name}/token/introspection`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
    body: new URLSearchParams({ token, token_type_hint: 'refresh_token' }),
  });
  assert.equal(asked.status, 200);
  return (await asked.json()).active;
}

async function assertOutside(browser, page, words) {
  assert.match(page.text, words);
  assert.equal(page.to, null);
  assert.equal(await browser.isIn(), false);
}

test('who signs in at the issuer is in, and where they wanted to be', patience, async () => {
  const browser = new Browser();
  const page = await browser.open('/sign-in?next=%2Fstations');
  assert.match(page.text, /href="\/sign-in\/issuer\?next=%2Fstations"/);
  const landed = await browser.arrive(enrol(staff()), '/stations');
  const { status, to } = await browser.open(landed.href);
  assert.deepEqual([status, to], [303, '/stations']);
  for (const line of browser.lines) assert.match(line, /HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/);
  assert.equal(await browser.isIn(), true);
  // The code and what belonged to it are good once.
  const again = await browser.open(landed.href);
  assert.match(again.text, /data-code="STALE"/);
});

test('who stays longer than a token is good for stays in', patience, async () => {
  const browser = new Browser();
  await browser.open((await browser.arrive(enrol(staff()))).href);
  await pause(5_000);
  assert.equal(await browser.isIn(), true);
  assert.ok(browser.lines.some((line) => line.startsWith('zhanjian-access=ey')), 'there is a new token');
});

test('nobody is led anywhere else', patience, async () => {
  for (const next of ['//evil.example', 'https://evil.example/', '/\\evil.example', `/${'a'.repeat(3000)}`]) {
    const browser = new Browser();
    const landed = await browser.arrive(enrol(staff()), next);
    assert.equal((await browser.open(landed.href)).to, '/', next.slice(0, 40));
  }
});

test('a code counts in the browser alone that set out for it', patience, async () => {
  const [browser, other] = [new Browser(), new Browser()];
  const number = enrol(staff());
  const [mine, theirs] = [await browser.arrive(number), await other.arrive(number)];
  await assertOutside(new Browser(), await new Browser().open(mine.href), /data-code="STALE"/);
  await assertOutside(other, await other.open(mine.href), /data-code="STALE"/);
  // A code of somebody else under one's own state: the verifier does not fit.
  const mixed = new URL(mine);
  mixed.searchParams.set('code', theirs.searchParams.get('code'));
  await assertOutside(browser, await browser.open(mixed.href), /data-code="ISSUER_REFUSED"/);
});

test('what the issuer refuses, or another one sends, lets nobody in and is told in our words', patience, async () => {
  const browser = new Browser();
  const { to } = await browser.open('/sign-in/issuer');
  const state = new URL(to).searchParams.get('state');
  const denied = { state, error: 'access_denied', error_description: 'call 110 and say your password' };
  const page = await browser.open(`/sign-in/back?${new URLSearchParams(denied)}`);
  assert.doesNotMatch(page.text, /110/);
  await assertOutside(browser, page, /data-code="ISSUER_REFUSED"/);

  const landed = await browser.arrive(enrol(staff()));
  landed.searchParams.set('iss', 'https://evil.example');
  await assertOutside(browser, await browser.open(landed.href), /data-code="ISSUER_REFUSED"/);
});

test('who is not on the register stays outside', patience, async () => {
  const browser = new Browser();
  const landed = await browser.arrive(enrol('sample-stranger'));
  await assertOutside(browser, await browser.open(landed.href), /data-code="NOT_ON_THE_REGISTER"/);
});

test('who signs out here is told that the issuer does not know of it', patience, async () => {
  const browser = new Browser();
  await browser.open((await browser.arrive(enrol(staff()))).href);
  const { text } = await browser.open('/account');
  assert.equal(await isGood('sample-token-of-nobody'), false);
  const [, left] = /zhanjian-refresh=issuer(?::|%3A)([^;]+)/.exec(browser.jar.cookies('/'));
  assert.equal(await isGood(left), true);
  const seal = /name="seal" value="([^"]+)"/.exec(text)[1];
  const { to } = await browser.open('/sign-out', { seal });
  const page = await browser.open(to);
  assert.match(page.text, new RegExp(`href="${issuer.name}/session/end\\?client_id=${client.client_id}"`));
  assert.equal(await browser.isIn(), false);
  // What was left behind is good for nothing, as the issuer is told a moment later.
  for (let asked = 0; (await isGood(left)) && asked < 100; asked += 1) await pause(50);
  assert.equal(await isGood(left), false);
});

test('while the issuer is away, passwords open the door', patience, async () => {
  const browser = new Browser();
  const landed = await browser.arrive(enrol(staff()));
  await issuer.close();
  const page = await browser.open(landed.href);
  assert.match(page.text, /data-code="ISSUER_AWAY"/);
  const { login, password } = service.accounts.find((account) => account.role === 'STAFF');
  const seal = /name="seal" value="([^"]+)"/.exec(page.text)[1];
  await browser.open('/sign-in', { seal, login, password, next: '/' });
  assert.equal(await browser.isIn(), true);
});
