/**
 * @file Rows from a live feed. A row is complete when every symbol's confirmed bar is there, or a grace time after its close
 * has passed: a missing symbol is then absent. Rows that passed while nobody could decide are fetched, features advance
 * over them, and that they were missed is written; nothing is decided for the past.
 */
import { type Clock, isMargined, toError } from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import type { TapeRow } from "../desk/live-tape.ts";
import type { FeedEvent, MarketFeed, Quote } from "../feed.ts";
import type { BarCycle, Opens } from "./bar-cycle.ts";
import type { Portfolio } from "./portfolio.ts";
import type { TradeSession } from "./session.ts";

export type LiveLoopOptions = {
  readonly session: TradeSession;
  readonly portfolio: Portfolio;
  readonly cycle: BarCycle;
  readonly feed: MarketFeed;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly staleMs: number;
  /** Quotes are waited for until they are younger. */
  readonly youngMs: number;
  /** `[S]` of `[value, age, ...]`: the tape's alternative series as they are known at this close. */
  readonly alternative?: (closeMs: number) => Promise<ReadonlyArray<readonly number[]>>;
  readonly onRow: (openMs: number, decided: boolean) => void;
  /** Told once for each reason until marks come again: margin goes by the last price of the bars that it names. */
  readonly onUnmarked?: (text: string) => void;
};

/** Longest wait between two looks. */
const LOOK_MS = 1_000;

export class LiveLoop {
  readonly #options: LiveLoopOptions;
  readonly #symbols: readonly string[];
  /** Confirmed bars by open time. */
  readonly #bars = new Map<number, Array<CandleRow | undefined>>();
  /** The mark prices of those bars, where they are known. */
  readonly #marks = new Map<number, Array<CandleRow | undefined>>();
  #unmarked = "";
  /** Funding rates by symbol and stamp. */
  readonly #funding = new Map<string, Map<number, number>>();
  #wake: () => void = () => {};
  #stale = false;

  constructor(options: LiveLoopOptions) {
    this.#options = options;
    this.#symbols = options.portfolio.symbols;
  }

