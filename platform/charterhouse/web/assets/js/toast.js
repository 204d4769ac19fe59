// Notices of the server become toasts; scripts may add their own.
import { fresh, make, text } from "./dom.js";

const SECONDS = 8;

function leaveLater(element) {
  let timer = 0;
  const go = () => element.remove();
  const arm = () => {
    timer = setTimeout(go, SECONDS * 1000);
  };
  // A notice being read or reached by keyboard stays.
  for (const name of ["mouseenter", "focusin"]) element.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["mouseleave", "focusout"]) element.addEventListener(name, arm);
  arm();
}

export function startToasts(root) {
  const stack = document.getElementById("toasts");
  if (!stack) return;
  for (const notice of fresh(root, "[data-notice]", "toasted")) {
    if (!stack.contains(notice)) stack.append(notice);
    notice.classList.add("is-toast");
    notice.querySelector("[data-close-notice]")?.addEventListener("click", () => notice.remove());
    if (notice.dataset.notice !== "error") leaveLater(notice);
  }
}

export function toast(message, kind = "success") {
  const stack = document.getElementById("toasts");
  if (!stack) return;
  const notice = make("div", `ch-notice ch-notice-${kind}`);
  notice.dataset.notice = kind;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  notice.append(make("span", "ch-notice-text", message));
  const close = make("button", "btn-close");
  close.type = "button";
  close.dataset.closeNotice = "";
  close.setAttribute("aria-label", text("close"));
  notice.append(close);
  stack.append(notice);
  startToasts(stack);
}
