// The services that give out credentials: STS, a container's endpoint, instance metadata version 2.
import { randomBytes } from 'node:crypto';
import { Refusal, element } from './refusal.mjs';

export const webIdentityToken = 'web-identity-token';
const containerToken = 'container-token';
const metadataToken = 'metadata-token';
const rolePath = '/latest/meta-data/iam/security-credentials/';
const json = { 'Content-Type': 'application/json' };

function make(world) {
  const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
  const secret = randomBytes(30).toString('base64');
  const token = randomBytes(60).toString('base64');
  const expires = world.now() + world.lifetime * 1000;
  world.keys.set(id, { secret, token, expires });
  return { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z') };
}

function sts(world, body) {
  const form = new URLSearchParams(body.toString());
  const refuse = (status, code, message) => {
    const error = element('Type', 'Sender') + element('Code', code) + element('Message', message);
    return { status, headers: { 'Content-Type': 'text/xml' }, body: element('ErrorResponse', element('Error', error)) };
  };
  if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('Version') !== '2011-06-15') return refuse(400, 'InvalidAction', 'no such action');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(form.get('RoleArn') ?? '')) return refuse(400, 'ValidationError', 'no role');
  if (!/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '')) return refuse(400, 'ValidationError', 'no session name');
  if (form.get('WebIdentityToken') !== webIdentityToken) return refuse(400, 'InvalidIdentityToken', `not known: ${form.get('WebIdentityToken')}`);
  const made = make(world);
  const inner = element('AccessKeyId', made.AccessKeyId) + element('SecretAccessKey', made.SecretAccessKey) +
    element('SessionToken', made.Token) + element('Expiration', made.Expiration);
  return {
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${element('AssumeRoleWithWebIdentityResult', element('Credentials', inner))}</AssumeRoleWithWebIdentityResponse>`,
  };
}

function metadata(world, request) {
  if (request.url === '/latest/api/token') {
    if (request.method !== 'PUT' || !/^\d+$/.test(request.headers['x-aws-ec2-metadata-token-ttl-seconds'] ?? '')) return { status: 400 };
    return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: metadataToken };
  }
  if (request.headers['x-aws-ec2-metadata-token'] !== metadataToken) return { status: 401 }; // version 1
  if (request.url === rolePath) return { status: 200, body: 'rack-gateway' };
  if (request.url !== `${rolePath}rack-gateway`) return { status: 404 };
  return { status: 200, headers: json, body: JSON.stringify({ Code: 'Success', Type: 'AWS-HMAC', ...make(world) }) };
}

function container(world, request) {
  if (request.headers.authorization !== containerToken) {
    return { status: 403, headers: json, body: JSON.stringify({ code: 'AccessDenied', message: String(request.headers.authorization) }) };
  }
  return { status: 200, headers: json, body: JSON.stringify(make(world)) };
}

export async function answerCredentials(world, request, body) {
  world.requests.push(`${request.method} ${request.url}`);
  if (request.method === 'POST' && request.url === '/') return sts(world, body);
  if (request.url === '/container') return container(world, request);
  if (request.url.startsWith('/latest/')) return metadata(world, request);
  throw new Refusal(404, 'NoSuchService', 'no such service');
}
