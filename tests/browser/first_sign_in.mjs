// Who has no second factor sets one up before anything else, and goes on to where they wanted.
import assert from 'node:assert/strict';
import { Person, ada, base, scenario } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.page.goto(`${base}/app/account/security`);
  await person.sees('You are not signed in.');
  assert.equal(await person.signIn('/app/apps/shop?tab=env'),
    '/app/account/security?redirect=%2Fapp%2Fapps%2Fshop%3Ftab%3Denv');
  await person.sees('Your account needs a second factor');
  await person.sees('Disabled');
  await person.picture('security-disabled');
  for (const path of ['/users', '/convox/apps', '/audit-logs', '/settings']) {
    const refused = await person.api('GET', path);
    assert.deepEqual([refused.status, refused.code], [403, 'mfa_enrollment_required'], path);
  }
  const before = await person.cookie('session_token');

  await person.plugIn();
  await person.press('Enable MFA');
  await person.picture('enroll');
  await person.press('Passkey or security key');
  const dialog = person.dialog('Your Backup Codes');
  await dialog.waitFor();
  await person.picture('backup-codes');
  await person.page.keyboard.press('Escape');
  await person.page.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'codes nobody can see again do not go away by a slip');
  await person.press('Copy codes');
  await person.sees('Copied.');
  const copied = await person.page.evaluate(() => navigator.clipboard.readText());
  const codes = await person.keepCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^[0-9A-Z]{6}(-[0-9A-Z]{6}){3}$/);
  assert.deepEqual(copied.split('\n'), codes);
  await person.isAt('/app/apps/shop?tab=env');

  const after = await person.cookie('session_token');
  assert.notEqual(after, before, 'the session goes by another text now');
  assert.equal((await person.api('GET', '/users')).status, 200);
  await person.context.addCookies([{ name: 'session_token', value: before, url: base }]);
  assert.equal((await person.api('GET', '/users')).status, 401, 'the former text is nobody');
  await person.context.addCookies([{ name: 'session_token', value: after, url: base }]);

  await person.page.goto(`${base}/app/account/security`);
  await person.sees('Enabled');
  await person.sees('10 of 10 are left.');
  for (const code of codes) {
    assert.equal(await person.page.getByText(code).count(), 0, 'shown once');
  }
  await person.picture('security-enabled');
});
