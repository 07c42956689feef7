// An OpenID Connect provider for one client. Reads one line of JSON:
//   {port, client_id, client_secret, redirect_uri, key, algorithm, people: {login: claims}, id_token_claims}
// `port` 0 is any; `key` names the signing keys, which are made anew with each start; `algorithm` is that of ID tokens;
// `id_token_claims` puts claims into the ID token, and not only where the specification asks for them (userinfo). Its
// login form takes any password. Says {"issuer": …} once it listens, and ends when standard input is closed.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

console.info = console.error; // standard output is for the one line below

const input = createInterface({ input: process.stdin });
const settings = JSON.parse((await input[Symbol.asyncIterator]().next()).value);
process.stdin.on('close', () => process.exit(0));
process.stdin.resume();

const key = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg,
  kid: `${settings.key}-${alg}`,
});

let provider;
const server = createServer((request, response) => provider.callback()(request, response));
server.listen(settings.port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: settings.client_id,
        client_secret: settings.client_secret,
        redirect_uris: [settings.redirect_uri],
        id_token_signed_response_alg: settings.algorithm,
      },
    ],
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: ['only for tests'] },
    conformIdTokenClaims: !settings.id_token_claims,
    claims: { email: ['email', 'email_verified'], profile: ['preferred_username', 'groups'] },
    pkce: { required: () => true, methods: ['S256'] },
    findAccount: (_, id) =>
      settings.people[id] && { accountId: id, claims: () => ({ sub: id, ...settings.people[id] }) },
  });
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
