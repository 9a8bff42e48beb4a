/** @file Terms of contracts that the configuration says, as overrides of what is stored. */
import { decimal, decimalText, type InstrumentOverrides, plainSymbol } from "../../core/index.ts";
import type { Config } from "../config/load.ts";

/** By plain symbol; what is not said is not there. */
export function instrumentTerms(config: Config): Readonly<Record<string, InstrumentOverrides>> {
  return Object.fromEntries(
    Object.entries(config.instruments).map(([symbol, { tick, lot, ...terms }]) => {
      const said = {
        ...terms,
        ...(tick === undefined ? {} : { tickSize: stepText(tick) }),
        ...(lot === undefined ? {} : { lotStep: stepText(lot) }),
      };
      const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      return [plainSymbol(symbol), given];
    }),
  );
}

/** A step without an exponent. */
export function stepText(step: number | string): string {
  return decimalText(decimal(String(step)));
}
