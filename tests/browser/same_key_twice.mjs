// A key that is registered is not registered again: the browser knows, and the page says it in words.
import assert from 'node:assert/strict';
import { Person, ada, base, scenario, sql } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  const passkey = await person.comeInWithKey();
  await person.page.goto(`${base}/app/account/security`);
  await person.enrollKey();
  await person.sees('This passkey or security key is set up already.');
  const { credentials } = await passkey('getCredentials');
  assert.equal(credentials.length, 1);
  assert.equal(sql("select count(*) from mfa_methods where confirmed_at is not null"), '1');
  await person.press('Cancel');
  await person.plugIn('usb');
  await passkey('removeVirtualAuthenticator');
  await person.enrollKey();
  await person.sees('It is set up.');
  assert.equal(sql("select count(*) from mfa_methods where confirmed_at is not null"), '2');
});
