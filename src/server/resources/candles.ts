/** @file Bars of sessions and of the store as a chart asks for them, and the lines of indicators over them. */
import { type AppContext, dataRoot, type SessionBook } from "../../app/index.ts";
import {
  barOpen,
  formatTimeframe,
  type InstrumentKind,
  parseTimeframe,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../../core/index.ts";
import { chartWarmup, drawIndicators } from "../../features/index.ts";
import { type Candles as Bars, candlesBetween, MarketStore, resampleCandles, type SetKey } from "../../market/index.ts";
import type { Columns, DataSet, Series } from "../contract/index.ts";
import { Slow } from "./memo.ts";
import { wholeOf } from "./paging.ts";

const CANDLES_FRESH_MS = 5_000;
const MOST_BARS = 20_000;
const KEPT_RANGES = 32;
/** So many indicators are drawn at once. */
const MOST_INDICATORS = 12;

export type Candles = { readonly columns: Columns; readonly barMs: number };

export class CandleResources {
  readonly #context: AppContext;
  readonly #book: SessionBook;
  readonly #stores: () => Promise<readonly DataSet[]>;
  readonly #ranges = new Map<string, Slow<Candles>>();

  /** @param stores what is stored, as it is known */
  constructor(context: AppContext, book: SessionBook, stores: () => Promise<readonly DataSet[]>) {
    this.#context = context;
    this.#book = book;
    this.#stores = stores;
  }

  /** What a chart can show: the bars of each session as it had them, those that run first, then what is stored. */
  async series(): Promise<Series[]> {
    const sessions = this.#book.list().toSorted((a, b) => Number(b.view.running) - Number(a.view.running));
    const traded = sessions.flatMap(({ id, symbols, timeframeMs: barMs, view }) =>
      symbols.flatMap((symbol): Series[] => {
        const { length, timeMs } = this.#book.bars(id, symbol);
        if (length === 0) return [];
        const span = { firstMs: timeMs[0], lastMs: timeMs[length - 1] };
        const session = { id, running: view.running };
        return [
          { session, venue: null, symbol, kind: null, timeframe: formatTimeframe(barMs), ...span, synthetic: null },
        ];
      }),
    );
    const stored = (await this.#stores()).map((set): Series => {
      const { venue, symbol, kind, timeframe, firstMs, lastMs, synthetic } = set;
      return { session: null, venue, symbol, kind, timeframe, firstMs, lastMs, synthetic };
    });
    return [...traded, ...stored];
  }

  /**
   * Bars of a stored set, or longer ones that are made of them (`as`); more than `max` are joined into longer ones that keep
   * every extreme.
   */
  async candles(query: Query): Promise<Candles> {
    const { max = String(MOST_BARS) } = query;
    const most = wholeOf(max, "max", 1, MOST_BARS);
    const range = await this.#range(query);
    return this.#kept(`${range.key} ${most}`, async () => {
      const { length: _, ...columns } = await range.read(range.fromMs);
      return joinBars(columns, range.barMs, most);
    });
  }

  /** Lines of indicators over the same bars, each bar with a value that no longer depends on where the reading began. */
  async indicators(query: Query): Promise<Candles> {
    const names = [...new Set((query["names"] ?? "").split(",").filter((name) => name !== ""))];
    if (names.length === 0 || names.length > MOST_INDICATORS) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `${names.length} indicators were asked for`,
        where: "names",
        fix: `Name 1 to ${MOST_INDICATORS} of them, with commas between them.`,
      });
    }
    const range = await this.#range(query);
    // Before anything is read: years of minutes are not read to be refused.
    if (range.toMs - range.fromMs > MOST_BARS * range.barMs) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `The range has room for more than ${MOST_BARS} bars`,
        where: "from",
        fix: "Ask for a shorter range, or for longer bars with `as`.",
      });
    }
    const warmup = chartWarmup(names, range.barMs);
    return this.#kept(`${range.key} ${names.join(",")}`, async () => {
      const bars = await this.#warmed(range, warmup);
      const first = bars.timeMs.findIndex((ms) => ms >= range.fromMs);
      const from = first < 0 ? bars.length : first;
      const lines = Object.entries(drawIndicators(bars, range.barMs, names));
      return {
        barMs: range.barMs,
        columns: {
          timeMs: bars.timeMs.slice(from),
          ...Object.fromEntries(lines.map(([name, values]) => [name, values.slice(from)])),
        },
      };
    });
  }

  async #range(query: Query): Promise<Range> {
    const { from, to, as } = query;
    const source = query["session"] === undefined ? await this.#stored(query) : await this.#traded(query);
    const { timeframe, firstMs, lastMs } = source;
    const bars = as === undefined ? timeframe : parseTimeframe(as);
    const barMs = timeframeMs(bars);
    const sinceMs = Math.max(from === undefined ? firstMs : timeOf(from, "from"), firstMs);
    const endMs = lastMs + timeframeMs(timeframe);
    const untilMs = Math.min(to === undefined ? endMs : timeOf(to, "to"), endMs);
    // A longer bar is whole: it is read from its beginning to its end.
    const [fromMs, toMs] =
      bars === timeframe ? [sinceMs, untilMs] : [barOpen(sinceMs, barMs), barOpen(untilMs - 1, barMs) + barMs];
    const key = `${source.key} ${bars} ${fromMs} ${toMs}`;
    const read = async (beginMs: number): Promise<Bars> => {
      const candles = await source.read(beginMs, toMs);
      return bars === timeframe ? candles : resampleCandles(candles, timeframe, bars);
    };
    return { key, barMs, isLonger: bars !== timeframe, firstMs, fromMs, toMs, read };
  }

  async #stored(query: Query): Promise<Source> {
    const known = (await this.#stores()).find((set) => isNamed(set, query));
    if (known === undefined) throw noCandles();
    const { venue, symbol, kind, firstMs, lastMs } = known;
    const timeframe = parseTimeframe(known.timeframe);
    const set: SetKey = { venue, symbol, kind: kind as InstrumentKind, timeframe };
    const store = new MarketStore(dataRoot(this.#context.config()));
    const key = JSON.stringify([venue, symbol, kind, timeframe]);
    return { key, timeframe, firstMs, lastMs, read: (fromMs, toMs) => store.readCandles(set, fromMs, toMs) };
  }

  async #traded({ session = "", symbol = "" }: Query): Promise<Source> {
    await this.#book.whole(session);
    const known = this.#book.get(session);
    const candles = this.#book.bars(session, symbol);
    if (known === undefined || candles.length === 0) throw noCandles();
    const { timeMs, length } = candles;
    return {
      // Another session may have taken the name.
      key: JSON.stringify([session, symbol, length, timeMs[0], timeMs[length - 1]]),
      timeframe: parseTimeframe(formatTimeframe(known.timeframeMs)),
      firstMs: timeMs[0],
      lastMs: timeMs[length - 1],
      read: (fromMs, toMs) => Promise.resolve(candlesBetween(candles, fromMs, toMs)),
    };
  }

  /** With so many bars before the range, further back where there are holes, or all that there are. */
  async #warmed(range: Range, warmup: number): Promise<Bars> {
    for (let reach = warmup + 1; ; reach *= 2) {
      const fromMs = Math.max(range.firstMs, range.fromMs - reach * range.barMs);
      const bars = await range.read(range.isLonger ? barOpen(fromMs, range.barMs) : fromMs);
      const before = bars.timeMs.findIndex((ms) => ms >= range.fromMs);
      if (fromMs <= range.firstMs || (before < 0 ? bars.length : before) >= warmup) return bars;
    }
  }

  #kept(key: string, make: () => Promise<Candles>): Promise<Candles> {
    let range = this.#ranges.get(key);
    if (range === undefined) {
      range = new Slow(make, this.#context.clock, CANDLES_FRESH_MS);
      this.#ranges.set(key, range);
      if (this.#ranges.size > KEPT_RANGES) {
        const [oldest] = this.#ranges.keys();
        this.#ranges.delete(oldest);
      }
    }
    return range.get();
  }
}

