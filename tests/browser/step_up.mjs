// What needs a fresh factor asks for it in a dialog; what needs one each time asks each time.
import assert from 'node:assert/strict';
import { Person, ada, base, scenario } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  const key = await person.comeInWithKey('usb');
  await person.page.goto(`${base}/app/account/security`);
  const dialog = person.dialog('Multi-Factor Authentication Required');
  const rename = async (label) => {
    await person.press('Edit');
    await person.field('Label').fill(label);
    await person.press('Save');
  };

  await rename('Blue key');
  await person.sees('“Blue key” is saved.');
  assert.ok(!(await dialog.isVisible()), 'the enrolment was a moment ago');

  await person.growStale();
  await rename('Red key');
  await dialog.waitFor();
  await person.picture('step-up');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await person.page.getByRole('cell', { name: 'Red key' }).count(), 0);
  await person.field('CLI Compatible').check();
  await person.press('Save');
  await dialog.waitFor();
  await key('setResponseOverrideBits', { isBogusSignature: true });
  await person.press('Authenticate with Security Key');
  await person.sees('That did not count');
  assert.ok(await dialog.isVisible(), 'it stays for another try');
  await key('setResponseOverrideBits', { isBogusSignature: false });
  await person.press('Authenticate with Security Key');
  await person.sees('“Red key” is saved.');
  await person.sees('Red key (also for the CLI)');

  // What was begun in the dialog counts, also when it is left before the answer is there.
  let release;
  const left = new Promise((resolve) => (release = resolve));
  await person.page.route('**/backup-codes/regenerate', async (route) => {
    if (route.request().headers()['x-mfa-webauthn']) await left;
    await route.continue();
  });
  await person.growStale();
  await person.press('Regenerate backup codes');
  await dialog.waitFor();
  const sent = person.page.waitForRequest((request) => 'x-mfa-webauthn' in request.headers());
  await person.press('Authenticate with Security Key');
  await sent;
  await person.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  release();
  assert.equal((await person.keepCodes()).length, 10);
  await person.sees('Your former backup codes do not work any more.');

  await person.enrollApp();
  await person.sees('It is set up.');
  await person.page.getByRole('radio', { name: 'Authenticator app' }).check();
  await person.sees('Saved.');
  assert.equal(JSON.parse((await person.api('GET', '/auth/mfa/status')).body).preferred_method, 'totp');
  await person.press('Remove Method Authenticator App');
  await dialog.waitFor();
  await person.sees('To remove “Authenticator App”.');
  await person.press('Use security key instead');
  await person.sees('“Authenticator App” is removed.');
  await person.press('Remove Method Red key');
  await dialog.waitFor();
  await person.sees('It is your last');
  await person.press('Authenticate with Security Key');
  await person.sees('Your account needs a second factor');
  const refused = await person.api('GET', '/users');
  assert.deepEqual([refused.status, refused.code], [403, 'mfa_enrollment_required']);
});
