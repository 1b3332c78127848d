// Asks for a second factor: on the challenge's page, and in a dialog wherever a call needs one.
import * as keys from "./keys.js";
import { ask, attempt, fill, go, part, say, typedInto } from "./page.js";
import { Refusal, request } from "./request.js";

export const didNotCount = "That did not count: it is wrong, too old, or was used before.";

// Fills `root` with the question. `show` gets {code} or {session_data, assertion_response}; what it
// throws is said, and the question stays. `run` is that of a dialog.
export function askForFactor(root, status, show, run = (action) => action()) {
  fill(root, "factor-prompt");
  const has = (type) => status.methods.some((method) => method.type === type);
  const hasKey = has("webauthn") && keys.available();
  const hasApp = has("totp") || has("yubiotp");
  const [byCode, byKey, other] = ["by-code", "by-key", "switch"].map((name) => part(root, name));
  const { code } = byCode.elements;

  const touch = () => run(() => attempt(root, async () => show(await keys.prove())));
  const turnTo = (key) => {
    byKey.hidden = !key;
    byCode.hidden = key;
    other.hidden = !hasKey;
    other.textContent = key
      ? `Use ${hasApp ? "authenticator app" : "a backup code"} instead`
      : "Use security key instead";
    (key ? part(root, "touch") : code).focus();
  };

  part(root, "hint").textContent = hasApp
    ? "Six digits of your authenticator app, or one of your backup codes."
    : "One of your backup codes.";
  part(root, "touch").onclick = touch;
  byCode.onsubmit = (event) => {
    event.preventDefault();
    run(() => attempt(root, () => show({ code: typedInto(code) })));
  };
  other.onclick = () => {
    const key = byKey.hidden;
    say(root, "error", "");
    turnTo(key);
    if (key) {
      touch();
    }
  };
  turnTo(hasKey && (status.preferred_method !== "totp" || !hasApp));
  return { touch };
}

const headerOf = (proof) =>
  "code" in proof
    ? { "X-MFA-TOTP": proof.code }
    : { "X-MFA-WebAuthn": btoa(JSON.stringify(proof)) };

// A factor did not help: this session has not shown one since it signed in.
const goToChallenge = () =>
  go(`/app/auth/mfa/challenge?channel=web&redirect=${encodeURIComponent(location.pathname)}`);

async function callWithFactor(repeat, why) {
  const status = await request("GET", "/auth/mfa/status");
  const dialog = document.getElementById("step-up");
  say(dialog, "why", why);
  return ask(dialog, ({ run, done, fail }) => {
    const show = async (proof) => {
      try {
        done(await repeat(headerOf(proof)));
      } catch (error) {
        if (!(error instanceof Refusal) || !error.asksForFactor) {
          fail(error);
        } else if (error.code === "mfa_step_up_required") {
          goToChallenge();
        } else {
          throw new Error(didNotCount);
        }
      }
    };
    askForFactor(part(dialog, "factor"), status, show, run);
  });
}

// As request(), and a factor is asked for where the call needs one. `why` says to the person what
// for.
export async function call(method, path, body, why) {
  try {
    return await request(method, path, body);
  } catch (error) {
    if (!(error instanceof Refusal) || !error.asksForFactor) {
      throw error;
    }
    return callWithFactor((headers) => request(method, path, body, headers), why);
  }
}
