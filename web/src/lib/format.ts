/** @file Numbers, times and spans as the page shows them: real minus signs, thousands apart, nothing shortened that is at risk. */
import { fixed, placesOf, signOf } from "./decimal.ts";

/** What stands where there is no value; zero is a value. */
export const NONE = "–";
const MINUS = "−";

export type Numeric = string | number | null | undefined;

function textOf(value: Numeric): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  return value;
}

/** Thousands apart by a thin comma, the minus sign a real one. */
function group(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${negative ? MINUS : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A number with so many digits after the point; the text as it came where it is no number. */
export function number(value: Numeric, places?: number): string {
  const text = textOf(value);
  if (text === undefined) return NONE;
  const rounded = fixed(text, places ?? placesOf(text));
  return rounded === undefined ? text : group(rounded);
}

/** A number whose sign is always shown; zero has none. */
export function signed(value: Numeric, places = 2): string {
  const shown = number(value, places);
  const text = textOf(value);
  const isPositive = text !== undefined && signOf(fixed(text, places) ?? text) === 1;
  return isPositive ? `+${shown}` : shown;
}

export function money(value: Numeric, currency?: string, places = 2): string {
  const shown = number(value, places);
  return shown === NONE || currency === undefined ? shown : `${shown} ${currency}`;
}

/** A price or quantity with the digits that it came with. */
export function exact(value: Numeric): string {
  return number(value);
}

/** A share (0.123) as per cent. */
export function percent(value: number | null | undefined, places = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return `${number(value * 100, places)} %`;
}

export function signedPercent(value: number | null | undefined, places = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return `${signed(value * 100, places)} %`;
}

/** A drawdown as a depth: reports tell it below zero, sessions above. */
export function depth(drawdown: number | null | undefined): number | null {
  return drawdown === null || drawdown === undefined ? null : Math.abs(drawdown);
}

/** A figure of a statistic: four significant digits, and an exponent where it needs one. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2).replaceAll("-", MINUS);
  if (Number.isInteger(value)) return number(value, 0);
  return number(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

/** A ratio such as Sharpe's: two digits, so that columns align. */
export function ratio(value: number | null | undefined): string {
  return number(value, 2);
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${number(value / 1000 ** at, at === 0 ? 0 : 1)} ${units[at]}`;
}

export type Zone = "UTC" | "local";

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone): Intl.DateTimeFormat {
  const found = formatters.get(zone);
  if (found !== undefined) return found;
  const made = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
  });
  formatters.set(zone, made);
  return made;
}

export type Precision = "day" | "minute" | "second";

/** A moment in the zone that the reader chose: 2026-11-26 16:35. The zone itself stands in the status line. */
export function moment(ms: number | null | undefined, zone: Zone = "UTC", precision: Precision = "minute"): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms === 0) return NONE;
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter(zone).formatToParts(ms)) parts[type] = value;
  const day = `${parts.year}-${parts.month}-${parts.day}`;
  if (precision === "day") return day;
  return `${day} ${parts.hour}:${parts.minute}${precision === "second" ? `:${parts.second}` : ""}`;
}

export function clockTime(ms: number, zone: Zone = "UTC"): string {
  return moment(ms, zone, "second").slice(11);
}

/** A span in its two largest units: 3 d 4 h, 12 min 5 s, 0.4 s. */
export function span(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NONE;
  if (ms < 0) return `${MINUS}${span(-ms)}`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const units: [string, number][] = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first];
  const whole = Math.floor(seconds / size);
  const next = units[first + 1];
  if (next === undefined) return `${whole} ${name}`;
  const rest = Math.floor((seconds % size) / next[1]);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${next[0]}`;
}

export function ago(ms: number | null | undefined, nowMs: number): string {
  if (ms === null || ms === undefined || ms === 0) return NONE;
  const elapsed = nowMs - ms;
  return elapsed < 1_000 ? "just now" : `${span(elapsed)} ago`;
}

/** The class that colours a signed value; zero is neutral. */
export function tone(value: Numeric): "up" | "down" | "" {
  const text = textOf(value);
  const sign = text === undefined ? undefined : signOf(text);
  return sign === 1 ? "up" : sign === -1 ? "down" : "";
}
