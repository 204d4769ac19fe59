// Shortcuts. They rest while text is typed or a dialog is open; Ctrl+S saves even then.
import { typing } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { moveRow } from "./tables.js";

const visible = (element) => element && element.offsetParent !== null;

function focus(selector) {
  const element = [...document.querySelectorAll(selector)].find(visible);
  if (!element) return false;
  element.focus();
  element.select?.();
  return true;
}

function walk(direction) {
  const name = direction > 0 ? "data-next-record" : "data-previous-record";
  const link = document.querySelector(`a[${name}]`);
  if (link) {
    link.click();
    return true;
  }
  return moveRow(direction);
}

function save() {
  const scope = document.querySelector("dialog[open]") || document;
  const button = scope.querySelector("[data-primary]");
  if (!button) return false;
  button.click();
  return true;
}

const PLAIN = {
  "/": () => focus("[data-search]"),
  "?": () => {
    openDialog(document.getElementById("shortcuts"));
    return true;
  },
  f: () => focus("[data-filter]"),
  j: () => walk(1),
  k: () => walk(-1),
  n: () => {
    const link = document.querySelector("[data-new-record]");
    link?.click();
    return Boolean(link);
  },
};

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      if (save()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const action = PLAIN[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action?.()) event.preventDefault();
  });
}
