// Says what a person who was sent here should know. Nothing of the address is repeated on the page.
const messages = {
  "/app/login": "You are signed out.",
  "/app/auth/error": "Signing in did not work. The gateway's audit log has the reason.",
  "/app/account/security":
    "You are signed in. Your account needs a second factor before it can do more, and this build has no page to set one up yet.",
};

const message = messages[location.pathname];
if (message) {
  document.getElementById("message").textContent = message;
}

const answer = await fetch("/api/v1/info", { headers: { "X-Background-Request": "1" } });
if (answer.ok) {
  const { user } = await answer.json();
  document.getElementById("who").textContent = `Signed in as ${user.email} (${user.roles.join(", ") || "no role"}).`;
}
