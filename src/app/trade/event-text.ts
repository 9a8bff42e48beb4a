/** @file A record of a journal in one line, with how much it matters. */
import { decimal, exactText, formatDay } from "../../core/index.ts";
import type { Entry } from "../../trade/index.ts";

export type ToldEvent = {
  readonly symbol: string | null;
  readonly level: "info" | "good" | "warn" | "bad";
  readonly text: string;
};

type Tell = { readonly [K in Entry["kind"]]?: (entry: Extract<Entry, { kind: K }>) => ToldEvent | undefined };

const info = (text: string, symbol: string | null = null): ToldEvent => ({ symbol, level: "info", text });
const good = (text: string, symbol: string | null = null): ToldEvent => ({ symbol, level: "good", text });
const warn = (text: string, symbol: string | null = null): ToldEvent => ({ symbol, level: "warn", text });
const bad = (text: string, symbol: string | null = null): ToldEvent => ({ symbol, level: "bad", text });

/** An amount to eight decimals: what lies behind them is the paper exchange's arithmetic. */
const plain = (amount: string): string => exactText(decimal(amount).toDecimalPlaces(8));

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** A wish that was carried out ends as one that was given up does. */
const ENDS: ReadonlySet<string> = new Set(["done", "flat"]);

/** Prices, timers and looks are left out: they come by the second. */
const TELL: Tell = {
  session: ({ id, version }) => info(`session ${id} begins, version ${version}`),
  started: () => info("the engine has started"),
  stopped: ({ reason }) => info(`the engine has stopped: ${reason}`),
  decision: ({ closeMs, targets }) => {
    const wants = targets.map(({ quantity, symbol }) => `${quantity} ${symbol}`).join(", ");
    return info(`decided at the close of ${clock(closeMs)}: ${wants === "" ? "nothing" : wants}`);
  },
  missed: ({ fromMs, toMs, reason }) => warn(`bars from ${clock(fromMs)} to ${clock(toMs)} were missed: ${reason}`),
  replayed: ({ sinceMs, decisions, equal, difference }) =>
    decisions === equal
      ? info(`${decisions} decisions since ${formatDay(sinceMs)} came out again as they were`)
      : bad(
          `${decisions - equal} of ${decisions} decisions since ${formatDay(sinceMs)} came out otherwise: ${difference ?? ""}`,
        ),
  intent: ({ request: { side, quantity, symbol, type } }) =>
    info(`${side} ${quantity} ${symbol} (${type}) is sent`, symbol),
  denied: ({ symbol, code, detail }) => warn(`${code}: ${detail}`, symbol),
  dropped: ({ symbol, reason }) => info(ENDS.has(reason) ? "what was decided is done" : `left out: ${reason}`, symbol),
  submitted: ({ clientOrderId, outcome }) => {
    if (outcome.outcome === "acknowledged") return undefined;
    return outcome.outcome === "rejected"
      ? bad(`${clientOrderId} was rejected: ${outcome.code}, ${outcome.message}`)
      : warn(`what became of ${clientOrderId} is not known: ${outcome.reason}`);
  },
  broker: ({ event }) => {
    if (event.kind !== "execution") return undefined;
    const { kind, side, quantity, symbol, price, fee } = event.execution;
    return kind === "funding"
      ? info(`funding ${plain(fee)}`, symbol)
      : good(`filled: ${side} ${quantity} ${symbol} at ${price}, fee ${plain(fee)}`, symbol);
  },
  settled: ({ clientOrderId, status, why }) => warn(`${clientOrderId} is ${status}: ${why}`),
  healed: ({ symbol, from, to, why }) => warn(`the position is ${to}, not ${from}: ${why}`, symbol),
  cashDiffers: ({ journal, venue }) => warn(`the venue's balance is ${venue}, the journal's ${journal}`),
  flatten: ({ symbol, why }) => warn(`is closed: ${why}`, symbol),
  naked: ({ symbol }) => bad(`${symbol} has no stop at the venue`, symbol),
  covered: ({ symbol, nakedMs }) => good(`${symbol} has its stop, after ${(nakedMs / 1_000).toFixed(1)} s`, symbol),
  state: ({ to, cause, text }) => (to === "active" ? good(`active again: ${text}`) : bad(`${to} (${cause}): ${text}`)),
  // A command stands in the journal by itself; its alarm is for those who are told elsewhere.
  alarm: ({ code, text }) => (code.startsWith("command.") ? undefined : bad(`${code}: ${text}`)),
  feed: ({ state, reason }) =>
    state === "down" || state === "stale" ? warn(`market data ${state}: ${reason}`) : info(`market data ${state}`),
  archived: ({ firstSeq, lastSeq, file }) => info(`records ${firstSeq} to ${lastSeq} are in ${file} now`),
  command: ({ command, by, reason }) => warn(`${command} by ${by}${reason === "" ? "" : `: ${reason}`}`),
};

/** Undefined for what nobody reads line by line. */
export function tellEntry(entry: Entry): ToldEvent | undefined {
  const tell = TELL[entry.kind] as ((entry: Entry) => ToldEvent | undefined) | undefined;
  return tell?.(entry);
}
