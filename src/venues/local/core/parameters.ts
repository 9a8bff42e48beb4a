/** @file Parameters of a request: text as it came over the wire, read strictly. */
import type { Listing } from "./listing.ts";
import { money } from "./money.ts";
import { refuse, requireOrRefuse } from "./reject.ts";

export type Parameters = Readonly<Record<string, unknown>>;

const PLAIN = /^\d{1,20}(?:\.\d{1,18})?$/;

export function textOf(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return `${value}`;
  return refuse(10001, `params error: ${name} invalid`);
}

export function flagOf(parameters: Parameters, name: string): boolean {
  return textOf(parameters, name) === "true";
}

export function wholeOf(parameters: Parameters, name: string, fallback: number): number {
  const text = textOf(parameters, name);
  if (text === "") return fallback;
  requireOrRefuse(/^\d{1,16}$/.test(text), 10001, `params error: ${name} invalid`);
  return Number(text);
}

export function choiceOf<T extends string>(
  parameters: Parameters,
  name: string,
  choices: readonly T[],
  fallback?: T,
): T {
  const text = textOf(parameters, name);
  if (text === "" && fallback !== undefined) return fallback;
  const found = choices.find((choice) => choice === text);
  return found ?? refuse(10001, `params error: ${name} invalid`);
}

/** A price in ticks; 0 where it is absent, empty or "0". Prices off the grid are refused. */
export function ticksOf(parameters: Parameters, name: string, listing: Listing): number {
  const text = textOf(parameters, name);
  if (text === "" || text === "0") return 0;
  const code = listing.category === "spot" ? 170134 : 10001;
  requireOrRefuse(PLAIN.test(text), code, `${name} invalid`);
  const amount = money(text);
  requireOrRefuse(
    amount % listing.tick === 0n,
    code,
    listing.category === "spot" ? "Order price has too many decimals." : `The ${name} is not on the price grid`,
  );
  return Number(amount / listing.tick);
}

/** A quantity in lots, refused off the grid. */
export function lotsOf(parameters: Parameters, name: string, listing: Listing): number {
  const text = textOf(parameters, name);
  const code = listing.category === "spot" ? 170137 : 10001;
  requireOrRefuse(PLAIN.test(text), listing.category === "spot" ? 170130 : 10001, `${name} invalid`);
  const amount = money(text);
  requireOrRefuse(
    amount % listing.step === 0n,
    code,
    listing.category === "spot" ? "Order volume decimal too long." : "Qty invalid",
  );
  return Number(amount / listing.step);
}
