// Who sent a request: Signature Version 4, judged by AWS's own signer.
import { createHash } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Refusal } from './refusal.mjs';

const mostSkew = 15 * 60 * 1000;
const form = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function instantOf(date) {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
  if (!parts) throw new Refusal(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function checkSkew(world, date) {
  if (Math.abs(world.now() - instantOf(date)) <= mostSkew) return;
  throw new Refusal(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    RequestTime: date,
    ServerTime: new Date(world.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    MaxAllowedSkewMilliseconds: mostSkew,
  });
}

function keyOf(world, id, token) {
  const key = world.keys.get(id);
  if (!key) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      AWSAccessKeyId: id,
    });
  }
  if ((key.token ?? '') !== (token ?? '')) {
    throw new Refusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (key.expires !== undefined && key.expires <= world.now()) {
    throw new Refusal(400, 'ExpiredToken', 'The provided token has expired.', { 'Token-0': token });
  }
  return key;
}

function checkSignedHeaders(headers, signed) {
  const required = Object.keys(headers).filter(
    (name) => name === 'host' || name === 'content-type' || name === 'content-md5' || name.startsWith('x-amz-'),
  );
  const missing = required.filter((name) => !signed.includes(name));
  if (missing.length > 0) {
    throw new Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: missing.join(', '),
    });
  }
}

function checkBody(headers, body) {
  const claimed = headers['x-amz-content-sha256'];
  if (claimed === undefined) {
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  // AWS also takes UNSIGNED-PAYLOAD; what this gateway writes is signed.
  if (claimed !== createHash('sha256').update(body).digest('hex')) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
}

// The path is decoded and encoded again, as S3 does: one spelling is right.
function canonicalPath(path) {
  const encoded = (segment) => encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return path.split('/').map((segment) => encoded(decodeURIComponent(segment))).join('/');
}

// Throws a Refusal unless the request is signed well, by somebody known, now.
export async function checkSignature(world, request, body, url) {
  const { headers } = request;
  const parts = form.exec(headers.authorization ?? '');
  if (!parts) throw new Refusal(403, 'AccessDenied', 'Access Denied');
  const [, id, day, region, signedText, signature] = parts;
  const signed = signedText.split(';');
  const date = headers['x-amz-date'];
  checkSkew(world, date);
  const key = keyOf(world, id, headers['x-amz-security-token']);
  if (region !== world.region) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', `The authorization header is malformed; the region '${region}' is wrong; expecting '${world.region}'`, {
      Region: world.region,
    });
  }
  if (day !== date.slice(0, 8)) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed; Invalid credential date.');
  }
  checkSignedHeaders(headers, signed);
  checkBody(headers, body);
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: { accessKeyId: id, secretAccessKey: key.secret },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const theirs = await signer.sign(
    {
      method: request.method,
      protocol: 'https:',
      hostname: headers.host,
      path: canonicalPath(url.path),
      query: Object.fromEntries(url.query),
      headers: Object.fromEntries(signed.map((name) => [name, headers[name] ?? ''])),
      body,
    },
    { signingDate: new Date(instantOf(date)) },
  );
  if (!theirs.headers.authorization.endsWith(`, SignedHeaders=${signedText}, Signature=${signature}`)) {
    throw new Refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.', {
      AWSAccessKeyId: id,
      SignatureProvided: signature,
    });
  }
}
