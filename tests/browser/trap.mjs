// That the ear of all scenarios hears: each kind of trouble a page can have is reported.
import assert from 'node:assert/strict';
import { Person, ada, base, eventually, scenario, troubles } from './harness.mjs';

await scenario(async (browser) => {
  const person = await Person.of(browser, ada);
  await person.page.goto(`${base}/app/login`);
  const faults = {
    'a policy broken': () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
    },
    'a picture from elsewhere': () => {
      document.body.append(Object.assign(new Image(), { src: 'https://elsewhere.example/x.png' }));
    },
    'an exception': () => void setTimeout(() => { throw new Error('thrown'); }),
    'an error that is logged': () => console.error('logged'),
    'a file that is not there': () => void fetch('/app/assets/gone.js'),
  };
  for (const [what, commit] of Object.entries(faults)) {
    await person.page.evaluate(commit);
    await eventually(async () => (await person.page.evaluate(() => 1)) && troubles.length > 0);
    assert.equal(troubles.splice(0).length, 1, what);
  }
  assert.equal(await person.page.evaluate(() => window.injected), undefined);
});