  /** Begins to listen. */
  listener(): (event: FeedEvent) => void {
    const { session, portfolio } = this.#options;
    return (event) => {
      switch (event.kind) {
        case "quote":
          session.quote(event.quote);
          return;
        case "bar": {
          const index = this.#symbols.indexOf(event.symbol);
          const openMs = event.row[0];
          if (index < 0) return;
          if (openMs <= this.#lastDone()) {
            // What was decided on is never rewritten; that it came late is written.
            if (!this.#isKnown(openMs, index)) this.#tellLate(openMs, index, event.row);
            return;
          }
          this.#keep(this.#bars, index, event.row);
          this.#wake();
          return;
        }
        case "mark": {
          const index = this.#symbols.indexOf(event.symbol);
          if (index >= 0 && event.row[0] > this.#lastDone()) this.#keep(this.#marks, index, event.row);
          return;
        }
        case "funding": {
          const stamps = this.#funding.get(event.funding.symbol) ?? new Map<number, number>();
          stamps.set(event.funding.stampMs, event.funding.rate);
          this.#funding.set(event.funding.symbol, stamps);
          return;
        }
        case "connection":
          session.deliver({ kind: "feed", state: event.state === "up" ? "up" : "down", reason: event.reason });
          return;
        case "gap":
          session.deliver({ kind: "feed", state: "down", reason: `gap: ${event.reason}` });
          void this.#fill(event.fromMs, event.toMs + portfolio.barMs);
      }
    };
  }

  /** Runs until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { portfolio, clock } = this.#options;
    portfolio.observe();
    while (!signal.aborted && this.#options.session.failure === undefined) {
      const openMs = this.#nextOpenMs();
      const closeMs = openMs + portfolio.barMs;
      if (clock.nowMs() >= closeMs + portfolio.barMs) {
        await this.#catchUp(signal);
      } else if (await this.#awaitRow(openMs, closeMs, signal)) {
        await this.#row(openMs, signal);
      }
    }
  }

  #keep(rows: Map<number, Array<CandleRow | undefined>>, index: number, row: CandleRow): void {
    const known = rows.get(row[0]) ?? this.#symbols.map(() => undefined);
    known[index] = row;
    rows.set(row[0], known);
  }

  #nextOpenMs(): number {
    const { live, barMs } = this.#options.portfolio;
    return live.begun ? live.tape.timeMs[live.tape.bars - 1] : live.lastOpenMs + barMs;
  }

  #lastDone(): number {
    return this.#options.portfolio.live.lastOpenMs;
  }

  #isKnown(openMs: number, index: number): boolean {
    const { tape, lastBar } = this.#options.portfolio.live;
    const bar = tape.timeMs.subarray(0, lastBar + 1).lastIndexOf(openMs);
    return bar < 0 || tape.present[bar * tape.symbols + index] === 1;
  }

  #tellLate(openMs: number, index: number, row: CandleRow): void {
    const rows = this.#symbols.map((_, s) => (s === index ? tapeRow(row, 0) : null));
    this.#options.session.deliver({ kind: "row", strategy: this.#options.portfolio.name, openMs, rows, late: true });
  }

  /** True where the row is complete or its time is over; false where the signal fired. */
  async #awaitRow(openMs: number, closeMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, graceMs, staleMs, session } = this.#options;
    while (!signal.aborted && session.failure === undefined) {
      const row = this.#bars.get(openMs);
      if (row !== undefined && row.every((bar) => bar !== undefined)) return true;
      const nowMs = clock.nowMs();
      if (nowMs >= closeMs + graceMs) {
        await this.#fill(openMs, closeMs);
        if (this.#bars.get(openMs)?.some((bar) => bar !== undefined) === true) return true;
        if (!this.#stale && staleMs > 0 && nowMs >= closeMs + staleMs) {
          this.#stale = true;
          session.deliver({
            kind: "feed",
            state: "stale",
            reason: `the bar of ${new Date(openMs).toISOString()} is missing`,
          });
        }
        if (nowMs >= closeMs + this.#options.portfolio.barMs) return false;
      }
      await this.#sleep(Math.min(LOOK_MS, Math.max(10, closeMs + graceMs - nowMs)), signal);
    }
    return false;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const look = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const slept = this.#options.clock.sleep(ms, AbortSignal.any([look.signal, signal])).catch(() => undefined);
    await Promise.race([woken, slept]);
    look.abort();
  }

  /** A row is over and the next has not begun: a full tape lets its oldest rows go, which the journal says. */
  #makeRoom(): void {
    const { portfolio, session } = this.#options;
    const rows = portfolio.rowsToDrop();
    if (rows > 0) session.deliver({ kind: "compacted", strategy: portfolio.name, rows });
  }

  async #row(openMs: number, signal: AbortSignal): Promise<void> {
    const { cycle, session, onRow, portfolio } = this.#options;
    await this.#fillMarks(openMs, openMs + portfolio.barMs, signal);
    await cycle.close(openMs, await this.#take(openMs));
    this.#makeRoom();
    if (this.#stale) {
      this.#stale = false;
      session.deliver({ kind: "feed", state: "fresh", reason: "bars come again" });
    }
    if (signal.aborted) return;
    await this.#awaitQuotes(signal);
    await cycle.decide();
    await cycle.open(this.#opens());
    onRow(openMs, true);
  }

  /** A decision is worth nothing without a quote to send it on: the newest are waited for, not longer than the grace. */
  async #awaitQuotes(signal: AbortSignal): Promise<void> {
    const { session, clock, graceMs, youngMs } = this.#options;
    const until = clock.nowMs() + graceMs;
    const isYoung = (symbol: string): boolean => {
      const quote = session.newestQuote(symbol);
      return quote !== undefined && clock.nowMs() - quote.timeMs < youngMs;
    };
    while (!signal.aborted && clock.nowMs() < until && !this.#symbols.every(isYoung)) {
      await this.#sleep(Math.max(1, youngMs / 20), signal);
    }
  }

  /** The row's bars, which are not needed any more. */
  async #take(openMs: number): Promise<TapeRow[]> {
    const joined = await this.#options.alternative?.(openMs + this.#options.portfolio.barMs);
    const bars = this.#bars.get(openMs) ?? [];
    const marks = this.#marks.get(openMs) ?? [];
    for (const rows of [this.#bars, this.#marks]) {
      for (const known of rows.keys()) if (known <= openMs) rows.delete(known);
    }
    const isMarked = this.#options.portfolio.live.tape.markClose !== undefined;
    return this.#symbols.map((symbol, s) => {
      const bar = bars[s];
      if (bar === undefined) return null;
      const row = tapeRow(bar, this.#fundingIn(symbol, openMs));
      if (joined !== undefined && joined[s].length > 0) row.push(1, ...joined[s]);
      // A bar whose mark is not known goes by its own prices.
      if (isMarked) row.push(...(marks[s] ?? bar).slice(1, 5));
      return row;
    });
  }

  /** The sum of the rates stamped after the open before and up to this open. */
  #fundingIn(symbol: string, openMs: number): number {
    const { barMs } = this.#options.portfolio;
    let sum = 0;
    for (const [stampMs, rate] of this.#funding.get(symbol) ?? []) {
      if (stampMs > openMs - barMs && stampMs <= openMs) sum += rate;
    }
    return sum;
  }

