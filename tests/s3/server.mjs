// A strict S3 with Object Lock on loopback, for the tests:
//   node server.mjs PORT_FILE BUCKET REGION KEY_ID SECRET [CERTIFICATE KEY]
// Two free ports, one a line: S3 (TLS with the two files), and plain HTTP for the tests' side (/__s3/…) and for the
// services that give out credentials. AWS's own signer judges the signatures (signature.mjs).
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { answerControl } from './control.mjs';
import { answerCredentials } from './credentials.mjs';
import { Bucket } from './bucket.mjs';
import { Refusal } from './refusal.mjs';
import { answerS3 } from './s3.mjs';

const [portFile, bucket, region, keyId, secret, certificate, key] = process.argv.slice(2);
const mostBody = 64 * 1024 * 1024;

// Everything the requests share.
const world = {
  region,
  shift: 0, // of the clock, in milliseconds
  now: () => Date.now() + world.shift,
  bucket: new Bucket(bucket),
  keys: new Map([[keyId, { secret }]]), // id → {secret, token, expires}
  faults: [], // of the next requests
  requests: [],
  policies: { bucket: undefined, identity: undefined },
  lifetime: 3600, // seconds, of credentials given out
};

async function bodyOf(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > mostBody) throw new Refusal(400, 'EntityTooLarge', 'The body is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// `answer` returns {status, headers, body}, or throws a Refusal.
function serving(answer, tls) {
  return async (request, response) => {
    let reply;
    try {
      reply = await answer(world, request, await bodyOf(request), tls);
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      reply = error instanceof Refusal ? error.reply() : new Refusal(500, 'InternalError', String(error)).reply();
    }
    if (reply.cut) {
      request.socket.destroy();
      return;
    }
    const body = request.method === 'HEAD' ? '' : reply.body ?? '';
    response.sendDate = false;
    response.writeHead(reply.status, {
      Date: new Date(world.now()).toUTCString(),
      'x-amz-request-id': 'TESTREQUEST',
      'Content-Length': Buffer.byteLength(body),
      ...reply.headers,
    });
    response.end(body);
  };
}

const tls = certificate !== undefined;
const s3 = tls
  ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, serving(answerS3, true))
  : createServer(serving(answerS3, false));
const control = createServer(
  serving((w, request, body) => (request.url.startsWith('/__s3/') ? answerControl : answerCredentials)(w, request, body)),
);
s3.listen(0, '127.0.0.1', () =>
  control.listen(0, '127.0.0.1', () => {
    writeFileSync(`${portFile}.new`, `${s3.address().port}\n${control.address().port}\n`);
    renameSync(`${portFile}.new`, portFile);
  }),
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
