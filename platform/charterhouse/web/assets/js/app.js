// Everything here improves pages that already work without it.
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import { startCharts } from "./charts-loader.js";
import { registerComponents } from "./components.js";
import { startCopy } from "./copy.js";
import { startCounter } from "./counter.js";
import { startDates } from "./dates.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startMemberCode } from "./member-code.js";
import { startPalette } from "./palette.js";
import { startPrint } from "./print.js";
import { startPreferences } from "./preferences.js";
import { startTables } from "./tables.js";
import { startToasts } from "./toast.js";
import { startUploads } from "./uploads.js";

window.htmx = htmx;

// Parts that look at elements run once at the start and again on what htmx brings.
const scans = [startCharts, startCounter, startDates, startTables, startForms, startToasts, startMemberCode, startUploads];

function scan(root) {
  for (const part of scans) part(root);
}

function start() {
  startCopy();
  startDialogs();
  startPreferences();
  startPrint();
  startPalette();
  startKeys();
  scan(document);
  document.addEventListener("htmx:after:swap", () => scan(document));
  registerComponents(Alpine);
  Alpine.start();
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