type Query = Readonly<Record<string, string | undefined>>;

/** Where bars come from: a stored set, or the journal of a session. */
type Source = {
  readonly key: string;
  readonly timeframe: Timeframe;
  /** Open times of the first and the last bar. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Those that open in `[fromMs, toMs)`. */
  readonly read: (fromMs: number, toMs: number) => Promise<Bars>;
};

/** Bars of a source, or longer ones made of them. */
type Range = Pick<Source, "key" | "firstMs"> & {
  readonly barMs: number;
  /** Whether they are made of shorter ones. */
  readonly isLonger: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** From a time on to the end of the range. */
  readonly read: (sinceMs: number) => Promise<Bars>;
};

type Named = Readonly<Record<"venue" | "symbol" | "kind" | "timeframe", string>>;

export function isNamed(set: Named, { venue, symbol, kind, timeframe }: Query): boolean {
  return set.venue === venue && set.symbol === symbol && set.kind === kind && set.timeframe === timeframe;
}

export function noCandles(): TidemarkError {
  return new TidemarkError("DATA_MISSING", {
    what: "The store holds no such candles",
    fix: "`tidemark data ls` shows what there is.",
  });
}

/** Joins so many bars into one that at most `most` are left. A joined bar begins at a multiple of its length. */
export function joinBars(columns: Columns, barMs: number, most: number): Candles {
  const { timeMs, open, high, low, close, volume } = columns;
  const count = timeMs.length;
  if (count <= most) return { columns, barMs };
  const span = timeMs[count - 1] - timeMs[0] + barMs;
  // One more than the share: a range that begins inside a joined bar has one bar more.
  const longMs = Math.ceil(span / (most - 1 || 1) / barMs) * barMs;
  const starts: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = Math.floor(timeMs[i] / longMs) * longMs;
    if (i === 0 || Math.floor(timeMs[i - 1] / longMs) * longMs !== start) starts.push(i);
  }
  const ends = [...starts.slice(1), count];
  const column = (value: (from: number, to: number) => number): Float64Array =>
    Float64Array.from(starts, (from, bar) => value(from, ends[bar]));
  return {
    barMs: longMs,
    columns: {
      timeMs: column((from) => Math.floor(timeMs[from] / longMs) * longMs),
      open: column((from) => open[from]),
      high: column((from, to) => high.subarray(from, to).reduce((a, b) => Math.max(a, b))),
      low: column((from, to) => low.subarray(from, to).reduce((a, b) => Math.min(a, b))),
      close: column((_, to) => close[to - 1]),
      volume: column((from, to) => volume.subarray(from, to).reduce((a, b) => a + b)),
    },
  };
}

function timeOf(text: string, where: string): number {
  const value = Number(text);
  if (text !== "" && Number.isFinite(value)) return value;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text.slice(0, 40)}" is no time`,
    where,
    fix: "Give UTC milliseconds.",
  });
}
