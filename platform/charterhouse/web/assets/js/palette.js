// Ctrl/⌘ K. Recent pages first, then pages of the menu, then what the server finds.
import { make, text } from "./dom.js";
import { openDialog } from "./dialogs.js";

const KEEP = 8;
const WAIT = 90;

const recentKey = () => `charterhouse:recent:${document.body.dataset.scope || ""}`;

function recents() {
  try {
    return JSON.parse(localStorage.getItem(recentKey()) || "[]");
  } catch {
    return [];
  }
}

function rememberPage() {
  const title = document.body.dataset.record;
  if (!title) return;
  const here = { label: title, url: location.pathname };
  const rest = recents().filter((item) => item.url !== here.url);
  localStorage.setItem(recentKey(), JSON.stringify([here, ...rest].slice(0, KEEP)));
}

function menuPages(query) {
  const links = [...document.querySelectorAll("[data-nav] a[href]")];
  return links
    .map((link) => ({ label: link.textContent.trim(), url: link.getAttribute("href") }))
    .filter((item) => item.label.toLowerCase().includes(query.toLowerCase()));
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("input");
    this.list = dialog.querySelector("[data-palette-results]");
    this.url = dialog.dataset.palette;
    this.at = 0;
    this.turn = 0;
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  open() {
    this.input.value = "";
    openDialog(this.dialog);
    this.input.focus();
    this.search();
  }

  async search() {
    const query = this.input.value.trim();
    const turn = ++this.turn;
    const local = query
      ? [{ title: text("pages"), items: menuPages(query) }]
      : [
          { title: text("recent"), items: recents() },
          { title: text("pages"), items: menuPages("") },
        ];
    this.show(local);
    if (!this.url || !query) return;
    await new Promise((done) => setTimeout(done, WAIT));
    if (turn !== this.turn) return;
    try {
      const address = `${this.url}?q=${encodeURIComponent(query)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok || turn !== this.turn) return;
      this.show([...(await answer.json()).groups, ...local]);
    } catch {
      // Offline: the pages found in the menu stay.
    }
  }

  show(groups) {
    this.list.replaceChildren();
    let number = 0;
    for (const group of groups.filter((each) => each.items.length)) {
      const heading = make("li", "ch-palette-group", group.title);
      heading.setAttribute("role", "presentation");
      this.list.append(heading);
      for (const item of group.items) this.list.append(this.row(item, number++));
    }
    if (!number) {
      const none = make("li", "ch-palette-none", text("nothingFound"));
      none.setAttribute("role", "presentation");
      this.list.append(none);
    }
    this.mark(0);
  }

  row(item, number) {
    const row = make("li", "ch-palette-item");
    row.id = `palette-${number}`;
    row.setAttribute("role", "option");
    row.dataset.url = item.url;
    row.append(make("span", "", item.label));
    if (item.hint) row.append(make("small", "", item.hint));
    row.addEventListener("click", (event) => this.go(item.url, event.ctrlKey || event.metaKey));
    return row;
  }

  rows() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  mark(index) {
    const rows = this.rows();
    this.at = rows.length ? (index + rows.length) % rows.length : 0;
    rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === this.at)));
    if (rows.length) {
      this.input.setAttribute("aria-activedescendant", rows[this.at].id);
      rows[this.at].scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if (event.key === "Enter") {
      const row = this.rows()[this.at];
      if (row) this.go(row.dataset.url, event.ctrlKey || event.metaKey);
    } else return;
    event.preventDefault();
  }

  go(url, aside) {
    if (aside) window.open(url, "_blank", "noopener");
    else window.location.assign(url);
  }
}

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  rememberPage();
  const palette = new Palette(dialog);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-open-palette]")) {
      event.preventDefault();
      palette.open();
    }
  });
}
