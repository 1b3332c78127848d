// An admin takes somebody's factors away: their sessions are over, and they begin anew.
import assert from 'node:assert/strict';
import { Person, ada, base, scenario, totp, vera } from './harness.mjs';

await scenario(async (browser) => {
  const admin = await Person.of(browser, ada);
  const { key } = await admin.comeInWithApp();
  const person = await Person.of(browser, vera);
  await person.comeInWithKey();
  assert.equal((await person.api('GET', '/auth/mfa/status')).status, 200);

  const path = `/users/${encodeURIComponent(vera)}/mfa/reset`;
  const refused = await admin.api('POST', path, { reason: 'lost the key' });
  assert.deepEqual([refused.status, refused.code], [401, 'mfa_required']);
  const code = totp(key, 1);
  const done = await admin.api('POST', path, { reason: 'lost the key' }, { 'X-MFA-TOTP': code });
  assert.deepEqual([done.status, JSON.parse(done.body)], [200, { status: 'reset', factors: 1 }]);

  assert.equal((await person.api('GET', '/auth/mfa/status')).status, 401);
  await person.page.goto(`${base}/app/account/security`);
  await person.sees('sign in again');
  assert.match(await person.signIn(), /^\/app\/account\/security\?redirect=/);
  await person.enrollKey();
  assert.equal((await person.keepCodes()).length, 10);
  await person.isAt('/app/rack');
});
