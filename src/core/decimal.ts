/**
 * @file Exact decimals for a broker's edge: text in, text out, never through a float and never with an exponent.
 * The simulator works in float64 on whole lots and ticks; this is where it meets the venue.
 */
import { Decimal as DecimalJs } from "decimal.js";
import { TidemarkError } from "./errors.ts";

const Exact = DecimalJs.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });

export type Decimal = DecimalJs;

/** Books read the same few prices and quantities again and again; a decimal never changes, so one serves all readers. */
const MOST_KNOWN = 4_096;
const known = new Map<string, Decimal>();

/** Reads plain decimal text such as "0.0010". Throws DATA_FORMAT on anything that is not a finite number. */
export function decimal(text: string): Decimal {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw new TidemarkError("DATA_FORMAT", { what: `"${text}" is not a decimal number` });
  }
  const value = new Exact(text);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, value);
  return value;
}

/** Plain text without an exponent and without trailing zeros. */
export function decimalText(value: Decimal): string {
  return value.toFixed();
}

/** The largest multiple of `step` that is not above `value` (towards zero for negative values). */
export function floorToStep(value: Decimal, step: Decimal): Decimal {
  return value.div(step).toDecimalPlaces(0, DecimalJs.ROUND_DOWN).mul(step);
}

/** The smallest multiple of `step` that is not below `value` in magnitude. */
export function ceilToStep(value: Decimal, step: Decimal): Decimal {
  return value.div(step).toDecimalPlaces(0, DecimalJs.ROUND_UP).mul(step);
}

/** The exact text of a whole number of steps: 3 lots of "0.001" are "0.003". */
export function stepsText(count: number, step: string): string {
  if (!Number.isSafeInteger(count))
    throw new TidemarkError("DATA_FORMAT", { what: `${count} is not a whole number of steps` });
  return decimalText(decimal(step).mul(count));
}

/** Decimal places of a step such as "0.010" (2). */
export function stepDecimals(step: string): number {
  return decimal(step).decimalPlaces();
}

/** Exact decimal text as it stands on a wire or in a journal: plain digits, no exponent, no trailing zeros. */
export type DecimalText = string & { readonly __decimal: true };

/** Wire text, or a value, in its one canonical form. Throws DATA_FORMAT on anything that is not a finite number. */
export function exactText(value: string | Decimal): DecimalText {
  const exact = typeof value === "string" ? decimal(value) : value;
  return decimalText(exact.isZero() ? exact.abs() : exact) as DecimalText;
}

/**
 * The shortest decimal that reads back as this float: how a number of the simulator (a price level, a rate) enters exact
 * arithmetic. Throws DATA_FORMAT on what is not finite.
 */
export function decimalOfNumber(value: number): Decimal {
  if (!Number.isFinite(value)) throw new TidemarkError("DATA_FORMAT", { what: `${value} is not a decimal number` });
  return new Exact(value);
}

/** The text of nothing. */
export const ZERO_TEXT = "0" as DecimalText;
