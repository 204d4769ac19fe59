// Uploads: one file after the other with its progress, and what is wrong beside the file.
// Without scripts the form sends all files at once, as any form does.
import { fresh, make } from "./dom.js";

function row(list, file) {
  const line = make("li", "ch-upload-row");
  const bar = make("progress", "ch-upload-bar");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const state = make("span", "ch-upload-state");
  line.append(make("span", "ch-upload-name", file.name), bar, state);
  list.append(line);
  return { line, bar, state };
}

function send(form, input, file, shown) {
  return new Promise((resolve) => {
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("loadend", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      const good = request.status >= 200 && request.status < 300 && !answer.error;
      shown.bar.hidden = true;
      shown.line.classList.add(good ? "is-good" : "is-bad");
      const problem = answer.error?.message || answer.message || input.dataset.textFailed;
      shown.state.textContent = good ? input.dataset.textDone : problem;
      resolve(good);
    });
    request.send(body);
  });
}

async function sendAll(form, input, list) {
  const files = [...input.files];
  const limit = Number(input.dataset.limit);
  let bad = 0;
  list.replaceChildren();
  list.hidden = false;
  form.setAttribute("aria-busy", "true");
  for (const file of files) {
    const shown = row(list, file);
    if (file.size > limit) {
      shown.bar.hidden = true;
      shown.line.classList.add("is-bad");
      shown.state.textContent = input.dataset.textLarge;
      bad += 1;
    } else if (!(await send(form, input, file, shown))) {
      bad += 1;
    }
  }
  form.removeAttribute("aria-busy");
  input.value = "";
  // What was refused stays readable; the page comes anew only when all went well.
  if (bad > 0) return;
  if (input.dataset.next) goOn(form, input.dataset.next);
  else window.location.reload();
}

// A page that answered a form cannot be loaded anew: its form is sent once more, to the step that
// only looks, and says which paper it has by now.
function goOn(form, step) {
  const given = make("input");
  given.type = "hidden";
  given.name = "given";
  given.value = form.elements.code.value;
  form.append(given);
  form.elements.step.value = step;
  form.submit();
}

export function startUploads(root) {
  for (const input of fresh(root, "input[data-upload]", "uploadReady")) {
    const form = input.form;
    const list = input.closest(".ch-field")?.querySelector("[data-upload-list]");
    if (!form || !list) continue;
    form.addEventListener("submit", (event) => {
      if (input.files.length === 0) return;
      event.preventDefault();
      if (form.hasAttribute("aria-busy")) return;
      sendAll(form, input, list);
    });
  }
}
