// One bucket with versions and Object Lock: what is kept, and what the lock forbids to everybody.
import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from './refusal.mjs';

export class Bucket {
  constructor(name) {
    this.name = name;
    this.versions = []; // oldest first: {key, version, body, headers, deleted, mode, until}
  }

  newest(key) {
    return this.versions.findLast((version) => version.key === key);
  }

  current(key) {
    const newest = this.newest(key);
    return newest?.deleted ? undefined : newest;
  }

  find(key, version) {
    const found = this.versions.find((one) => one.key === key && one.version === version);
    if (!found) throw new Refusal(404, 'NoSuchVersion', 'The specified version does not exist.');
    return found;
  }

  // A new version, whatever lies there: Object Lock keeps versions, not names.
  put(key, body, headers, lock = {}) {
    const stored = { key, version: randomBytes(16).toString('base64url'), body, headers, deleted: false, ...lock };
    this.versions.push(stored);
    return stored;
  }

  remove(key) {
    return Object.assign(this.put(key, Buffer.alloc(0), {}), { deleted: true });
  }

  removeVersion(key, version, now) {
    const found = this.find(key, version);
    if (found.mode === 'COMPLIANCE' && found.until > now) {
      throw new Refusal(403, 'AccessDenied', 'Access Denied because object protected by object lock.');
    }
    this.versions = this.versions.filter((one) => one !== found);
  }

  // Longer is allowed, shorter or weaker is not.
  retain(key, version, mode, until, now) {
    const found = version === undefined ? this.newest(key) : this.find(key, version);
    if (!found || found.deleted) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    if (found.mode === 'COMPLIANCE' && found.until > now && (mode !== 'COMPLIANCE' || until < found.until)) {
      throw new Refusal(403, 'AccessDenied', 'Access Denied because object protected by object lock.');
    }
    Object.assign(found, { mode, until });
  }

  // The keys of current objects in the byte order of UTF-8, as S3 lists them.
  keys() {
    const names = [...new Set(this.versions.map((version) => version.key))];
    return names.filter((key) => this.current(key)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}

export function base64Sha256(body) {
  return createHash('sha256').update(body).digest('base64');
}
