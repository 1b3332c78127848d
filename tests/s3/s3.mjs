// The requests of S3: PutObject, GetObject, HeadObject, DeleteObject, PutObjectRetention, ListObjectsV2.
import { createHash } from 'node:crypto';
import { base64Sha256 } from './bucket.mjs';
import { checkPolicies } from './policy.mjs';
import { Refusal, element, escaped } from './refusal.mjs';
import { checkSignature } from './signature.mjs';

const day = 24 * 3600 * 1000;
const xml = { 'Content-Type': 'application/xml' };

// Path and query as they came; "bucket.host/key" and "host/bucket/key".
function addressOf(world, request) {
  const [path, query = ''] = request.url.split('?', 2);
  const decoded = (text) => decodeURIComponent(text.replaceAll('+', ' '));
  const url = {
    path,
    query: query.split('&').filter((part) => part !== '').map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [decoded(part), ''] : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))];
    }),
  };
  const host = request.headers.host.replace(/:\d+$/, '');
  const subdomain = /^(.+)\.(localhost|s3\..*)$/.exec(host)?.[1];
  const segments = path.slice(1).split('/');
  const bucket = subdomain ?? segments.shift();
  return { url, bucket, key: decodeURIComponent(segments.join('/')), parameters: new Map(url.query) };
}

function checkIntegrity(headers, body) {
  const sha256 = headers['x-amz-checksum-sha256'];
  if (sha256 !== undefined && sha256 !== base64Sha256(body)) {
    throw new Refusal(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const algorithm = headers['x-amz-sdk-checksum-algorithm'];
  if (algorithm !== undefined && (algorithm !== 'SHA256' || sha256 === undefined)) {
    throw new Refusal(400, 'InvalidRequest', 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.');
  }
  return sha256 !== undefined || md5 !== undefined;
}

function lockOf(mode, date, now) {
  if (mode === undefined && date === undefined) return {};
  if (mode === undefined || date === undefined) {
    throw new Refusal(400, 'InvalidArgument', 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied');
  }
  if (!['COMPLIANCE', 'GOVERNANCE'].includes(mode)) throw new Refusal(400, 'InvalidArgument', 'Unknown wormMode directive.');
  const until = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(date) ? Date.parse(date) : NaN;
  if (Number.isNaN(until)) throw new Refusal(400, 'InvalidArgument', 'The retain until date must be provided in ISO 8601 format');
  if (until <= now) throw new Refusal(400, 'InvalidArgument', 'The retain until date must be in the future!');
  return { mode, until };
}

function checkEncryption(headers) {
  const encryption = headers['x-amz-server-side-encryption'];
  const key = headers['x-amz-server-side-encryption-aws-kms-key-id'];
  if (encryption !== undefined && !['AES256', 'aws:kms', 'aws:kms:dsse'].includes(encryption)) {
    throw new Refusal(400, 'InvalidArgument', 'The encryption method specified is not supported');
  }
  if (key !== undefined && !encryption?.startsWith('aws:kms')) {
    throw new Refusal(400, 'InvalidArgument', 'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms');
  }
}

function put(world, address, headers, body) {
  if (address.parameters.has('retention')) return retain(world, address, body);
  const checked = checkIntegrity(headers, body);
  const lock = lockOf(headers['x-amz-object-lock-mode'], headers['x-amz-object-lock-retain-until-date'], world.now());
  if (lock.mode !== undefined && !checked) {
    throw new Refusal(400, 'InvalidRequest', 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters');
  }
  checkEncryption(headers);
  const condition = headers['if-none-match'];
  if (condition !== undefined && condition !== '*') {
    throw new Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented');
  }
  if (condition === '*' && world.bucket.current(address.key)) {
    throw new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: 'If-None-Match' });
  }
  const stored = world.bucket.put(address.key, body, { ...headers }, lock);
  return {
    status: 200,
    headers: {
      ETag: `"${createHash('md5').update(body).digest('hex')}"`,
      'x-amz-version-id': stored.version,
      'x-amz-checksum-sha256': base64Sha256(body),
    },
  };
}

function retain(world, address, body) {
  const text = body.toString();
  const read = (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const { mode, until } = lockOf(read('Mode'), read('RetainUntilDate'), world.now());
  world.bucket.retain(address.key, address.parameters.get('versionId'), mode, until, world.now());
  return { status: 200 };
}

function get(world, address, headers) {
  const version = address.parameters.get('versionId');
  const found = version === undefined ? world.bucket.newest(address.key) : world.bucket.find(address.key, version);
  if (!found || found.deleted) {
    const reply = new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: address.key }).reply();
    if (found) Object.assign(reply.headers, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.version });
    return reply;
  }
  const answer = { 'Content-Type': found.headers['content-type'] ?? 'binary/octet-stream', 'x-amz-version-id': found.version };
  if (headers['x-amz-checksum-mode'] === 'ENABLED') answer['x-amz-checksum-sha256'] = base64Sha256(found.body);
  if (found.mode !== undefined) {
    answer['x-amz-object-lock-mode'] = found.mode;
    answer['x-amz-object-lock-retain-until-date'] = new Date(found.until).toISOString();
  }
  return { status: 200, headers: answer, body: found.body };
}

function remove(world, address) {
  const version = address.parameters.get('versionId');
  if (version !== undefined) {
    world.bucket.removeVersion(address.key, version, world.now());
    return { status: 204, headers: { 'x-amz-version-id': version } };
  }
  const marker = world.bucket.remove(address.key);
  return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.version } };
}

