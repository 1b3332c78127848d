// A real OpenID provider (oidc-provider) on loopback for ./dev run and the tests:
//   node provider.mjs PORT PORT_FILE REDIRECT_URI...
// Port 0 takes a free one. Whoever types an address at the login page is that person, with any password:
// "ada@example.com"; "unverified:ada@example.com" has an address nobody verified; "other:ada@example.com"
// is somebody else who was given the same address; "in-dev.ops:ada@example.com" is in two groups.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, portFile, ...redirectUris] = process.argv.slice(2);

function person(login) {
  const [who, address] = login.includes(':') ? login.split(':') : ['', login];
  return {
    sub: login,
    email: address,
    email_verified: who !== 'unverified',
    name: address.split('@')[0],
    groups: who.startsWith('in-') ? who.slice(3).split('.') : undefined,
  };
}

function configuration() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: 'rack-gateway',
        client_secret: 'rack-gateway-client-secret',
        redirect_uris: redirectUris,
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'], profile: ['name'] },
    conformIdTokenClaims: false, // the claims of the scopes stand in the ID token, as Google's do
    findAccount: (_, login) => ({ accountId: login, claims: () => person(login) }),
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  };
}

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration()).callback());
  writeFileSync(`${portFile}.new`, `${server.address().port}\n`);
  renameSync(`${portFile}.new`, portFile);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
