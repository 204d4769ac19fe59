// Lists: J/K walk the rows, a click on a row opens its record, boxes select.
import { fresh } from "./dom.js";

export function moveRow(direction) {
  const rows = [...document.querySelectorAll("[data-rows] tr[data-href]")];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (direction > 0 ? 0 : rows.length - 1) : at + direction;
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  // Not the box of the selection: Enter is to open the record.
  (row.querySelector("a[href]") || row.querySelector("button, input"))?.focus();
  return true;
}

function openRow(event) {
  const row = event.currentTarget;
  if (event.target.closest("a, button, input, label, select, summary")) return;
  if (String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey || event.button === 1) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
}

function selection(form) {
  const boxes = () => [...form.querySelectorAll("input[data-select-row]")];
  const head = form.querySelector("input[data-select-page]");
  const bar = form.querySelector("[data-selection-bar]");
  const count = form.querySelector("[data-selection-count]");
  const show = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (head) {
      head.checked = chosen > 0 && chosen === boxes().length;
      head.indeterminate = chosen > 0 && chosen < boxes().length;
    }
    if (bar) bar.hidden = chosen === 0;
    if (count) count.textContent = String(chosen);
  };
  form.addEventListener("change", (event) => {
    if (event.target === head) boxes().forEach((box) => (box.checked = head.checked));
    show();
  });
  show();
}

export function startTables(root) {
  for (const row of fresh(root, "tr[data-href]", "rowReady")) row.addEventListener("click", openRow);
  fresh(root, "form[data-selection]", "selectionReady").forEach(selection);
}
