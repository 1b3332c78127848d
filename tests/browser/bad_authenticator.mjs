// Authenticators whose answers must not count, where recognising their owner is required.
import assert from 'node:assert/strict';
import { Person, ada, lastEvent, scenario, sql } from './harness.mjs';

const verified = `select count(*) from user_sessions where revoked_at is null and
                  (mfa_verified_at is not null or recent_step_up_at is not null)`;

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  const key = await person.comeInWithKey('usb');
  await person.signOut();
  await person.signIn();
  const before = await person.cookie('session_token');
  const faults = {
    isBogusSignature: 'signature_wrong',
    isBadUV: 'user_not_verified',
    isBadUP: 'user_not_present',
  };
  const none = { isBogusSignature: false, isBadUV: false, isBadUP: false };
  for (const [bit, reason] of Object.entries(faults)) {
    await key('setResponseOverrideBits', { ...none, [bit]: true });
    await person.press('Authenticate with Security Key');
    await person.sees('That did not count');
    const { factor, reason: recorded } = lastEvent('mfa.verify.failed');
    assert.deepEqual([factor, recorded], ['webauthn', reason]);
    assert.equal(await person.cookie('session_token'), before);
    assert.equal((await person.api('GET', '/users')).code, 'mfa_step_up_required');
    assert.equal(sql(verified), '0');
  }
  await key('setResponseOverrideBits', none);
  await person.press('Authenticate with Security Key');
  await person.isAt('/app/rack');
  assert.equal(sql(verified), '1');
});
