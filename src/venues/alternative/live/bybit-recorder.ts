/**
 * @file What Bybit tells only as it happens: liquidations and the depth of the book, one row an interval. An interval in which
 * the stream was not up from end to end gets no row of liquidations: a sum with a hole in it would look like calm.
 * https://bybit-exchange.github.io/docs/v5/websocket/public/all-liquidation, .../orderbook
 */
import { z } from "zod";
import { type Clock, MINUTE_MS, type Random } from "../../../core/index.ts";
import { ConnectBudget } from "../../bybit/live/connect-budget.ts";
import { Stream, type StreamMessage, type StreamState, type StreamTiming } from "../../bybit/live/stream.ts";
import type { RecordedRow } from "../source.ts";
import { numeric } from "../values.ts";
import { DepthBook } from "./depth-book.ts";

export type RecorderOptions = {
  /** Without the category: "wss://stream.bybit.com/v5/public". */
  readonly url: string;
  readonly symbols: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Default: five minutes, the cadence of the series. */
  readonly intervalMs?: number;
  /** Told at the end of each interval; rows are missing of what was not whole. */
  readonly onRows: (rows: readonly RecordedRow[], eventMs: number) => Promise<void>;
  readonly onState: (state: StreamState) => void;
  readonly timing?: Partial<StreamTiming>;
};

/** `S` is the side of the position that was liquidated: "Buy" a long one. `v` base units, `p` the bankruptcy price. */
const liquidationsSchema = z.array(z.looseObject({ S: z.enum(["Buy", "Sell"]), v: numeric, p: numeric }));
/** The deepest book: the others end before ten basis points. */
const LEVELS = 1000;
/** A book that nothing was heard of for longer says nothing of now. */
const FRESH_MS = 10_000;
const SILENCE_MS = MINUTE_MS;

type Kept = {
  readonly book: DepthBook;
  heardMs: number;
  liquidatedLong: number;
  liquidatedShort: number;
};

export class BybitRecorder {
  readonly #options: RecorderOptions;
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #stream: Stream;
  /** Since when the stream is up without a break; infinite while it is down. */
  #upSinceMs = Number.POSITIVE_INFINITY;
  /** Messages that came, and those of them that could not be understood. */
  messages = 0;
  unreadable = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { symbols, url, clock, random, timing } = options;
    this.#kept = new Map(symbols.map((symbol) => [symbol, freshKept()]));
    this.#stream = new Stream({
      url: `${url}/linear`,
      topics: symbols.flatMap((symbol) => [`allLiquidation.${symbol}`, `orderbook.${LEVELS}.${symbol}`]),
      wall: clock,
      random,
      budget: new ConnectBudget(clock),
      onMessage: (message) => this.#take(message),
      onState: (state) => this.#onState(state),
      timing: { silenceMs: SILENCE_MS, ...timing },
    });
  }

  /** Records until the signal fires; connects again by itself. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs = 5 * MINUTE_MS } = this.#options;
    // A refusal is told as a state, and tried again like any other failure.
    const connected = this.#stream.start(signal).catch(() => undefined);
    try {
      let beganMs = clock.nowMs();
      while (!signal.aborted) {
        const endMs = Math.floor(clock.nowMs() / intervalMs + 1) * intervalMs;
        await clock.sleep(endMs - clock.nowMs(), signal);
        const rows = this.#rows(beganMs, endMs);
        beganMs = endMs;
        await this.#options.onRows(rows, endMs);
      }
    } finally {
      await this.#stream.stop();
      await connected;
    }
  }

  #onState(state: StreamState): void {
    this.#upSinceMs = state.state === "up" ? this.#options.clock.nowMs() : Number.POSITIVE_INFINITY;
    // A new connection begins with a snapshot; what was heard on the one before has a hole after it.
    if (state.state !== "up") for (const kept of this.#kept.values()) kept.book.clear();
    this.#options.onState(state);
  }

  #take({ topic, type, data }: StreamMessage): void {
    this.messages++;
    const kept = this.#kept.get(topic.slice(topic.lastIndexOf(".") + 1));
    if (kept === undefined) return;
    if (topic.startsWith("orderbook.")) {
      kept.heardMs = this.#options.clock.nowMs();
      if (kept.book.apply(type, data)) return;
      this.unreadable++;
      this.#stream.restart("a message of the book could not be understood");
      return;
    }
    const read = liquidationsSchema.safeParse(data);
    if (!read.success) {
      // The sum of this interval would lack it.
      this.unreadable++;
      this.#upSinceMs = this.#options.clock.nowMs();
      return;
    }
    for (const { S, v, p } of read.data) {
      if (S === "Buy") kept.liquidatedLong += v * p;
      else kept.liquidatedShort += v * p;
    }
  }

  #rows(beganMs: number, endMs: number): RecordedRow[] {
    const { clock, intervalMs = 5 * MINUTE_MS } = this.#options;
    const rows: RecordedRow[] = [];
    const isWhole = this.#upSinceMs <= beganMs && beganMs === endMs - intervalMs;
    for (const [key, kept] of this.#kept) {
      if (isWhole) {
        rows.push({ id: "bybit.liquidated-long", key, eventMs: endMs, value: kept.liquidatedLong });
        rows.push({ id: "bybit.liquidated-short", key, eventMs: endMs, value: kept.liquidatedShort });
      }
      kept.liquidatedLong = 0;
      kept.liquidatedShort = 0;
      const figures = clock.nowMs() - kept.heardMs <= FRESH_MS ? kept.book.figures() : undefined;
      if (figures === undefined) continue;
      rows.push({ id: "bybit.book-imbalance", key, eventMs: endMs, value: figures.imbalance });
      rows.push({ id: "bybit.book-depth", key, eventMs: endMs, value: figures.depth });
      rows.push({ id: "bybit.book-spread", key, eventMs: endMs, value: figures.spread });
    }
    return rows;
  }
}

function freshKept(): Kept {
  return { book: new DepthBook(), heardMs: Number.NEGATIVE_INFINITY, liquidatedLong: 0, liquidatedShort: 0 };
}