  /** What the running bar is opened at: an order buys at the ask and sells at the bid; what has no quote is absent. */
  #opens(): Opens {
    const { portfolio, session, clock, staleMs } = this.#options;
    const { book } = portfolio.desk;
    const openMs = portfolio.live.lastOpenMs + portfolio.barMs;
    const nowMs = clock.nowMs();
    const prices = this.#symbols.map((symbol, s) => {
      // What was sent fills at the very quote that it was sent on, which was young then.
      const sentOn = book.pending[s] === 1 ? (session.engine.state.quotes[symbol] as Quote | undefined) : undefined;
      const quote = sentOn ?? session.newestQuote(symbol);
      if (quote === undefined || nowMs - quote.timeMs > staleMs) return null;
      const change = book.pending[s] === 1 ? book.pendingLots[s] - book.lots[s] : 0;
      return Number(change > 0 ? quote.ask : change < 0 ? quote.bid : quote.last);
    });
    const opens = { openMs, prices, funding: this.#symbols.map((symbol) => this.#fundingIn(symbol, openMs)) };
    const { tape } = portfolio.live;
    if (tape.markClose === undefined) return opens;
    const marks = this.#symbols.map((symbol, s) => {
      const quote = isMargined(tape.instruments[s].kind) ? session.newestQuote(symbol) : undefined;
      const isKnown = quote?.mark !== undefined && nowMs - quote.timeMs <= staleMs;
      return isKnown ? Number(quote.mark) : (prices[s] ?? 0);
    });
    return { ...opens, marks };
  }

  /** Rows that passed: fetched and played over, then said to be missed. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const { portfolio, cycle, clock, session, onRow } = this.#options;
    const fromMs = this.#nextOpenMs();
    const lastOpenMs = Math.floor((clock.nowMs() - fromMs) / portfolio.barMs - 1) * portfolio.barMs + fromMs;
    await this.#fill(fromMs, lastOpenMs + portfolio.barMs);
    await this.#fillMarks(fromMs, lastOpenMs + portfolio.barMs, signal);
    for (let openMs = fromMs; openMs <= lastOpenMs && !signal.aborted; openMs += portfolio.barMs) {
      await cycle.close(openMs, await this.#take(openMs));
      portfolio.observe();
      this.#makeRoom();
      onRow(openMs, false);
    }
    session.deliver({
      kind: "missed",
      strategy: portfolio.name,
      fromMs,
      toMs: lastOpenMs + portfolio.barMs,
      reason: "they passed while nobody could decide",
    });
  }

  /** Asks the feed for the bars of `[fromMs, toMs)` that are not there; what it can't tell stays missing. */
  async #fill(fromMs: number, toMs: number): Promise<void> {
    const { feed, portfolio, session } = this.#options;
    const { timeframe } = portfolio.live.tape;
    const listen = this.listener();
    await Promise.all(
      this.#symbols.map(async (symbol) => {
        try {
          for (const row of await feed.bars({ symbol, timeframe, fromMs, toMs })) listen({ kind: "bar", symbol, row });
        } catch (thrown) {
          session.deliver({ kind: "feed", state: "down", reason: `${symbol}: ${toError(thrown).message}` });
        }
      }),
    );
  }

  /** Asks for the marks of the bars that open in `[fromMs, toMs)`, where any is missing. No row waits for them longer than the grace. */
  async #fillMarks(fromMs: number, toMs: number, signal: AbortSignal): Promise<void> {
    const { feed, portfolio, clock, graceMs } = this.#options;
    const { tape } = portfolio.live;
    if (tape.markClose === undefined || feed.marks === undefined) return;
    const lacking = this.#symbols.filter(
      (_, s) => isMargined(tape.instruments[s].kind) && this.#unmarkedBars(s, fromMs, toMs) > 0,
    );
    if (lacking.length === 0) return;
    const listen = this.listener();
    const stop = new AbortController();
    const query = { timeframe: tape.timeframe, fromMs, toMs, signal: AbortSignal.any([signal, stop.signal]) };
    let failure = "they did not come in time";
    const asked = lacking.map(async (symbol) => {
      try {
        for (const row of (await feed.marks?.({ symbol, ...query })) ?? []) listen({ kind: "mark", symbol, row });
      } catch (thrown) {
        if (!query.signal.aborted) failure = toError(thrown).message;
      }
    });
    await Promise.race([Promise.all(asked), clock.sleep(graceMs, query.signal).catch(() => undefined)]);
    stop.abort();
    const still = lacking.filter((symbol) => this.#unmarkedBars(this.#symbols.indexOf(symbol), fromMs, toMs) > 0);
    const reason = still.length === 0 ? "" : `No mark price of ${still.join(", ")}: ${failure}`;
    if (reason !== "" && reason !== this.#unmarked) {
      this.#options.onUnmarked?.(`${reason}. Margin goes by the last price there.`);
    }
    this.#unmarked = reason;
  }

  /** Bars of the range that are there without their mark. */
  #unmarkedBars(index: number, fromMs: number, toMs: number): number {
    let count = 0;
    for (const [openMs, row] of this.#bars) {
      const isWithin = openMs >= fromMs && openMs < toMs;
      if (isWithin && row[index] !== undefined && this.#marks.get(openMs)?.[index] === undefined) count++;
    }
    return count;
  }
}

function tapeRow(row: CandleRow, funding: number): number[] {
  return [row[1], row[2], row[3], row[4], row[5], funding];
}
