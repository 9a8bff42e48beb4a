/** @file How much of the funding that is due is known: a rate that is missing is not a rate of zero. */
import { HOUR_MS } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { FundingCoverage } from "./record.ts";

/** Below this share, missing funding is said. */
export const ENOUGH_FUNDING = 0.95;

/** What is known of one symbol's newest interval. */
type Interval = { expected: number; found: number; period: number; interval: number; known: boolean };

/**
 * Of each symbol that pays funding: the funding intervals that begin between its first and its last bar of the rows that
 * are added one stretch after the other, and those in which the tape holds a rate. Bars longer than an interval hold
 * several stamps and count once.
 */
export class FundingCounter {
  readonly #paying: ReadonlyArray<{ readonly s: number; readonly symbol: string; readonly intervalMs: number }>;
  readonly #state: readonly Interval[];

  constructor({ instruments, barMs }: Pick<MarketTape, "instruments" | "barMs">) {
    this.#paying = instruments.flatMap(({ symbol, fundingIntervalHours }, s) =>
      fundingIntervalHours === undefined
        ? []
        : [{ s, symbol, intervalMs: Math.max(fundingIntervalHours * HOUR_MS, barMs) }],
    );
    this.#state = this.#paying.map(() => ({
      expected: 0,
      found: 0,
      period: Number.NaN,
      interval: Number.NaN,
      known: false,
    }));
  }

  /** Rows `[from, to)` of the tape, which follow those before. */
  add(tape: MarketTape, from: number, to: number): void {
    this.#paying.forEach(({ s, intervalMs }, i) => {
      const state = this.#state[i];
      for (let t = from; t < to; t++) {
        const cell = t * tape.symbols + s;
        const rate = tape.funding[cell];
        if (tape.present[cell] === 0 && rate === 0) continue;
        const own = Math.floor(tape.timeMs[t] / intervalMs);
        if (own !== state.period) {
          state.period = own;
          close(state);
          // An interval whose first bar, in which its stamp falls, was not seen says nothing.
          state.interval = tape.timeMs[t] - own * intervalMs < tape.barMs ? own : Number.NaN;
          state.known = false;
        }
        state.known ||= rate !== 0;
      }
    });
  }

  coverage(): FundingCoverage[] {
    return this.#paying.map(({ symbol }, i) => {
      const last = { ...this.#state[i] };
      close(last);
      return { symbol, expected: last.expected, found: last.found };
    });
  }
}

function close(state: Interval): void {
  if (Number.isNaN(state.interval)) return;
  state.expected++;
  if (state.known) state.found++;
}
