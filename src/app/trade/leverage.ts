/** @file What the account borrows on, set before anything is sent, so that sizes and margins are those that decisions count with. */
import { decimal, decimalOfNumber, exactText, floorToStep, TidemarkError } from "../../core/index.ts";
import type { Broker, OrderRules } from "../../trade/index.ts";

const MOST_TRIES = 5;

/**
 * Sets every symbol to `leverage`, or to the most that its contract allows where that is less.
 * Throws VENUE_REJECTED where the venue refuses it, VENUE_UNREACHABLE where it is not known whether it did.
 */
export async function setLeverages(broker: Broker, rules: readonly OrderRules[], leverage: number): Promise<void> {
  for (const { symbol, maxLeverage, leverageStep } of rules) {
    const asked = decimalOfNumber(leverage);
    const most = asked.gt(maxLeverage) ? decimal(maxLeverage) : asked;
    const set = exactText(floorToStep(most, decimal(leverageStep)));
    let told = await broker.setLeverage(symbol, set);
    // Set twice it is the same: where it is not known whether it was, it is set again.
    for (let tries = 1; told.outcome === "unknown" && tries < MOST_TRIES; tries++) {
      told = await broker.setLeverage(symbol, set);
    }
    if (told.outcome === "set" || told.outcome === "unchanged") continue;
    const why = "message" in told ? told.message : "reason" in told ? told.reason : "";
    throw new TidemarkError(told.outcome === "rejected" ? "VENUE_REJECTED" : "VENUE_UNREACHABLE", {
      what: `The leverage of ${symbol} could not be set to ${set}: ${why}`,
      where: `${broker.capabilities.name} ${symbol}`,
      fix: "Set exchange.leverage to what the venue allows for this account, or close what is open there. Nothing was sent.",
    });
  }
}
