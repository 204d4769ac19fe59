// The member's code on the phone: a fresh one each minute, the last one kept for when
// the network is away, and the screen held awake while it is shown.
import { fresh } from "./dom.js";

async function holdAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // The device may refuse, for example when its battery is low: the code still shows.
  }
}

async function refresh(box) {
  const key = `member-code:${box.dataset.memberCode}`;
  try {
    const answer = await fetch(box.dataset.memberCode, { headers: { Accept: "image/svg+xml" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const svg = await answer.text();
    localStorage.setItem(key, svg);
    show(box, svg, false);
  } catch {
    const kept = localStorage.getItem(key);
    if (kept) show(box, kept, true);
  }
}

function show(box, svg, offline) {
  const image = box.querySelector("img");
  if (image) image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  const hint = box.querySelector("[data-offline-hint]");
  if (hint) hint.hidden = !offline;
}

export function startMemberCode(root) {
  for (const box of fresh(root, "[data-member-code]", "codeReady")) {
    const seconds = Number(box.dataset.seconds || 60);
    refresh(box);
    holdAwake();
    setInterval(() => document.visibilityState === "visible" && refresh(box), seconds * 1000);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh(box));
  }
}
