// Forms: no double sending, "type the name to confirm", submit on change, leave warning.
import { fresh } from "./dom.js";

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.setAttribute("aria-busy", "true");
    }
  });
  // Coming back by the browser's history must not find a dead form.
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}

function confirmByName(input) {
  const button = input.form?.querySelector("[data-confirmed]");
  if (!button) return;
  const check = () => {
    button.disabled = input.value.trim() !== input.dataset.confirmName;
  };
  input.addEventListener("input", check);
  check();
}

function guard(form) {
  let dirty = false;
  form.addEventListener("input", () => {
    dirty = true;
  });
  form.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

// A field that belongs to one choice of another is hidden while something else is chosen.
function belongsTo(part) {
  const scope = part.closest("form");
  const follow = () => {
    const others = [...(scope?.elements ?? [])].filter((each) => each.name === part.dataset.when);
    const chosen = others.filter((each) => !["radio", "checkbox"].includes(each.type) || each.checked);
    part.hidden = !chosen.some((each) => part.dataset.whenIs.split(" ").includes(each.value));
    // A part that is not asked for is not sent either.
    if (part instanceof HTMLFieldSetElement) part.disabled = part.hidden;
  };
  scope?.addEventListener("change", follow);
  follow();
}

export function startForms(root) {
  fresh(root, "[data-when]", "whenReady").forEach(belongsTo);
  fresh(root, "form[data-once]", "onceReady").forEach(once);
  fresh(root, "[data-confirm-name]", "confirmReady").forEach(confirmByName);
  fresh(root, "form[data-guard]", "guardReady").forEach(guard);
  for (const input of fresh(root, "[data-submit-on-change]", "changeReady")) {
    input.addEventListener("change", () => input.form?.requestSubmit());
  }
  const summary = root.querySelector?.("[data-error-summary]");
  if (summary && !summary.dataset.focused) {
    summary.dataset.focused = "1";
    summary.focus();
  }
}
