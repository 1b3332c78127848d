// An authenticator app, and the backup codes for the day it is lost.
import assert from 'node:assert/strict';
import { Person, ada, base, lastEvent, scenario, sql, totp } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  await person.signIn();
  await person.press('Enable MFA');
  await person.press('Authenticator app');
  const dialog = person.dialog('Enable Multi-Factor Authentication');
  const image = dialog.getByRole('img', { name: 'QR code' });
  assert.ok(await image.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)));
  await person.picture('enroll-app');
  const key = await person.shownKey();
  const code = person.field('Verification code');
  const enrolling = totp(key);
  await code.fill(String((Number(enrolling) + 1) % 1_000_000).padStart(6, '0'));
  await person.press('Confirm');
  await person.sees('That did not count');
  await code.fill(enrolling);
  await person.press('Confirm');
  const codes = await person.keepCodes();
  assert.equal(codes.length, 10);
  await person.isAt('/app/rack');

  const show = async (text) => {
    await code.fill(text);
    await person.press('Verify');
  };
  await person.signOut();
  await person.signIn();
  await person.picture('challenge-code');
  await show(enrolling);
  await person.sees('That did not count');
  assert.equal(lastEvent('mfa.verify.failed').reason, 'replay_detected');
  const next = totp(key, 1);
  await show(`${next.slice(0, 3)} ${next.slice(3)}`);
  await person.isAt('/app/rack');
  assert.equal((await person.api('GET', '/users')).status, 200);

  await person.signOut();
  await person.signIn();
  await show(next);
  await person.sees('That did not count');
  assert.equal(lastEvent('mfa.verify.failed').reason, 'replay_detected');
  await show(codes[3].toLowerCase().replaceAll('-', ' '));
  await person.isAt('/app/rack');
  assert.equal(lastEvent('mfa.verify').factor, 'backup_code');

  await person.signOut();
  await person.signIn();
  await show(codes[3]);
  await person.sees('That did not count');
  await show(codes[4]);
  await person.isAt('/app/rack');
  await person.page.goto(`${base}/app/account/security`);
  await person.sees('8 of 10 are left.');
  await person.press('Regenerate backup codes');
  const fresh = await person.keepCodes();
  await person.sees('10 of 10 are left.');
  assert.equal(new Set([...codes, ...fresh]).size, 20);
  assert.equal(sql('select locked_at is null from users where id = 1'), 't');
});
