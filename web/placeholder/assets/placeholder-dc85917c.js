// Says what a person who was sent here should know. Nothing of the address is repeated on the page.
const messages = {
  "/app/login": "You are signed out.",
  "/app/auth/error": "Signing in did not work. The gateway's audit log has the reason.",
  "/app/account/security":
    "You are signed in. Your account needs a second factor before it can do more, and this build has no page to set one up yet.",
};
const unavailable =
  "The identity provider cannot be reached, so nobody can sign in at the moment. The gateway tries again by itself.";

const say = (id, text) => {
  document.getElementById(id).textContent = text;
};

const message = messages[location.pathname];
if (message) {
  say("message", message);
}

const ready = await fetch("/api/v1/health/ready");
const { sign_in } = await ready.json();
if (sign_in === "unavailable") {
  say("message", unavailable);
}

const info = await fetch("/api/v1/info", { headers: { "X-Background-Request": "1" } });
if (info.ok) {
  const { user } = await info.json();
  say("who", `Signed in as ${user.email} (${user.roles.join(", ") || "no role"}).`);
}
