// What every page needs of the document.
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

const copyOf = (template) => document.getElementById(template).content.cloneNode(true);

export function fill(root, template) {
  root.replaceChildren(copyOf(template));
  return root;
}

export function openPage(template, title) {
  const main = fill(document.querySelector("main"), template);
  document.title = `${title} · Rack Gateway`;
  main.removeAttribute("aria-busy");
  return main;
}

export function say(root, name, text) {
  const element = part(root, name);
  element.textContent = text;
  element.hidden = false;
}

// Apps show their digits in groups, and people type them so.
export function typedInto(field) {
  const text = field.value.replaceAll(/\s/g, "");
  field.value = "";
  return text;
}

// What to say about it.
export const copy = (text) =>
  navigator.clipboard.writeText(text).then(
    () => "Copied.",
    () => "The browser does not let this page copy: select the text instead.",
  );

// Thrown when a person changed their mind: nothing to say about it.
export class Cancelled extends Error {}

// Runs what a person started in `root`: once at a time, and what goes wrong is said in its `error`.
export async function attempt(root, action) {
  if (root.ariaBusy === "true") {
    return;
  }
  root.ariaBusy = "true";
  say(root, "error", "");
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Cancelled)) {
      say(root, "error", error.message);
    }
  } finally {
    root.ariaBusy = "false";
  }
}

// Opens a dialog of actions. What was begun in it counts even when the dialog is closed meanwhile: its
// answer may be backup codes that nobody can see again. `begin` gets run(), for whatever may end it,
// and done() and fail(), which end it.
export function ask(dialog, begin) {
  return new Promise((resolve, reject) => {
    let running = 0;
    const end = (settle) => (value) => {
      settle(value);
      dialog.close();
    };
    const settleIfLeft = () => {
      if (!dialog.open && running === 0) {
        reject(new Cancelled());
      }
    };
    const run = async (action) => {
      running += 1;
      await action();
      running -= 1;
      settleIfLeft();
    };
    dialog.onclose = settleIfLeft;
    part(dialog, "cancel").onclick = () => dialog.close();
    dialog.showModal();
    begin({ run, done: end(resolve), fail: end(reject) });
  });
}

// Only to pages of our own, whatever an address asks for.
export function go(target) {
  const url = new URL(target || "/app/rack", location.origin);
  const ours = url.origin === location.origin && url.pathname.startsWith("/app/");
  location.assign(ours ? url.href : "/app/rack");
}

export function moment(text) {
  const time = document.createElement("time");
  time.dateTime = text ?? "";
  time.textContent = text ? new Date(text).toLocaleString() : "never";
  return time;
}

export function row(...cells) {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    tr.insertCell().append(cell);
  }
  return tr;
}

export function button(text, of, onclick) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", className: "plain", textContent: text, onclick });
  element.ariaLabel = `${text} ${of}`;
  return element;
}