function list(world, { parameters }) {
  if (parameters.get('list-type') !== '2' || parameters.has('delimiter')) {
    throw new Refusal(501, 'NotImplemented', 'Only ListObjectsV2 without a delimiter');
  }
  const prefix = parameters.get('prefix') ?? '';
  const token = parameters.get('continuation-token');
  const after = Buffer.from(token === undefined ? parameters.get('start-after') ?? '' : Buffer.from(token, 'base64'));
  const most = Math.min(Number(parameters.get('max-keys') ?? 1000), 1000);
  const url = parameters.get('encoding-type') === 'url';
  const shown = (text) => escaped(url ? encodeURIComponent(text).replaceAll('%20', '+').replaceAll('%2F', '/') : text);
  const wanted = world.bucket.keys().filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0);
  const page = wanted.slice(0, most);
  const truncated = page.length < wanted.length;
  const parts = [element('Name', world.bucket.name), element('Prefix', shown(prefix)), element('KeyCount', page.length), element('MaxKeys', most)];
  parts.push(element('IsTruncated', truncated));
  if (url) parts.push(element('EncodingType', 'url'));
  if (truncated) parts.push(element('NextContinuationToken', Buffer.from(page.at(-1)).toString('base64')));
  for (const key of page) {
    parts.push(element('Contents', element('Key', shown(key)) + element('Size', world.bucket.current(key).body.length)));
  }
  return { status: 200, headers: xml, body: `<?xml version="1.0" encoding="UTF-8"?>\n${element('ListBucketResult', parts.join(''))}` };
}

// What IAM calls it, and what its policies may ask about.
function actionsOf({ method, headers }, { key, parameters }) {
  const version = parameters.has('versionId') ? 'Version' : '';
  if (key === '') return method === 'GET' ? ['s3:ListBucket'] : [];
  if (method === 'PUT' && parameters.has('retention')) return ['s3:PutObjectRetention'];
  // Locking what one uploads needs both.
  if (method === 'PUT') return headers['x-amz-object-lock-mode'] === undefined ? ['s3:PutObject'] : ['s3:PutObject', 's3:PutObjectRetention'];
  if (method === 'GET' || method === 'HEAD') return [`s3:GetObject${version}`];
  return method === 'DELETE' ? [`s3:DeleteObject${version}`] : [];
}

function contextOf(world, headers, parameters, tls) {
  const until = Date.parse(headers['x-amz-object-lock-retain-until-date']);
  return {
    'aws:SecureTransport': String(tls),
    's3:object-lock-mode': headers['x-amz-object-lock-mode'],
    // Whole days that remain: 400 days are 399 from the next moment on.
    's3:object-lock-remaining-retention-days': Number.isNaN(until) ? undefined : Math.floor((until - world.now()) / day),
    's3:x-amz-server-side-encryption': headers['x-amz-server-side-encryption'],
    's3:x-amz-server-side-encryption-aws-kms-key-id': headers['x-amz-server-side-encryption-aws-kms-key-id'],
    's3:if-none-match': headers['if-none-match'],
    's3:prefix': parameters.get('prefix'),
    's3:max-keys': parameters.get('max-keys'),
  };
}

async function serve(world, request, body, tls) {
  const address = addressOf(world, request);
  await checkSignature(world, request, body, address.url);
  if (address.bucket !== world.bucket.name) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: address.bucket });
  }
  const actions = actionsOf(request, address);
  if (actions.length === 0) throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  const resource = `arn:aws:s3:::${address.bucket}${address.key === '' ? '' : `/${address.key}`}`;
  checkPolicies(world.policies, actions, resource, contextOf(world, request.headers, address.parameters, tls));
  if (address.key === '') return list(world, address);
  if (request.method === 'PUT') return put(world, address, request.headers, body);
  return request.method === 'DELETE' ? remove(world, address) : get(world, address, request.headers);
}

function nextFault(world) {
  const fault = world.faults[0];
  if (fault && --fault.count <= 0) world.faults.shift();
  return fault;
}

async function serveOrFail(world, request, body, tls) {
  const fault = nextFault(world) ?? {};
  const seen = (text) => (text ?? '').replaceAll('{authorization}', request.headers.authorization).replaceAll('{token}', request.headers['x-amz-security-token']);
  switch (fault.kind) {
    case 'fail':
      throw new Refusal(fault.status, fault.code, 'The test asked for it.');
    case 'answer':
      return { status: fault.status, headers: fault.headers, body: seen(fault.body) };
    case 'cut':
      if (fault.where === 'after_storing') await serve(world, request, body, tls);
      return { cut: true };
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
      return serve(world, request, body, tls);
    default:
      return serve(world, request, body, tls);
  }
}

export async function answerS3(world, request, body, tls) {
  let reply;
  try {
    reply = await serveOrFail(world, request, body, tls);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply = error.reply();
  }
  world.requests.push(`${request.method} ${request.url} ${reply.cut ? 'cut' : reply.status}`);
  return reply;
}
