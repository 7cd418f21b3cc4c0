// What is drawn: bars against limits, a price axis, and an account over time.

import { el, svg } from "./elements.js";
import { clock, moment, percent, price, quote } from "./words.js";

const WARNING = 0.75;

/** How much of a limit is used, as a word for the style sheet. */
export const tone = (used) => (used === null || used === undefined ? "unknown" : used >= 1 ? "bad" : used >= WARNING ? "warn" : "good");

/** A bar up to its limit; ticks are shares of it, as steps of a ladder are. */
export function bar(used, ticks = []) {
  const width = Math.max(0, Math.min(1, used ?? 0)) * 100;
  return svg(
    "svg", { class: `bar ${tone(used)}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "rail", width: 100, height: 10 }),
    svg("rect", { class: "used", width, height: 10 }),
    ticks.filter((tick) => tick > 0 && tick < 1).map((tick) => svg("rect", { class: "tick", x: tick * 100 - 0.4, width: 0.8, height: 10 })),
  );
}

const AXIS = { width: 600, height: 34, side: 12 };
const SHAPES = {
  liquidation: (x) => svg("path", { d: `M${x - 6} 8l12 12m0-12l-12 12` }),
  stop: (x) => svg("path", { d: `M${x} 3v22` }),
  entry: (x) => svg("path", { d: `M${x} 7l5 7-5 7-5-7z` }),
  mark: (x) => svg("circle", { cx: x, cy: 14, r: 6 }),
};

/** Liquidation, stop, entry and mark of a position on one axis of prices. */
export function priceAxis(places) {
  const at = places.filter(([, value]) => typeof value === "number" && value > 0);
  const values = at.map(([, value]) => value);
  const low = Math.min(...values), high = Math.max(...values);
  const room = (high - low) * 0.04 || high * 0.01;
  const x = (value) =>
    AXIS.side + ((value - low + room) / (high - low + 2 * room)) * (AXIS.width - 2 * AXIS.side);
  const told = at.map(([name, value]) => `${name} ${price(value)}`).join(", ");
  return svg(
    "svg", { class: "axis", viewBox: `0 0 ${AXIS.width} ${AXIS.height - 6}`, role: "img", "aria-label": `On one axis: ${told}` },
    svg("line", { class: "rail", x1: 0, x2: AXIS.width, y1: 14, y2: 14 }),
    at.map(([name, value]) => {
      const shape = SHAPES[name](x(value));
      shape.setAttribute("class", `at-${name}`);
      return shape;
    }),
  );
}

/** The shape of a place on the axis, for the list of its prices. */
export function shapeOf(name) {
  const shape = SHAPES[name](8);
  shape.setAttribute("class", `at-${name}`);
  return svg("svg", { class: "shape", viewBox: "0 0 16 28", "aria-hidden": "true" }, shape);
}

const LETTERS = { lock: "L", halt: "H", cut: "C", exit: "X", guardian: "G" };
export const MARKS = { lock: "lock", halt: "halt", cut: "cut", exit: "exit by the guard", guardian: "stopped by the guardian" };

function ticks(low, high, most) {
  const raw = (high - low) / most || 1;
  const ten = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * ten).find((size) => size >= raw);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) found.push(value);
  return found;
}

const path = (points, x, y) => {
  let pen = "M", drawn = "";
  for (const point of points) {
    const value = y(point);
    if (value === null) { pen = "M"; continue; }
    drawn += `${pen}${x(point.time).toFixed(1)} ${value.toFixed(1)}`;
    pen = "L";
  }
  return drawn;
};

/** Equity above, the fall from the peak below, and what happened. */
export function accountChart(points, marks, currency, width) {
  const told = points.filter((point) => point.equity_quote !== null);
  if (told.length < 2) return el("p", { class: "note" }, "It begins with the guardian: the first points are to come.");
  const left = 58, right = 8, top = 20, high = 130, gap = 22, low = 50;
  const height = top + high + gap + low + 20;
  const begin = points[0].time, end = points[points.length - 1].time;
  const x = (time) => left + ((time - begin) / (end - begin || 1)) * (width - left - right);
  const lowest = Math.min(...told.map((point) => point.lowest_quote)), highest = Math.max(...told.map((point) => point.equity_quote));
  const room = (highest - lowest) * 0.06 || highest * 0.001;
  const y = (value) => top + high - ((value - lowest + room) / (highest - lowest + 2 * room)) * high;
  const deepest = Math.max(0.001, ...told.map((point) => point.drawdown_ratio ?? 0));
  const base = top + high + gap;
  const fall = (ratio) => base + (ratio / deepest) * low;
  const equity = (point) => (point.equity_quote === null ? null : y(point.equity_quote));
  const drawdown = (point) => (point.drawdown_ratio === null ? null : fall(point.drawdown_ratio));
  const times = width < 500 ? 3 : 5;
  const spells = [...Array(times).keys()].map((place) => begin + ((end - begin) * (place + 0.5)) / times);
  const within = marks.filter((mark) => mark.seconds >= begin && mark.seconds <= end);
  return svg(
    "svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label":
      `Equity from ${quote(told[0].equity_quote, currency)} to ${quote(told[told.length - 1].equity_quote, currency)}, ` +
      `deepest fall ${percent(deepest)}, ${within.length} marked events: they are listed below` },
    ticks(lowest, highest, 4).map((value) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString("en-US")),
    ]),
    svg("line", { class: "grid", x1: left, x2: width - right, y1: base, y2: base }),
    svg("text", { x: left - 6, y: base + 8, "text-anchor": "end" }, "0 %"),
    svg("text", { x: left - 6, y: base + low, "text-anchor": "end" }, `-${percent(deepest)}`),
    spells.map((time) => svg("text", { x: x(time), y: height - 4, "text-anchor": "middle" }, end - begin < 7200 ? clock(time * 1000) : moment(time * 1000))),
    within.map((mark) => svg("g", { class: `event ${mark.kind}` },
      svg("line", { x1: x(mark.seconds), x2: x(mark.seconds), y1: top, y2: base + low }),
      svg("text", { x: x(mark.seconds), y: top - 6, "text-anchor": "middle" }, LETTERS[mark.kind]))),
    svg("path", { class: "lowest", d: path(points, x, (point) => (point.lowest_quote === null ? null : y(point.lowest_quote))) }),
    svg("path", { class: "equity", d: path(points, x, equity) }),
    svg("path", { class: "fall", d: path(points, x, drawdown) }),
  );
}
