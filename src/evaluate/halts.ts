/**
 * @file Stretches in which a limit left the account nothing but closing. A policy that reads its permissions asks for nothing
 * then, so that nothing is refused: without this record nobody would learn why it stopped trading.
 */
import type { SimulatedExchange } from "../exchange/index.ts";
import { Verdict, verdictNames } from "../risk/index.ts";
import type { Trade } from "./trades.ts";

/** Verdicts that end all opening at once. What ends with the account itself (a liquidation) is told by the result. */
export const HALTING = Verdict.closeOnly | Verdict.maxDrawdown | Verdict.dailyLoss;
export type HaltName = "closeOnly" | "maxDrawdown" | "dailyLoss";

/** One stretch. Times are closes of bars, UTC milliseconds. */
export type Halt = {
  readonly code: HaltName;
  readonly fromMs: number;
  /** The last close at which it was so. */
  readonly toMs: number;
  /** Decisions that were made meanwhile: a bar each. */
  readonly bars: number;
  /** Of the account when it began: account currency, and share below the peak, at or below 0. */
  readonly equity: number;
  readonly drawdown: number;
};

/** How often a limit struck, over how many bars, and its stretches: the first ones where they are very many, and the last. */
export type HaltRecord = {
  readonly stretches: number;
  readonly bars: number;
  readonly first: readonly Halt[];
  readonly last: Halt;
};

export type HaltRecords = Readonly<Partial<Record<HaltName, HaltRecord>>>;

/** Kept of the stretches of one limit: a day's loss can strike once a day, a drawdown may come and go for years. */
const KEPT = 500;

type Open = { -readonly [K in keyof Halt]: Halt[K] };

export class HaltRecorder {
  readonly #open = new Map<HaltName, Open>();
  readonly #records = new Map<HaltName, { stretches: number; bars: number; first: Open[]; last: Open }>();

  /** At each decision, before its bar is played. Account 0. @param bits those of `HALTING` that hold now */
  decided({ book, tape }: SimulatedExchange, bits: number): void {
    if (bits === 0 && this.#open.size === 0) return;
    const names = verdictNames(bits) as HaltName[];
    for (const name of this.#open.keys()) if (!names.includes(name)) this.#open.delete(name);
    const closeMs = tape.timeMs[book.bar[0]] + tape.barMs;
    for (const name of names) {
      const open = this.#open.get(name) ?? this.#begin(name, { ...momentOf(book), fromMs: closeMs });
      open.toMs = closeMs;
      open.bars++;
      const record = this.#records.get(name);
      if (record !== undefined) record.bars++;
    }
  }

  #begin(code: HaltName, moment: Pick<Halt, "fromMs" | "equity" | "drawdown">): Open {
    const begun = { code, ...moment, toMs: moment.fromMs, bars: 0 };
    this.#open.set(code, begun);
    const record = this.#records.get(code) ?? { stretches: 0, bars: 0, first: [], last: begun };
    this.#records.set(code, record);
    record.stretches++;
    record.last = begun;
    if (record.first.length < KEPT) record.first.push(begun);
    return begun;
  }

  records(): HaltRecords {
    return Object.fromEntries(this.#records);
  }
}

function momentOf({ equity, drawdown }: SimulatedExchange["book"]): Pick<Halt, "equity" | "drawdown"> {
  return { equity: equity[0], drawdown: -drawdown[0] };
}

/** What was held when a stretch began, with how it ended; a position that was closed in that very moment is not among it. */
export function heldAt(halt: Halt, trades: readonly Trade[]): Trade[] {
  return trades.filter(({ entryMs, exitMs }) => entryMs < halt.fromMs && exitMs >= halt.fromMs);
}
