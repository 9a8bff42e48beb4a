/**
 * @file Exact money of the local venue: whole numbers of 1e-18, so that prices times quantities times fee rates are exact
 * and the cash of an account is the sum of what moved it, to the last digit.
 */
import { invariant } from "../../../core/index.ts";

const DECIMALS = 18;
export const ONE = 10n ** BigInt(DECIMALS);

/** Reads plain decimal text such as "-0.0010", or a number. Throws where it is none, or has more than 18 decimals. */
export function money(value: string | number): bigint {
  const text = typeof value === "number" ? numberText(value) : value;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const whole = match?.[2] ?? "";
  const part = match?.[3] ?? "";
  invariant(match !== null && whole + part !== "" && part.length <= DECIMALS, `"${text}" is an amount of money`);
  const units = BigInt(whole === "" ? "0" : whole) * ONE + BigInt(part.padEnd(DECIMALS, "0"));
  return match[1] === "-" ? -units : units;
}

/** Plain text without trailing zeros: "0.055", "-3", "0". */
export function moneyText(amount: bigint): string {
  const negative = amount < 0n;
  const digits = (negative ? -amount : amount).toString().padStart(DECIMALS + 1, "0");
  const part = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${negative ? "-" : ""}${digits.slice(0, -DECIMALS)}${part === "" ? "" : `.${part}`}`;
}

/** The product of two amounts, towards zero beyond 18 decimals. */
export function times(a: bigint, b: bigint): bigint {
  return (a * b) / ONE;
}

/** The quotient of two amounts, towards zero beyond 18 decimals. */
export function over(a: bigint, b: bigint): bigint {
  return (a * ONE) / b;
}

export function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** For sizes that need no exactness, such as ranks and displays. */
export function toNumber(amount: bigint): number {
  return Number(amount) / 1e18;
}

function numberText(value: number): string {
  const text = value.toString();
  return /e/i.test(text) ? value.toFixed(DECIMALS) : text;
}
