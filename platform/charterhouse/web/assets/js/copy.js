// <button data-copy="the id"> copies on click; the shown text may be shorter.
import { text } from "./dom.js";
import { toast } from "./toast.js";

async function put(value) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(value);
    return;
  }
  const field = document.createElement("textarea");
  field.value = value;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    try {
      await put(button.dataset.copy);
      toast(text("copied"), "info");
    } catch {
      toast(text("copyFailed"), "error");
    }
    button.focus();
  });
}
