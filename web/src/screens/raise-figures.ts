/** @file What may be used and lost once a session trades with money again, from what it tells of itself. */
import type { LiveChange, Promotion, Session } from "../api/contract.ts";
import { money, NONE, number, percent } from "../lib/format.ts";

type Row = readonly [name: string, value: string];

/** A cap of zero is none. */
function capped(value: number, currency: string): string {
  return value > 0 ? money(String(value), currency) : "no limit of its own";
}

/** What a share of an equity is worth, and what is left of it: "312.50 USDT (10 %), then it halts; 300.00 USDT left". */
function lossText(share: number, from: string, equity: string, currency: string): string {
  if (!(share > 0)) return "no limit";
  const most = Number(from) * share;
  const left = Math.max(0, most - (Number(from) - Number(equity)));
  return `${money(String(most), currency)} (${percent(share)}), then it halts; ${money(String(left), currency)} left`;
}

/** Account, caps, and the losses at which the engine halts by itself. */
export function whatItAllows(session: Session): Row[] {
  const { currency, equity, dayEquity, peakEquity, limits } = session;
  const rows: Row[] = [
    ["Account", session.account],
    ["Equity", money(equity, currency)],
    ["Today", money(session.dayProfit, currency)],
    ["Positions", String(session.positions.length)],
  ];
  if (limits === null || limits === undefined) return [...rows, ["Limits", NONE]];
  return [
    ...rows,
    ["All positions together", capped(limits.maxTotalNotional, currency)],
    ["One position", capped(limits.maxPositionNotional, currency)],
    ["Worst day", lossText(limits.dailyLoss, dayEquity, equity, currency)],
    ["Below its peak", lossText(limits.maxDrawdown, peakEquity, equity, currency)],
  ];
}

/** Where its model stands on the ladder: the gates it has passed. */
export function gateText(session: Session, assetClass: string, promotions: readonly Promotion[]): string {
  const found = promotions.find(
    (one) => `${one.model}/${one.version}` === session.model && one.assetClass === assetClass,
  );
  if (found === undefined) return `${session.model === "" ? session.name : session.model}: no gate has looked at it`;
  const size = found.multiplier === null ? "" : `, size × ${number(found.multiplier, 2)}`;
  return `${session.model}: ${found.stage}${size}`;
}

/** Changes that were carried out longer ago are the journal's alone. */
const TOLD_MS = 600_000;

export type Outcome = { readonly id: string; readonly isDone: boolean; readonly what: string; readonly fix: string };

/** What the engine made of the newest change of a session; undefined while one waits or none was sent lately. */
export function outcomeOf(changes: readonly LiveChange[], session: string, nowMs: number): Outcome | undefined {
  const last = changes.find((one) => one.session === session);
  if (last === undefined || last.state !== "sent" || nowMs - last.actsMs > TOLD_MS) return undefined;
  const { id, command, answer } = last;
  const journal = "The journal tells what became of it.";
  if (answer === null)
    return { id, isDone: false, what: "It was sent; the engine has not answered yet.", fix: journal };
  if (answer.state === "done" || answer.state === "accepted")
    return { id, isDone: true, what: command === "resume" ? "It trades again." : "It may open again.", fix: "" };
  const { code = "UNKNOWN", what = "It is not known whether the engine took it" } = answer.error ?? {};
  const fix = answer.state === "refused" ? "Nothing was changed." : journal;
  return { id, isDone: false, what: `${code}: ${what}.`, fix: answer.error?.fix ?? fix };
}
