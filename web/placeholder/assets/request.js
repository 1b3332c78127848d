// Calls of the gateway's API.
const slot = document.querySelector("meta[name=rgw-csrf-token]").content;
const csrfToken = slot === "RGW_CSRF_TOKEN" ? "" : slot; // as it stands where nobody is signed in

// The API's sentence, but for what only a person in front of a page can be told.
function sentence(response, code, answer) {
  return code === "credential_missing"
    ? "You are not signed in."
    : answer.message || answer.error || `The gateway answered ${response.status}.`;
}

export class Refusal extends Error {
  constructor(response, answer) {
    const code = response.headers.get("X-Error-Code") || answer.error || "";
    super(sentence(response, code, answer));
    this.status = response.status;
    this.code = code;
    this.asked = response.headers.get("X-MFA-Required") || "";
  }

  // Whether the same call with a second factor may be answered otherwise.
  get asksForFactor() {
    return (
      this.status === 401 &&
      (["step-up", "always"].includes(this.asked) || this.code === "mfa_verification_failed")
    );
  }
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

// The answer's JSON. Throws a Refusal, or an Error when there was no answer.
export async function request(method, path, body, headers = {}) {
  const init = { method, headers: { ...headers } };
  if (method !== "GET") {
    init.headers["X-CSRF-Token"] = csrfToken;
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    throw new Error("The gateway cannot be reached.");
  });
  const answer = parsed(await response.text());
  if (!response.ok) {
    throw new Refusal(response, answer);
  }
  return answer;
}
