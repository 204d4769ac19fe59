// Charts from a small vocabulary of our own, so that pages never write chart options:
// {kind: line|bar|stacked|pie|heatmap, labels: [], series: [{name, values}], unit}
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import langZH from "echarts/i18n/langZH-obj.js";

import { language } from "./dom.js";
import { fromFen } from "./money.js";

echarts.use([
  AriaComponent,
  BarChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  PieChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
]);
echarts.registerLocale("ZH", langZH);

const drawn = new WeakMap();
const still = matchMedia("(prefers-reduced-motion: reduce)");

function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "fen") return fromFen(value);
  if (unit === "percent") return `${value}%`;
  return new Intl.NumberFormat(language()).format(value);
}

function short(value, unit) {
  const number = unit === "fen" ? value / 100 : value;
  const text = new Intl.NumberFormat(language(), { notation: "compact" }).format(number);
  return unit === "percent" ? `${text}%` : text;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    font: getComputedStyle(document.body).fontFamily,
    ink: read("--ch-ink-soft"),
    line: read("--ch-line"),
    paper: read("--ch-surface"),
    low: read("--ch-sunken"),
    series: [1, 2, 3, 4, 5, 6].map((number) => read(`--ch-series-${number}`)),
  };
}

function axes(data, look) {
  const text = { color: look.ink };
  return {
    grid: { left: 8, right: 12, top: data.series.length > 1 ? 40 : 16, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: data.labels,
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      // Without anything to show the axis would count in thousandths of a fen.
      max: data.series.some((series) => series.values.some(Boolean)) ? undefined : data.unit === "fen" ? 10000 : 1,
      minInterval: data.unit === "count" ? 1 : undefined,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: { ...text, formatter: (value) => short(value, data.unit) },
    },
  };
}

// Lines differ by their marks and bars by their pattern, too: colour never tells them apart alone.
const MARKS = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect"];

function lines(data) {
  return data.series.map((series, index) => ({
    type: "line",
    symbol: MARKS[index % MARKS.length],
    name: series.name,
    data: series.values,
    showSymbol: data.labels.length < 16,
    symbolSize: 6,
    lineStyle: series.former ? { type: "dashed", width: 2 } : { width: 2.5 },
    areaStyle: data.series.length === 1 ? { opacity: 0.08 } : undefined,
  }));
}

function bars(data) {
  return data.series.map((series) => ({
    type: "bar",
    name: series.name,
    data: series.values,
    stack: data.kind === "stacked" ? "all" : undefined,
    barMaxWidth: 28,
    itemStyle: { borderRadius: data.kind === "stacked" ? 0 : [4, 4, 0, 0] },
  }));
}

function pie(data, look) {
  const values = data.series[0]?.values || [];
  return {
    series: [
      {
        type: "pie",
        radius: ["52%", "78%"],
        center: ["50%", "46%"],
        itemStyle: { borderColor: look.paper, borderWidth: 2 },
        label: { show: false },
        data: data.labels.map((name, index) => ({ name, value: values[index] })),
      },
    ],
  };
}

function heatmap(data, look) {
  const cells = data.series.flatMap((series, y) => series.values.map((value, x) => [x, y, value]));
  const top = Math.max(1, ...cells.map((cell) => cell[2] || 0));
  const base = axes(data, look);
  return {
    ...base,
    grid: { ...base.grid, top: 8 },
    yAxis: { type: "category", data: data.series.map((series) => series.name), axisLabel: { color: look.ink } },
    visualMap: { show: false, min: 0, max: top, inRange: { color: [look.low, look.series[0]] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.paper, borderWidth: 2 } }],
  };
}

function options(data, look, title) {
  const round = data.kind === "pie";
  const legend = data.kind === "heatmap" ? false : data.series.length > 1 || round;
  const body = {
    line: () => ({ ...axes(data, look), series: lines(data) }),
    bar: () => ({ ...axes(data, look), series: bars(data) }),
    stacked: () => ({ ...axes(data, look), series: bars(data) }),
    pie: () => pie(data, look),
    heatmap: () => heatmap(data, look),
  }[data.kind]();
  return {
    animation: !still.matches,
    // The table says the figures in order; the library's own sentence reads out gaps and indices.
    aria: { enabled: true, label: { description: title }, decal: { show: data.kind !== "line" && data.series.length > 1 } },
    color: look.series,
    // Texts are measured before they are drawn, so "inherit" would be measured as another font.
    textStyle: { fontFamily: look.font },
    legend: legend
      ? { type: "scroll", [round ? "bottom" : "top"]: 0, icon: data.kind === "line" ? undefined : "roundRect", itemWidth: 16, itemGap: 18, textStyle: { color: look.ink } }
      : undefined,
    tooltip: {
      trigger: round || data.kind === "heatmap" ? "item" : "axis",
      renderMode: "richText",
      valueFormatter: (value) => shown(Array.isArray(value) ? value[2] : value, data.unit),
    },
    ...body,
  };
}

async function dataOf(box) {
  if (box.dataset.chart) return JSON.parse(box.dataset.chart);
  const answer = await fetch(box.dataset.chartUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`chart: ${answer.status}`);
  return answer.json();
}

export async function draw(box) {
  try {
    const data = await dataOf(box);
    const locale = language() === "zh" ? "ZH" : "EN";
    const chart = drawn.get(box) || echarts.init(box, null, { renderer: "svg", locale });
    if (!drawn.has(box)) new ResizeObserver(() => chart.resize()).observe(box);
    drawn.set(box, chart);
    chart.setOption(options(data, colours(), box.getAttribute("aria-label")), true);
    box.classList.add("is-drawn");
  } catch {
    // The table under the chart says the same: it opens instead.
    box.hidden = true;
    box.closest("figure")?.querySelector("details")?.setAttribute("open", "");
  }
}
