// A command line is let in by a person who sees which machine asks, and shows a factor for it.
import assert from 'node:assert/strict';
import { Person, ada, base, lastEvent, scenario, totp } from './harness.mjs';

const post = async (path, body) => {
  const url = `${base.replace('localhost', '127.0.0.1')}/api/v1/auth/cli/${path}`;
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  const start = async () => {
    const { body } = await post('start', { device_name: 'Adas laptop', device_os: 'linux', client_version: '1.2.3' });
    await person.page.goto(body.auth_url);
    await person.passProvider();
    return () => post('complete', { state: body.state, code_verifier: body.code_verifier, device_name: 'Adas laptop' });
  };

  // Without a factor there is nothing to approve with.
  const tooEarly = await start();
  await person.page.waitForURL('**/app/account/security?channel=cli&enrollment=required&state=*');
  await person.sees('then start the login on your command line again');
  assert.match((await tooEarly()).body.error, /^You must set up multi-factor authentication/);
  await person.plugIn();
  await person.enrollKey();
  await person.keepCodes();
  await person.sees('Now start the login on your command line again.');
  const key = await person.enrollApp();
  await person.sees('Authenticator App');

  const approvals = [
    async () => person.press('Authenticate with Security Key'),
    async () => {
      await person.press('Use authenticator app instead');
      await person.field('Verification code').fill('000000');
      await person.press('Verify');
      await person.sees('That did not count');
      await person.field('Verification code').fill(totp(key, 1));
      await person.press('Verify');
    },
  ];
  for (const approve of approvals) {
    const complete = await start();
    await person.page.waitForURL('**/app/auth/mfa/challenge?state=*');
    await person.page.getByRole('heading', { name: 'Approve CLI Login' }).waitFor();
    for (const text of [ada, 'Adas laptop', 'linux', '1.2.3', '127.0.0.1', 'seconds ago', 'Approve only if you started this']) {
      await person.sees(text);
    }
    await person.picture('challenge-cli');
    assert.equal((await complete()).status, 202);
    await approve();
    await person.isAt('/app/cli/auth/success');
    const made = await complete();
    assert.equal(made.status, 200);
    assert.equal(made.body.mfa_verified, true);
    assert.equal(made.body.email, ada);
    lastEvent('login.approve');
  }

  const denied = await start();
  await person.press('Cancel Login');
  await person.isAt('/app/cli/auth/denied');
  assert.equal((await denied()).status, 400);

  await person.page.goto(`${base}/app/auth/mfa/challenge?error=expired`);
  await person.sees('This login is over, or was begun in another browser.');
  await person.page.goto(`${base}/app/auth/mfa/challenge?error=%3Cb%3Einjected`);
  await person.sees('The login did not work. Start it again.');
  assert.equal(await person.page.getByText('injected').count(), 0);
});
