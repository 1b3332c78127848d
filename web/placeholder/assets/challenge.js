// The second factor of a sign-in: of this browser, or of a command line that asks to be let in.
import { askForFactor, didNotCount } from "./factor.js";
import { attempt, go, openPage, part, say } from "./page.js";
import { request } from "./request.js";

const sentences = {
  missing_state: "This page was opened without a login to approve.",
  service_unavailable: "Signing in is not available at the moment. Try again later.",
  load_failure: "The login could not be loaded. Try again.",
  persist_failure: "The login could not be stored. Try again.",
  expired: "This login is over, or was begun in another browser. Start it again.",
  session_expired: "This login is over. Start it again.",
  session_incomplete: "The identity provider has not confirmed this login. Start it again.",
  session_failed: "Somebody else is signed in to this browser. Sign out first, then start the login again.",
  exchange_failed: "The identity provider did not confirm who you are. Start the login again.",
  unauthorized: "You may not use this gateway. Its administrators can change that.",
  user_not_authorized: "You may not use this gateway. Its administrators can change that.",
  invalid_code: didNotCount,
  "verification failed": didNotCount,
};
const unknown = "The login did not work. Start it again.";

const inWords = (error) => {
  throw new Error(sentences[error.code] ?? sentences[error.message] ?? error.message);
};

function ageOf(text) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(text)) / 1000));
  return seconds < 120 ? `${seconds} seconds ago` : `${Math.round(seconds / 60)} minutes ago`;
}

function describe(list, machine) {
  const rows = {
    Machine: machine.device_name,
    System: machine.device_os,
    Program: machine.client_version,
    Address: machine.ip_address,
    "Says it is": machine.user_agent,
    Asked: ageOf(machine.requested_at),
  };
  for (const [name, value] of Object.entries(rows)) {
    const [term, text] = ["dt", "dd"].map((tag) => list.appendChild(document.createElement(tag)));
    term.textContent = name;
    text.textContent = value || "not said";
  }
}

const toEnrollment = (query) => {
  query.set("enrollment", "required");
  go(`/app/account/security?${query}`);
};

function letBrowserIn(page, query, status) {
  const trust = part(page, "trust");
  trust.hidden = false;
  const { touch } = askForFactor(part(page, "factor"), status, async (proof) => {
    const path = "code" in proof ? "/auth/mfa/verify" : "/auth/mfa/webauthn/assertion/verify";
    const trust_device = trust.querySelector("input").checked;
    await request("POST", path, { ...proof, trust_device }).catch(inWords);
    go(query.get("redirect"));
  });
  if (status.preferred_method === "webauthn") {
    touch();
  }
}

async function letCommandLineIn(page, state, status) {
  const asked = await request("GET", `/auth/cli/request?state=${encodeURIComponent(state)}`);
  say(page, "email", asked.request.email);
  describe(part(page, "machine"), asked.request);
  part(page, "request").hidden = false;
  const cancel = part(page, "cancel");
  cancel.hidden = false;
  cancel.onclick = () =>
    attempt(page, async () => {
      const { token } = asked;
      const done = await request("POST", "/auth/cli/deny", { state, token }).catch(inWords);
      go(done.redirect);
    });
  askForFactor(part(page, "factor"), status, async (proof) => {
    const factor = "code" in proof ? proof : { ...proof, method: "webauthn" };
    const done = await request("POST", "/auth/cli/mfa", { state, ...factor }).catch(inWords);
    go(done.redirect);
  });
}

export async function showChallenge(query) {
  const [error, state, channel] = ["error", "state", "channel"].map((name) => query.get(name));
  const isCli = error !== null || (channel ?? query.get("flow")) === "cli" || (state && !channel);
  const title = isCli ? "Approve CLI Login" : "Multi-Factor Authentication Required";
  const page = openPage("challenge-page", title);
  say(page, "title", title);
  if (error !== null) {
    say(page, "error", sentences[error] ?? unknown);
    return;
  }
  try {
    const status = await request("GET", "/auth/mfa/status");
    if (status.methods.length === 0) {
      toEnrollment(query);
      return;
    }
    await (isCli ? letCommandLineIn(page, state, status) : letBrowserIn(page, query, status));
  } catch (refusal) {
    say(page, "error", sentences[refusal.code] ?? refusal.message);
  }
}
