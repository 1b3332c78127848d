// A trusted browser is not asked at its sign-in; what needs a fresh factor asks all the same.
import assert from 'node:assert/strict';
import { Person, ada, base, scenario } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  await person.comeInWithKey();
  await person.signOut();
  await person.signIn();
  await person.field('Trust this browser').check();
  await person.press('Authenticate with Security Key');
  await person.isAt('/app/rack');

  await person.signOut();
  assert.equal(await person.signIn('/app/settings'), '/app/settings', 'no challenge');
  assert.equal((await person.api('GET', '/users')).status, 200);
  await person.page.goto(`${base}/app/account/security`);
  await person.press('Edit');
  await person.field('Label').fill('Home');
  await person.press('Save');
  const dialog = person.dialog('Multi-Factor Authentication Required');
  await dialog.waitFor();
  await person.press('Authenticate with Security Key');
  await person.sees('“Home” is saved.');

  const stranger = await Person.of(browser, ada);
  assert.match(await stranger.signIn(), /^\/app\/auth\/mfa\/challenge/, 'another browser is not trusted');

  await person.press('Revoke');
  await person.sees('That browser is asked for a factor again.');
  await person.signOut();
  assert.match(await person.signIn(), /^\/app\/auth\/mfa\/challenge/);
  await person.press('Authenticate with Security Key');
  await person.isAt('/app/rack');
  await person.page.goto(`${base}/app/account/security`);
  await person.press('Trust This Device');
  await person.sees('This browser is trusted: its next sign-ins ask for no factor.');
  await person.signOut();
  assert.equal(await person.signIn(), '/app/rack');
});
