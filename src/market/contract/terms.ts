/** @file Whether the terms of a contract fit each other and the prices that it is history of. */
import { type Instrument, InstrumentKind, isMargined, TidemarkError } from "../../core/index.ts";
import type { Candles } from "../candles.ts";

/** A price step beyond this share of the lowest price turns every fill into another price. */
const GREATEST_TICK_SHARE = 0.01;
const GREATEST_FEE_BPS = 1000;

/** Throws DATA_CONTRACT for the first term that can't be. Without candles the steps are not held against prices. */
export function checkTerms(contract: Instrument, candles: Candles | undefined, where: string): void {
  const fault = termFault(contract) ?? (candles === undefined ? undefined : tickFault(contract, candles));
  if (fault === undefined) return;
  throw new TidemarkError("DATA_CONTRACT", {
    what: `${contract.symbol} (${contract.venue}): ${fault.what}`,
    where,
    fix: fault.fix,
  });
}

type TermFault = { readonly what: string; readonly fix: string };

const SAY = (option: string): string =>
  `Say it right with \`import ${option}\` or in [instruments.SYMBOL] of tidemark.toml; nothing was stored.`;

function termFault(contract: Instrument): TermFault | undefined {
  const { kind, tickSize, lotStep, maxLeverage, maintenanceMarginRate, takerFeeBps, makerFeeBps } = contract;
  if (!(Number(tickSize) > 0)) return { what: `the tick "${tickSize}" is not above zero`, fix: SAY("--tick") };
  if (!(Number(lotStep) > 0)) return { what: `the lot "${lotStep}" is not above zero`, fix: SAY("--lot") };
  if (contract.fundingIntervalHours !== undefined && kind !== InstrumentKind.perpetual) {
    return { what: `a ${kind} contract has no funding`, fix: SAY("--kind perpetual") };
  }
  if (!isMargined(kind) && maxLeverage > 1) {
    return { what: `a ${kind} holding has no leverage, ${maxLeverage} was said`, fix: SAY("--max-leverage 1") };
  }
  if (isMargined(kind) && maintenanceMarginRate * maxLeverage >= 1) {
    const percent = Number((100 * maintenanceMarginRate).toPrecision(4));
    return {
      what: `a maintenance margin of ${percent} % leaves no room at a leverage of ${maxLeverage}`,
      fix: SAY("--max-leverage"),
    };
  }
  for (const fee of [takerFeeBps, makerFeeBps]) {
    if (!(Math.abs(fee) <= GREATEST_FEE_BPS))
      return { what: `a fee of ${fee} bps can't be`, fix: SAY("--taker-fee-bps") };
  }
  return undefined;
}

/** A sentence where the tick is a great share of the lowest price, or undefined. */
export function tickText(contract: Instrument, candles: Candles): string | undefined {
  return tickFault(contract, candles)?.what;
}

function tickFault({ tickSize, guessed }: Instrument, { low, length }: Candles): TermFault | undefined {
  let lowest = Infinity;
  for (let i = 0; i < length; i++) if (low[i] < lowest) lowest = low[i];
  const tick = Number(tickSize);
  if (!(tick > GREATEST_TICK_SHARE * lowest)) return undefined;
  const percent = Number(((100 * tick) / lowest).toPrecision(2));
  const from = guessed?.tickSize === undefined ? "" : ", guessed from history of higher prices";
  return {
    what: `its tick ${tickSize}${from} is ${percent} % of the lowest price ${lowest}`,
    fix: SAY("--tick"),
  };
}
