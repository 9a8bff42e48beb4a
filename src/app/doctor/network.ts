/** @file Doctor: does the venue answer, and does this machine's clock agree with it? Work on stored data needs neither. */
import { TidemarkError } from "../../core/index.ts";
import { bybitVenue } from "../../venues/index.ts";
import type { AppContext } from "../context.ts";
import { type Check, CheckStatus } from "./check.ts";

const TIMEOUT_MS = 5_000;
/** Venues refuse signed requests whose time is further off than this or a little more. */
const MOST_SKEW_MS = 1_000;

export async function checkNetwork(context: AppContext): Promise<Check[]> {
  const venue = bybitVenue({ environment: context.environment, timeoutMs: TIMEOUT_MS, maxAttempts: 1 });
  try {
    // The first answer pays for names, connections and loading; the second is measured.
    await venue.serverTimeMs(context.signal);
    const startMs = context.clock.nowMs();
    const serverMs = await venue.serverTimeMs(context.signal);
    const endMs = context.clock.nowMs();
    const skewMs = Math.round((startMs + endMs) / 2 - serverMs);
    const found = `Bybit answers in ${endMs - startMs} ms`;
    return [{ name: "network", status: CheckStatus.ok, found }, clockCheck(skewMs, (endMs - startMs) / 2)];
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    const fix = "Only fetching and live quotes need it: import files, or check network and proxy.";
    return [
      { name: "network", status: CheckStatus.warn, found: thrown.what, fix },
      { name: "clock", status: CheckStatus.warn, found: "not compared: no venue answered" },
    ];
  }
}

/** @param uncertaintyMs half of the time that the answer took */
function clockCheck(skewMs: number, uncertaintyMs: number): Check {
  const found = `${Math.abs(skewMs)} ms ${skewMs >= 0 ? "ahead of" : "behind"} the venue`;
  if (Math.abs(skewMs) - uncertaintyMs <= MOST_SKEW_MS) return { name: "clock", status: CheckStatus.ok, found };
  return {
    name: "clock",
    status: CheckStatus.warn,
    found,
    fix: "Switch on time synchronisation (NTP) of this machine.",
  };
}
