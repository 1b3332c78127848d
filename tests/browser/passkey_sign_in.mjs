// The next sign-in asks for the passkey. RGW_VERIFICATION: whether it must have recognised its owner.
import assert from 'node:assert/strict';
import { Person, ada, base, lastEvent, scenario } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  const passkey = await person.comeInWithKey();
  const challenge = '/app/auth/mfa/challenge?channel=web&redirect=%2Fapp%2Fsettings';

  await person.signOut();
  assert.equal(await person.signIn('/app/settings'), challenge);
  const before = await person.cookie('session_token');
  const refused = await person.api('GET', '/users');
  assert.deepEqual([refused.status, refused.code], [401, 'mfa_step_up_required']);
  await person.picture('challenge-web');
  await person.press('Authenticate with Security Key');
  await person.isAt('/app/settings');
  assert.notEqual(await person.cookie('session_token'), before);
  assert.equal((await person.api('GET', '/users')).status, 200);
  assert.equal(lastEvent('mfa.verify').user_verified, true);

  if (process.env.RGW_VERIFICATION === 'required') {
    await person.signOut();
    await person.signIn('/app/settings');
    await passkey('setUserVerified', { isUserVerified: false });
    await person.press('Authenticate with Security Key');
    await person.sees('No passkey or security key answered');
    await person.isAt(challenge);
    assert.equal((await person.api('GET', '/users')).status, 401);
    return;
  }

  await passkey('removeVirtualAuthenticator');
  await person.page.goto(`${base}/app/account/security`);
  await person.plugIn('usb', false);
  await person.enrollKey();
  await person.sees('It is set up.');
  await person.signOut();
  await person.signIn('/app/settings');
  await person.press('Authenticate with Security Key');
  await person.isAt('/app/settings');
  assert.equal(lastEvent('mfa.verify').user_verified, false);

  // Nobody is sent to other places by a link.
  const elsewhere = [
    'https://evil.example/app/',
    '//evil.example/app/',
    '/\\evil.example/app/',
    '/app/../api/v1/auth/web/logout',
    'javascript:alert(1)',
  ];
  for (const target of elsewhere) {
    await person.page.goto(`${base}/app/auth/mfa/challenge?channel=web&redirect=${encodeURIComponent(target)}`);
    await person.press('Authenticate with Security Key');
    await person.isAt('/app/rack');
  }

  // Who prefers it is not asked for a click.
  const preferred = await person.api('PUT', '/auth/mfa/preferred-method', { preferred_method: 'webauthn' });
  assert.equal(preferred.status, 200);
  await person.signOut();
  await person.signIn('/app/settings');
  await person.isAt('/app/settings');
});
