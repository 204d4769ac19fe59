// Bill lines at the counter: add and remove rows, amounts and total while typing.
// The server's quote is what counts; this only shows the sum of what is on the table.
import { fresh } from "./dom.js";
import { fromFen, toFen } from "./money.js";

function amount(row) {
  const price = toFen(row.querySelector("[data-line-price]")?.value || "");
  const quantity = Number.parseInt(row.querySelector("[data-line-quantity]")?.value || "1", 10);
  return price === null || Number.isNaN(quantity) ? null : price * quantity;
}

function renumber(table) {
  table.querySelectorAll("[data-line]").forEach((row, index) => {
    for (const field of row.querySelectorAll("[name]")) {
      field.name = field.name.replace(/^(\w+)-\d+-/, `$1-${index}-`);
    }
  });
}

function recount(table) {
  let total = 0;
  for (const row of table.querySelectorAll("[data-line]")) {
    const fen = amount(row);
    const cell = row.querySelector("[data-line-amount]");
    if (cell) cell.textContent = fen === null ? "" : fromFen(fen);
    total += fen || 0;
  }
  for (const cell of table.querySelectorAll("[data-lines-total]")) cell.textContent = fromFen(total);
}

function addLine(table) {
  const rows = table.querySelectorAll("[data-line]");
  const row = rows[rows.length - 1].cloneNode(true);
  for (const field of row.querySelectorAll("input, select, textarea")) {
    field.value = field.matches("[data-line-quantity]") ? "1" : field.matches("select") ? field.value : "";
    field.removeAttribute("id");
    field.removeAttribute("autofocus");
    field.removeAttribute("aria-invalid");
    field.classList.remove("is-invalid");
  }
  rows[rows.length - 1].after(row);
  for (const cell of row.querySelectorAll("[data-line-note]")) cell.textContent = "";
  renumber(table);
  recount(table);
  row.querySelector("input, select")?.focus();
}

function removeLine(table, row) {
  if (table.querySelectorAll("[data-line]").length > 1) row.remove();
  else for (const field of row.querySelectorAll("input")) field.value = "";
  renumber(table);
  recount(table);
  table.dispatchEvent(new Event("change", { bubbles: true }));
}

// A button outside its table names it: data-add-line="#lines".
function startAdders(root) {
  for (const button of fresh(root, "button[data-add-line]:not([data-add-line=''])", "adderReady")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const table = document.querySelector(button.dataset.addLine);
      if (table) addLine(table);
    });
  }
}

// An item of the price list brings its category and prices along.
function fillFromList(table, input) {
  const list = input.list;
  const chosen = list && [...list.options].find((option) => option.value === input.value.trim());
  if (!chosen) return;
  const row = input.closest("[data-line]");
  for (const name of ["category", "price", "offer"]) {
    const field = row.querySelector(`[data-line-${name}]`);
    if (field && chosen.dataset[name] !== undefined) field.value = chosen.dataset[name];
  }
  recount(table);
  table.dispatchEvent(new Event("input", { bubbles: true }));
}

// Cash: what was handed over less what is to pay.
function startChange(root) {
  for (const box of fresh(root, "[data-change]", "changeDueReady")) {
    const given = box.querySelector("input");
    const shown = box.querySelector("output");
    const show = () => {
      const due = Number(document.querySelector("[data-to-pay]")?.dataset.toPay || 0);
      const fen = toFen(given.value || "");
      shown.textContent = fen === null ? "–" : fromFen(fen - due);
    };
    given.addEventListener("input", show);
    document.addEventListener("htmx:after:swap", show);
    show();
  }
}

export function startCounter(root) {
  startAdders(root);
  startChange(root);
  for (const table of fresh(root, "[data-lines]", "linesReady")) {
    table.addEventListener("input", () => recount(table));
    table.addEventListener("change", (event) => {
      if (event.target.matches("[data-line-item]")) fillFromList(table, event.target);
    });
    table.addEventListener("click", (event) => {
      const add = event.target.closest("[data-add-line]");
      const remove = event.target.closest("[data-remove-line]");
      // The same buttons send the form where there are no scripts.
      if (add || remove) event.preventDefault();
      if (add) addLine(table);
      if (remove) removeLine(table, remove.closest("[data-line]"));
    });
    table.addEventListener("keydown", (event) => {
      // Enter goes to the next cell; at the end of a row it means "next line", as at every till.
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input, select")) return;
      event.preventDefault();
      const cells = [...event.target.closest("[data-line]").querySelectorAll("input, select")];
      const next = cells[cells.indexOf(event.target) + 1];
      if (next) {
        next.focus();
        next.select?.();
        return;
      }
      const following = event.target.closest("[data-line]").nextElementSibling?.querySelector("input");
      if (following && !following.value) {
        following.focus();
        return;
      }
      addLine(table);
    });
    recount(table);
  }
}
