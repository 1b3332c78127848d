// What every scenario needs: Debian's Chromium, people who sign in with it, and an ear for what pages complain
// about. browser_itest starts each scenario with a gateway of its own and says where it is.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const base = process.env.RGW_BASE_URL;
const { RGW_DATABASE_URL: database, RGW_SCREENSHOTS: wantsPictures } = process.env;
const pictures = fileURLToPath(new URL('../../.local/screenshots', import.meta.url));

export const ada = 'admin@example.com';
export const vera = 'viewer@example.com';
const patience = 20_000;

// Errors in the console, broken policies and exceptions, of all pages of the gateway.
export const troubles = [];
const people = [];

export async function scenario(play) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  });
  try {
    await play(browser);
    assert.deepEqual(troubles, []);
  } catch (error) {
    console.error(troubles);
    for (const { page } of people) {
      console.error(page.url(), await page.innerText('body').catch(() => ''));
    }
    throw error;
  } finally {
    await browser.close();
  }
}

// The first column of the first row.
export function sql(query) {
  const arguments_ = ['-X', '-v', 'ON_ERROR_STOP=1', '-At', '-d', database, '-c', query];
  return execFileSync('/usr/bin/psql', arguments_, { encoding: 'utf8' }).trim();
}

export async function eventually(condition) {
  const end = Date.now() + patience;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `never: ${condition}`);
  }
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// The code of RFC 6238 that an app shows for the key, of the step after this one where `ahead` is 1: a step is
// good for one use, and the gateway takes the next one early.
export function totp(key, ahead = 0) {
  const bits = [...key].map((c) => base32.indexOf(c).toString(2).padStart(5, '0')).join('');
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac('sha1', seed).update(step).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

// Somebody with a browser profile of their own.
export class Person {
  static async of(browser, email) {
    const person = new Person();
    person.email = email;
    person.context = await browser.newContext();
    person.context.setDefaultTimeout(patience);
    person.page = await person.context.newPage();
    person.page.on('pageerror', (error) => troubles.push(String(error)));
    person.page.on('console', (message) => person.#heard(message));
    person.devtools = await person.context.newCDPSession(person.page);
    await person.devtools.send('WebAuthn.enable');
    people.push(person);
    return person;
  }

  // A refusal of the API is an answer, which the scenario looks at itself.
  #heard(message) {
    const { url } = message.location();
    const refused = /^Failed to load resource: the server responded with a status of 40[013]/;
    const isAnswer = url.startsWith(`${base}/api/v1/`) && refused.test(message.text());
    const isOurs = url.startsWith(base) || this.page.url().startsWith(base);
    if (isOurs && message.type() === 'error' && !isAnswer) {
      troubles.push(`${message.text()} (${url})`);
    }
  }

  // Plugs in a passkey ("internal") or a security key ("usb") that says yes by itself, and knows its owner
  // unless told otherwise.
  async plugIn(transport = 'internal', knowsOwner = true) {
    const options = {
      protocol: 'ctap2',
      transport,
      hasResidentKey: knowsOwner,
      hasUserVerification: knowsOwner,
      isUserVerified: knowsOwner,
    };
    const { authenticatorId } = await this.devtools.send('WebAuthn.addVirtualAuthenticator', { options });
    return (command, values) => this.devtools.send(`WebAuthn.${command}`, { authenticatorId, ...values });
  }

  // Up to the page the gateway sends them to, whose path and query is returned.
  async signIn(returnTo = '/app/rack') {
    await this.page.goto(`${base}/api/v1/auth/web/login?returnTo=${encodeURIComponent(returnTo)}`);
    return this.passProvider();
  }

  // Through the provider's pages: who one is, and that the gateway may know.
  async passProvider() {
    while (!this.page.url().startsWith(base)) {
      const login = this.page.locator('input[name=login]');
      if (await login.count()) {
        await login.fill(this.email);
        await this.page.locator('input[name=password]').fill('any');
      }
      const next = this.page.waitForEvent('load');
      await this.page.locator('button[type=submit]').click();
      await next;
    }
    return this.page.url().slice(base.length);
  }

  async signOut() {
    await this.page.getByRole('link', { name: 'Sign out' }).click();
    await this.isAt('/app/login');
    await this.page.getByText('You are signed out.').waitFor();
  }

  isAt(path) {
    return this.page.waitForURL(`${base}${path}`);
  }
  sees(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }
  field(label) {
    return this.page.locator('input').and(this.page.getByLabel(label)).filter({ visible: true });
  }
  dialog(name) {
    return this.page.getByRole('dialog', { name });
  }
  press(name) {
    return this.page.getByRole('button', { name }).filter({ visible: true }).click();
  }

  // On the page of one's own security. Each returns the backup codes that were shown, if any.
  async enrollKey() {
    await this.press(/^(Enable MFA|Add Method)$/);
    await this.press('Passkey or security key');
  }
  async enrollApp() {
    await this.press(/^(Enable MFA|Add Method)$/);
    await this.press('Authenticator app');
    const key = await this.shownKey();
    await this.field('Verification code').fill(totp(key));
    await this.press('Confirm');
    return key;
  }
  async shownKey() {
    const key = this.dialog('Enable Multi-Factor Authentication').locator('code');
    await key.waitFor();
    return key.innerText();
  }
  async keepCodes() {
    const dialog = this.dialog('Your Backup Codes');
    await dialog.waitFor();
    const codes = await dialog.locator('li').allInnerTexts();
    await this.press('I have kept them');
    return codes;
  }
  // In, with a first factor.
  async comeInWithKey(transport) {
    await this.signIn();
    const authenticator = await this.plugIn(transport);
    await this.enrollKey();
    await this.keepCodes();
    await this.isAt('/app/rack');
    return authenticator;
  }
  async comeInWithApp() {
    await this.signIn();
    const key = await this.enrollApp();
    const codes = await this.keepCodes();
    await this.isAt('/app/rack');
    return { key, codes };
  }

  // As a script of the page calls the API.
  api(method, path, body, headers = {}) {
    const call = async ({ method, path, body, headers }) => {
      const token = document.querySelector('meta[name=rgw-csrf-token]').content;
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'X-CSRF-Token': token, ...headers },
        body: body && JSON.stringify(body),
      });
      return { status: response.status, code: response.headers.get('X-Error-Code'), body: await response.text() };
    };
    return this.page.evaluate(call, { method, path, body, headers });
  }
  async cookie(name) {
    return (await this.context.cookies(base)).find((cookie) => cookie.name === name)?.value;
  }

  // Their step-up was long ago.
  async growStale() {
    sql(`update user_sessions set recent_step_up_at = now() - interval '1 hour' where user_id =
         (select id from users where email = '${this.email}')`);
    await eventually(async () => {
      const { body } = await this.api('GET', '/auth/mfa/status');
      return Date.parse(JSON.parse(body).recent_step_up_expires_at) < Date.now();
    });
  }

  async picture(name) {
    if (wantsPictures) {
      await this.page.screenshot({ path: `${pictures}/${name}.png` }); // makes the folder
    }
  }
}

// The newest event's details, which must be of this action.
export function lastEvent(action, email = ada) {
  const found = sql(`select details from audit.audit_event where action = '${action}' and user_email = '${email}'
                     order by chain_index desc limit 1`);
  assert.notEqual(found, '', `no event ${action}`);
  return JSON.parse(found);
}
