/** @file Stored candles, features, settings and checks of this machine. */
import {
  type AppContext,
  configJsonSchema,
  coverageByMonth,
  dataRoot,
  featureSelection,
  type MonthCoverage,
  runChecks,
} from "../../app/index.ts";
import { type InstrumentKind, parseTimeframe, TidemarkError, timeframeMs } from "../../core/index.ts";
import { describeFeatures } from "../../features/index.ts";
import { listSets, MarketStore, type StoredSet } from "../../market/index.ts";
import type { Columns, DataSet, Feature } from "../contract/index.ts";
import { Slow } from "./memo.ts";
import { wholeOf } from "./paging.ts";

const DATA_FRESH_MS = 5_000;
const CHECKS_FRESH_MS = 30_000;
const CANDLES_FRESH_MS = 5_000;
const MOST_BARS = 20_000;
const KEPT_RANGES = 32;
/** The calendar of a market that never closes. */
const ALWAYS_OPEN = "24/7";

type Stored = { readonly sets: readonly StoredSet[]; readonly items: DataSet[] };
type Checked = { readonly name: string; readonly status: string; readonly text: string; readonly fix: string | null };
export type Candles = { readonly columns: Columns; readonly barMs: number };

/** Keys that hold a secret, of whatever account. */
const SECRET = /secret|password|api_key|apikey|token/i;

export class MachineResources {
  readonly #context: AppContext;
  readonly #data: Slow<Stored>;
  readonly #checks: Slow<Checked[]>;
  readonly #months = new Map<string, MonthCoverage[]>();
  readonly #ranges = new Map<string, Slow<Candles>>();
  #features: Feature[] | undefined;
  #schema: unknown;

  constructor(context: AppContext) {
    this.#context = context;
    const { clock } = context;
    this.#data = new Slow(
      async () => {
        const sets = await listSets(new MarketStore(dataRoot(context.config())));
        return { sets, items: sets.map(dataSetOf) };
      },
      clock,
      DATA_FRESH_MS,
    );
    this.#checks = new Slow(() => checksOf(context), clock, CHECKS_FRESH_MS);
  }

  async data(): Promise<{ root: string; items: DataSet[] }> {
    return { root: dataRoot(this.#context.config()), items: (await this.#data.get()).items };
  }

  checks(): Promise<Checked[]> {
    return this.#checks.get();
  }

  features(): Feature[] {
    const config = this.#context.config();
    this.#features ??= describeFeatures(
      featureSelection(config),
      timeframeMs(parseTimeframe(config.data.timeframe)),
    ).map(({ name, group, description, warmup, source }) => ({ name, group, description, warmup, source }));
    return this.#features;
  }

  /** Resolved settings by the names of the file, without what is secret. */
  config(): { path: string | null; values: unknown; explicit: string[] } {
    const config = this.#context.config();
    return { path: config.file ?? null, values: withoutSecrets(config.resolved), explicit: [...config.explicit] };
  }

  configSchema(): unknown {
    this.#schema ??= configJsonSchema();
    return this.#schema;
  }

  /** Months of a stored set. */
  async coverage(query: Readonly<Record<string, string | undefined>>): Promise<MonthCoverage[]> {
    const { sets } = await this.#data.get();
    const set = sets.find((one) => isNamed(one, query));
    if (set === undefined) throw noCandles();
    const { venue, symbol, kind, timeframe, bars, lastMs, instrument } = set;
    const key = JSON.stringify([venue, symbol, kind, timeframe, bars, lastMs]);
    let known = this.#months.get(key);
    if (known === undefined) {
      const store = new MarketStore(dataRoot(this.#context.config()));
      const times = await store.readTimes({ venue, symbol, kind, timeframe });
      known = coverageByMonth(times, timeframeMs(timeframe), (instrument?.calendar ?? ALWAYS_OPEN) === ALWAYS_OPEN);
      if (this.#months.size > KEPT_RANGES) this.#months.clear();
      this.#months.set(key, known);
    }
    return known;
  }

  /** Bars of a stored set; more than `max` are joined into longer ones that keep every extreme. */
  async candles(query: Readonly<Record<string, string | undefined>>): Promise<Candles> {
    const { venue = "", symbol = "", kind = "", timeframe = "", from, to, max = String(MOST_BARS) } = query;
    const most = wholeOf(max, "max", 1, MOST_BARS);
    const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : timeOf(from, "from");
    const toMs = to === undefined ? Number.POSITIVE_INFINITY : timeOf(to, "to");
    const known = (await this.data()).items.find((set) => isNamed(set, query));
    if (known === undefined) throw noCandles();
    const key = JSON.stringify([venue, symbol, kind, timeframe, fromMs, toMs, most]);
    let range = this.#ranges.get(key);
    if (range === undefined) {
      range = new Slow(() => this.#read(known, fromMs, toMs, most), this.#context.clock, CANDLES_FRESH_MS);
      this.#ranges.set(key, range);
      if (this.#ranges.size > KEPT_RANGES) {
        const [oldest] = this.#ranges.keys();
        this.#ranges.delete(oldest);
      }
    }
    return range.get();
  }

  async #read(set: DataSet, fromMs: number, toMs: number, most: number): Promise<Candles> {
    const { venue, symbol, kind } = set;
    const timeframe = parseTimeframe(set.timeframe);
    const store = new MarketStore(dataRoot(this.#context.config()));
    const bars = await store.readCandles({ venue, symbol, kind: kind as InstrumentKind, timeframe }, fromMs, toMs);
    return joinBars(
      {
        timeMs: bars.timeMs,
        open: bars.open,
        high: bars.high,
        low: bars.low,
        close: bars.close,
        volume: bars.volume,
      },
      timeframeMs(timeframe),
      most,
    );
  }
}

type Named = Readonly<Record<"venue" | "symbol" | "kind" | "timeframe", string>>;

function isNamed(
  set: Named,
  { venue, symbol, kind, timeframe }: Readonly<Record<string, string | undefined>>,
): boolean {
  return set.venue === venue && set.symbol === symbol && set.kind === kind && set.timeframe === timeframe;
}

function noCandles(): TidemarkError {
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

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRET.test(key))
      .map(([key, item]) => [key, withoutSecrets(item)]),
  );
}

function dataSetOf(set: StoredSet): DataSet {
  const { venue, symbol, kind, timeframe, firstMs, lastMs, bars, gaps, missingBars, fundingStamps, markBars, bytes } =
    set;
  const { synthetic, instrument, damage } = set;
  return {
    venue,
    symbol,
    kind,
    timeframe,
    firstMs,
    lastMs,
    bars,
    gaps,
    missingBars,
    fundingStamps,
    markBars,
    bytes,
    synthetic,
    damage: damage ?? null,
    quote: instrument?.quote ?? null,
    tickSize: instrument?.tickSize ?? null,
    lotStep: instrument?.lotStep ?? null,
    takerFeeBps: instrument?.takerFeeBps ?? null,
    maxLeverage: instrument?.maxLeverage ?? null,
    guessed: Object.keys(instrument?.guessed ?? {}),
    findings: gaps === 0 ? [] : [`${missingBars} bars are missing in ${gaps} places`],
  };
}

async function checksOf(context: AppContext): Promise<Checked[]> {
  const checks: Checked[] = [];
  for await (const { name, status, found, fix } of runChecks(context)) {
    checks.push({ name, status, text: found, fix: fix ?? null });
  }
  return checks;
}
