// One's own second factors, backup codes and trusted browsers.
import { enroll, showCodes } from "./enroll.js";
import { call } from "./factor.js";
import { ask, attempt, button, go, moment, openPage, part, row, say } from "./page.js";
import { request } from "./request.js";

const kinds = {
  totp: "Authenticator app",
  webauthn: "Passkey or security key",
  yubiotp: "YubiKey",
};

function edit(method) {
  const dialog = document.getElementById("edit");
  const form = dialog.querySelector("form");
  const { label, cli } = form.elements;
  const isKey = method.type === "webauthn";
  label.value = method.label;
  cli.checked = method.cli_capable;
  part(dialog, "cli").hidden = !isKey;
  say(dialog, "error", "");
  return ask(dialog, ({ run, done }) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      const body = { label: label.value, ...(isKey && { cli_capable: cli.checked }) };
      const save = async () => {
        await call("PUT", `/auth/mfa/methods/${method.id}`, body, `To change “${method.label}”.`);
        done(`“${label.value}” is saved.`);
      };
      run(() => attempt(dialog, save));
    };
  });
}

async function remove(method, isLast) {
  const loss = isLast ? " It is your last: you will have to set up another." : "";
  const why = `To remove “${method.label}”.${loss}`;
  await call("DELETE", `/auth/mfa/methods/${method.id}`, undefined, why);
  return `“${method.label}” is removed.`;
}

async function regenerate() {
  const why = "To replace your backup codes: those you have stop working.";
  const made = await call("POST", "/auth/mfa/backup-codes/regenerate", {}, why);
  await showCodes(made.backup_codes);
  return "Your former backup codes do not work any more.";
}

async function trust() {
  const made = await call("POST", "/auth/mfa/trusted-devices/trust", {}, "To trust this browser.");
  return made.trusted_device_cookie
    ? "This browser is trusted: its next sign-ins ask for no factor."
    : "This browser is trusted already.";
}

async function revoke(device) {
  const why = `To stop trusting “${device.label}”.`;
  await call("DELETE", `/auth/mfa/trusted-devices/${device.id}`, undefined, why);
  return "That browser is asked for a factor again.";
}

async function prefer(kind) {
  const body = { preferred_method: kind };
  await call("PUT", "/auth/mfa/preferred-method", body, "To change what is asked for first.");
  return "Saved.";
}

function noticeOf(status, query) {
  if (status.enrolled || !status.required) {
    return "";
  }
  return query.get("channel") === "cli"
    ? "Your account needs a second factor. Set one up here, then start the login on your command line again."
    : "Your account needs a second factor before you can do anything else. Set one up here.";
}

function showMethods(page, status, act) {
  const table = part(page, "methods");
  const isLast = status.methods.length === 1;
  table.hidden = status.methods.length === 0;
  table.tBodies[0].replaceChildren(
    ...status.methods.map((method) => {
      const { label } = method;
      const actions = document.createElement("div");
      actions.append(
        button("Edit", label, () => act(() => edit(method))),
        button("Remove Method", label, () => act(() => remove(method, isLast))),
      );
      const shown = method.cli_capable ? `${label} (also for the CLI)` : label;
      const { created_at, last_used_at } = method;
      return row(kinds[method.type], shown, moment(created_at), moment(last_used_at), actions);
    }),
  );
  const types = new Set(status.methods.map((method) => method.type));
  part(page, "preferred").hidden = !(types.has("webauthn") && types.has("totp"));
  for (const radio of part(page, "preferred").querySelectorAll("input")) {
    radio.checked = radio.value === status.preferred_method;
    radio.onchange = () => act(() => prefer(radio.value));
  }
}

function showDevices(page, status, act) {
  const devices = status.trusted_devices;
  part(page, "devices").hidden = !status.enrolled;
  part(page, "no-devices").hidden = devices.length > 0;
  const table = part(page, "device-list");
  table.hidden = devices.length === 0;
  table.tBodies[0].replaceChildren(
    ...devices.map((device) =>
      row(
        device.label,
        moment(device.last_used_at),
        device.ip_address ?? "",
        moment(device.expires_at),
        button("Revoke", device.label, () => act(() => revoke(device))),
      ),
    ),
  );
  part(page, "trust").onclick = () => act(trust);
}

function show(page, status, query, act) {
  const notice = noticeOf(status, query);
  say(page, "notice", notice);
  part(page, "notice").hidden = notice === "";
  say(page, "badge", status.enrolled ? "Enabled" : "Disabled");
  showMethods(page, status, act);
  const add = part(page, "enroll");
  add.textContent = status.enrolled ? "Add Method" : "Enable MFA";
  add.onclick = () =>
    act(async () => {
      await enroll();
      if (query.has("redirect")) {
        go(query.get("redirect"));
      }
      return query.get("channel") === "cli"
        ? "It is set up. Now start the login on your command line again."
        : "It is set up.";
    });
  const { unused, total } = status.backup_codes;
  part(page, "codes").hidden = !status.enrolled;
  say(page, "codes-left", `${unused} of ${total} are left.`);
  part(page, "regenerate").onclick = () => act(regenerate);
  showDevices(page, status, act);
}

export async function showSecurity(query) {
  const page = openPage("security-page", "Account Security");
  // The page shows how things are after whatever was done, also where that did not work.
  const act = (action) =>
    attempt(page, async () => {
      let done = "";
      say(page, "said", "");
      try {
        done = await action();
      } finally {
        show(page, await request("GET", "/auth/mfa/status"), query, act);
      }
      say(page, "said", done);
    });
  await act(() => "");
}
