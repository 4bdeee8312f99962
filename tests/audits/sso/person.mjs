// A person who signs in at the issuer: the authorization code flow with PKCE, by a client off the shelf, and by what a
// browser does between its two ends.
import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { client } from './issuer.mjs';

// Gives the tokens of a person who signs in. Without a resource, the access token is an opaque one.
export async function tokensOf(issuer, number, resource) {
  const config = await openid.discovery(new URL(issuer), client.client_id, client.client_secret, undefined, {
    execute: [openid.allowInsecureRequests],
  });
  const [redirect] = client.redirect_uris;
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
  const asked = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: resource ? 'openid use' : 'openid',
    ...(resource && { resource }),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const landed = await browse(asked, number, redirect);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await openid.authorizationCodeGrant(config, landed, checks, resource && { resource });
  return { access: tokens.access_token, id: tokens.id_token };
}

// Follows redirects, fills in the two forms, and comes to rest at the client's own address.
export async function browse(asked, number, redirect) {
  const jar = new Jar();
  let [to, form] = [asked, undefined];
  for (let step = 0; step < 12; step += 1) {
    if (to.href.startsWith(redirect)) return to;
    const response = await fetch(to, {
      method: form ? 'POST' : 'GET',
      body: form,
      headers: { cookie: jar.cookies(to.pathname) },
      redirect: 'manual',
    });
    jar.keep(response.headers.getSetCookie());
    const page = await response.text();
    const location = response.headers.get('location');
    if (location) {
      [to, form] = [new URL(location, to), undefined];
    } else {
      assert.equal(response.status, 200, page);
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      assert.ok(action && prompt, page);
      form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: number, password: 'sample' }) });
      to = new URL(action, to);
    }
  }
  assert.fail(`the issuer sends its visitors in circles, at last to ${to}`);
}

// The cookies of one browser; the issuer ties them to paths.
export class Jar {
  #kept = new Map();

  keep(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/;\s*/);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
      if (value) this.#kept.set(`${name} ${path}`, { name, value, path });
      else this.#kept.delete(`${name} ${path}`);
    }
  }

  cookies(at) {
    const fitting = [...this.#kept.values()].filter(({ path }) => at.startsWith(path));
    return fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
