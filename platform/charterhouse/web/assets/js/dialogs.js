// Native dialogs: opened by data-dialog="#id", focus goes back where it came from.

export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  const before = document.activeElement;
  dialog.addEventListener("close", () => before instanceof HTMLElement && before.focus(), { once: true });
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.ch-menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const opener = target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.querySelector(opener.dataset.dialog);
      if (dialog instanceof HTMLDialogElement) {
        event.preventDefault();
        openDialog(dialog);
      }
    }
    const closer = target.closest("[data-close-dialog]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
    }
    // A click on the backdrop reports the dialog itself as its target.
    if (target instanceof HTMLDialogElement) target.close();
    closeMenus(target.closest("details.ch-menu"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.ch-menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
