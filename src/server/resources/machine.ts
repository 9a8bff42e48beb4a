/** @file What is stored, features, settings and checks of this machine. */
import {
  type AppContext,
  configJsonSchema,
  coverageByMonth,
  dataRoot,
  featureSelection,
  type MonthCoverage,
  runChecks,
} from "../../app/index.ts";
import { parseTimeframe, timeframeMs } from "../../core/index.ts";
import { describeFeatures } from "../../features/index.ts";
import { listSets, MarketStore, type StoredSet } from "../../market/index.ts";
import type { DataSet, Feature } from "../contract/index.ts";
import { isNamed, noCandles } from "./candles.ts";
import { Slow } from "./memo.ts";

const DATA_FRESH_MS = 5_000;
const CHECKS_FRESH_MS = 30_000;
/** Series whose months are kept. */
const KEPT_SERIES = 32;
/** The calendar of a market that never closes. */
const ALWAYS_OPEN = "24/7";

type Stored = { readonly sets: readonly StoredSet[]; readonly items: DataSet[] };
type Checked = { readonly name: string; readonly status: string; readonly text: string; readonly fix: string | null };

/** Keys that hold a secret, of whatever account. */
const SECRET = /secret|password|api_key|apikey|token/i;

export class MachineResources {
  readonly #context: AppContext;
  readonly #data: Slow<Stored>;
  readonly #checks: Slow<Checked[]>;
  readonly #months = new Map<string, MonthCoverage[]>();
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
  async coverage(query: Query): Promise<MonthCoverage[]> {
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
      if (this.#months.size > KEPT_SERIES) this.#months.clear();
      this.#months.set(key, known);
    }
    return known;
  }
}

type Query = Readonly<Record<string, string | undefined>>;

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
