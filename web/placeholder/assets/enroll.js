// Sets up second factors, in dialogs: what to set up, and the backup codes that come with the first.
import { call, didNotCount } from "./factor.js";
import * as keys from "./keys.js";
import { ask, attempt, copy, part, say, typedInto } from "./page.js";
import { request } from "./request.js";

const why = "To set up another factor, show one you have.";

const inWords = (error) => {
  throw error.message === "invalid code" ? new Error(didNotCount) : error;
};

// Shows codes until the person has kept them. Nobody can see them again.
export function showCodes(codes) {
  if (!codes?.length) {
    return Promise.resolve();
  }
  const dialog = document.getElementById("codes");
  const items = codes.map((code) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("code"), { textContent: code }));
    return item;
  });
  part(dialog, "list").replaceChildren(...items);
  say(dialog, "copied", "");
  part(dialog, "copy").onclick = async () => say(dialog, "copied", await copy(codes.join("\n")));
  part(dialog, "done").onclick = () => dialog.close();
  dialog.oncancel = (event) => event.preventDefault(); // Escape is too easily pressed
  return new Promise((resolve) => {
    dialog.onclose = () => {
      part(dialog, "list").replaceChildren();
      resolve();
    };
    dialog.showModal();
  });
}

async function enrollKey() {
  const begun = await call("POST", "/auth/mfa/enroll/webauthn/start", {}, why);
  const credential = await keys.create(begun.public_key_options);
  const { method_id } = begun;
  await request("POST", "/auth/mfa/enroll/webauthn/confirm", { method_id, credential });
  return begun.backup_codes;
}

async function enrollApp(dialog, run, done) {
  const begun = await call("POST", "/auth/mfa/enroll/totp/start", {}, why);
  const form = part(dialog, "totp");
  part(dialog, "qr").src = `data:image/svg+xml;base64,${btoa(begun.qr_svg)}`;
  say(dialog, "secret", begun.secret);
  say(dialog, "copied", "");
  part(dialog, "copy").onclick = async () => say(dialog, "copied", await copy(begun.secret));
  form.onsubmit = (event) => {
    event.preventDefault();
    const { code, trust } = form.elements;
    run(async () => {
      const { method_id } = begun;
      const body = { method_id, code: typedInto(code), trust_device: trust.checked };
      await request("POST", "/auth/mfa/enroll/totp/confirm", body).catch(inWords);
      done(begun.backup_codes);
    });
  };
  part(dialog, "choose").hidden = true;
  form.hidden = false;
  form.elements.code.focus();
}

// Resolves when a factor is set up and its backup codes were seen; Cancelled otherwise.
export async function enroll() {
  const dialog = document.getElementById("enroll");
  part(dialog, "choose").hidden = false;
  part(dialog, "totp").hidden = true;
  part(dialog, "totp").reset();
  part(dialog, "key").hidden = !keys.available();
  say(dialog, "error", "");
  const codes = await ask(dialog, ({ run, done }) => {
    const attempting = (action) => run(() => attempt(dialog, action));
    part(dialog, "key").onclick = () => attempting(async () => done(await enrollKey()));
    part(dialog, "app").onclick = () => attempting(() => enrollApp(dialog, attempting, done));
  });
  await showCodes(codes);
}
