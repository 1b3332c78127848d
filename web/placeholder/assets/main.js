// The page in the web app's place: who is signed in, second factors, and nothing else.
import { showChallenge } from "./challenge.js";
import { openPage, say } from "./page.js";
import { request } from "./request.js";
import { showSecurity } from "./security.js";

// What a person who was sent here should know. Nothing of the address is repeated on the page.
const messages = {
  "/app/login": "You are signed out.",
  "/app/auth/error": "Signing in did not work. The gateway's audit log has the reason.",
};
const unavailable =
  "The identity provider cannot be reached, so nobody can sign in at the moment. The gateway tries again by itself.";

async function showHome() {
  const page = openPage("home-page", "Rack Gateway");
  const message = messages[location.pathname];
  if (message) {
    say(page, "message", message);
  }
  const { sign_in } = await request("GET", "/health/ready").catch(() => ({}));
  if (sign_in === "unavailable") {
    say(page, "message", unavailable);
  }
  const quietly = { "X-Background-Request": "1" }; // a look does not keep a session alive
  const { user } = await request("GET", "/info", undefined, quietly).catch(() => ({}));
  if (user) {
    say(page, "who", `Signed in as ${user.email} (${user.roles.join(", ") || "no role"}).`);
  }
}

const pages = {
  "/app/auth/mfa/challenge": showChallenge,
  "/app/account/security": showSecurity,
};
await (pages[location.pathname] ?? showHome)(new URLSearchParams(location.search));
