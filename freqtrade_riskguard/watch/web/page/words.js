// Figures as words. What nobody told is said to be unknown, never shown as 0.

export const UNKNOWN = "unknown";
const known = (value) => typeof value === "number" && Number.isFinite(value);
const grouped = (value, digits) =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const quote = (value, currency) => (known(value) ? `${grouped(value, 2)} ${currency}` : UNKNOWN);
export const percent = (value, digits = 1) => (known(value) ? `${grouped(value * 100, digits)} %` : UNKNOWN);
export const signed = (value) => (known(value) ? `${value > 0 ? "+" : ""}${percent(value)}` : UNKNOWN);
export const times = (value) => (known(value) ? `${Number(value.toPrecision(3))}x` : UNKNOWN);

/** A price with six digits that count. */
export function price(value) {
  if (!known(value)) return UNKNOWN;
  return value.toLocaleString("en-US", { maximumSignificantDigits: 6, useGrouping: Math.abs(value) >= 1000 });
}

const two = (number) => String(number).padStart(2, "0");
const date = (time) => (time instanceof Date ? time : new Date(time));

export function clock(time) {
  const at = date(time);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** Day and minute, UTC. */
export function moment(time) {
  const at = date(time);
  return `${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export function lasted(seconds) {
  if (!known(seconds)) return UNKNOWN;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}
