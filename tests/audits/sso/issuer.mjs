// An OpenID Connect issuer as a district may run one: oidc-provider, on a loopback port that it keeps when it is
// started again with other keys. Its people are known to it by a number; what they are called elsewhere is a claim.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const audience = 'zhanjian';
export const client = {
  client_id: 'sample-console',
  client_secret: 'sample-secret-of-the-sample-console',
  redirect_uris: ['https://console.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: 'ES256',
};

// What a token can be asked for, by the resource that a client names (RFC 8707).
const resources = {
  'https://zhanjian.example/ES256': { alg: 'ES256' },
  'https://zhanjian.example/RS256': { alg: 'RS256' },
  'https://zhanjian.example/PS256': { alg: 'PS256' },
  'https://zhanjian.example/EdDSA': { alg: 'EdDSA' },
  'https://zhanjian.example/brief': { alg: 'ES256', life: 1 },
  'https://zhanjian.example/short': { alg: 'ES256', life: 4 },
  'https://elsewhere.example/': { alg: 'ES256', audience: 'elsewhere' },
};

// A key to sign with, as a JSON Web Key with its private half.
export async function newKey(kid, alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig' };
}

// Opens the issuer. `people` maps numbers to claims and may grow later; the first key that fits an algorithm signs;
// people are also sent back to `redirects`.
export async function openIssuer(port, keys, people, redirects = []) {
  const name = `http://127.0.0.1:${port}`;
  const claims = (number) => people.get(number);
  const provider = new Provider(name, {
    clients: [{ ...client, redirect_uris: [...client.redirect_uris, ...redirects] }],
    issueRefreshToken: () => true,
    jwks: { keys },
    cookies: { keys: ['sample-key-of-cookies'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    findAccount: (_, number) =>
      people.has(number) ? { accountId: number, claims: () => ({ sub: number, ...claims(number) }) } : undefined,
    // An ID token says who it is as an access token does, so that it is refused for nothing but its audience.
    claims: { openid: ['sub', 'preferred_username', 'realm_access'] },
    conformIdTokenClaims: false,
    extraTokenClaims: (_, { accountId }) => claims(accountId),
    pkce: { required: () => true },
    ttl: {
      AccessToken: (_, { resourceServer }) => resourceServer?.accessTokenTTL ?? 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    features: {
      // Its own pages to sign in and to consent: they take any password.
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, indicator) => {
          const { alg, life = 600, audience: other = audience } = resources[indicator];
          return {
            scope: 'use',
            audience: other,
            accessTokenFormat: 'jwt',
            accessTokenTTL: life,
            jwt: { sign: { alg } },
          };
        },
      },
    },
  });
  const server = createServer(provider.callback());
  await new Promise((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening);
  });
  return {
    name,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}
