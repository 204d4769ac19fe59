// <time datetime data-relative> keeps "3 minutes ago" true while the page stays open.
import { all, language } from "./dom.js";

const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

function relative(seconds) {
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

function refresh(root) {
  for (const element of all(root, "time[data-relative]")) {
    const at = Date.parse(element.dateTime);
    if (!Number.isNaN(at)) element.textContent = relative((at - Date.now()) / 1000);
  }
}

let ticking = false;

export function startDates(root) {
  // A page of the sandbox may run on a clock of its own: then the server's words stay.
  if (document.body.dataset.clock === "fixed") return;
  refresh(root);
  if (ticking) return;
  ticking = true;
  setInterval(() => refresh(document), 60000);
}
