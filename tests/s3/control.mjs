// The tests' side of the server: /__s3/NAME with JSON.
import { readPolicy } from './policy.mjs';
import { Refusal } from './refusal.mjs';

const shown = ({ key, version, body, headers, deleted }) => ({ key, version, body: body.toString('base64'), headers, deleted });

const commands = {
  stored: (world) => world.bucket.versions.map(shown),
  requests: (world) => world.requests,
  forget: (world) => void (world.requests = []),
  fault: (world, fault) => void world.faults.push(fault),
  clock: (world, { seconds }) => void (world.shift = seconds * 1000),
  key: (world, { id, secret, token, seconds }) =>
    void world.keys.set(id, token === '' ? { secret } : { secret, token, expires: world.now() + seconds * 1000 }),
  expire: (world) => {
    for (const key of world.keys.values()) if (key.expires !== undefined) key.expires = 0;
  },
  lifetime: (world, { seconds }) => void (world.lifetime = seconds),
  policy: (world, { bucket, identity }) =>
    void (world.policies = {
      bucket: bucket === undefined ? world.policies.bucket : readPolicy(bucket),
      identity: identity === undefined ? world.policies.identity : readPolicy(identity),
    }),
  // As somebody with every right in the account: nothing but the lock stands in the way.
  overwrite: (world, { key, body }) => void world.bucket.put(key, Buffer.from(body, 'base64'), {}),
  remove: (world, { key }) => void world.bucket.remove(key),
  'remove-version': (world, { key, version }) => void world.bucket.removeVersion(key, version, world.now()),
  retain: (world, { key, version, mode, until }) => void world.bucket.retain(key, version, mode, Date.parse(until), world.now()),
};

export async function answerControl(world, request, body) {
  const command = commands[request.url.slice('/__s3/'.length)];
  if (!command) throw new Refusal(404, 'NoSuchCommand', request.url);
  let result;
  try {
    result = command(world, body.length === 0 ? {} : JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'InvalidArgument', String(error));
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(result ?? {}) };
}
