// The chart library is heavy: it comes only to pages that have a chart.
import { all, fresh } from "./dom.js";

export async function startCharts(root) {
  const boxes = fresh(root, "[data-chart], [data-chart-url]", "chartReady");
  if (!boxes.length) return;
  const { draw } = await import("./charts.js");
  for (const box of boxes) draw(box);
  document.addEventListener("charterhouse:theme", () => all(document, "[data-chart-ready]").forEach(draw));
}
