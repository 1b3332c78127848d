// Passkeys and security keys: WebAuthn, between the API's JSON and the browser's buffers.
import { request } from "./request.js";

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytesOf(each.id) }));

const sentences = {
  InvalidStateError: "This passkey or security key is set up already.",
  NotAllowedError:
    "No passkey or security key answered: it was cancelled, it took too long, or none of yours fits.",
  NotSupportedError: "This passkey or security key cannot do what the gateway needs.",
  SecurityError: "The gateway's passkeys do not work at this address.",
};

const inWords = (error) => {
  throw new Error(sentences[error.name] ?? "The browser could not use the passkey or security key.");
};

export const available = () => "PublicKeyCredential" in window;

// A new credential, as the API takes it.
export async function create({ publicKey }) {
  const made = await navigator.credentials
    .create({
      publicKey: {
        ...publicKey,
        challenge: bytesOf(publicKey.challenge),
        user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
        excludeCredentials: known(publicKey.excludeCredentials),
      },
    })
    .catch(inWords);
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: textOf(made.response.clientDataJSON),
      attestationObject: textOf(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

// A proof by a credential there is: {session_data, assertion_response}.
export async function prove() {
  const begun = await request("POST", "/auth/mfa/webauthn/assertion/start");
  const { publicKey } = begun.options;
  const shown = await navigator.credentials
    .get({
      publicKey: {
        ...publicKey,
        challenge: bytesOf(publicKey.challenge),
        allowCredentials: known(publicKey.allowCredentials),
      },
    })
    .catch(inWords);
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  const credential = {
    id: shown.id,
    rawId: textOf(shown.rawId),
    type: shown.type,
    response: {
      clientDataJSON: textOf(clientDataJSON),
      authenticatorData: textOf(authenticatorData),
      signature: textOf(signature),
      userHandle: userHandle ? textOf(userHandle) : "",
    },
  };
  return { session_data: begun.session_data, assertion_response: JSON.stringify(credential) };
}
