/** @file Candle files into the store, one after the other; a bad one is refused whole and doesn't stop the others. */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type InstrumentKind,
  type InstrumentOverrides,
  parseTimeframe,
  systemCode,
  TidemarkError,
} from "../../core/index.ts";
import {
  type Collected,
  candleFileSource,
  fundingFileSource,
  ImportClaims,
  type MarketSource,
  MarketStore,
  markFileSource,
  type SettledSet,
  settleSets,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { askedKind } from "./market.ts";
import { instrumentTerms, stepText } from "./terms.ts";

export type ImportOptions = {
  readonly symbol?: string;
  readonly timeframe?: string;
  readonly venue?: string;
  readonly kind?: InstrumentKind;
  readonly columns?: string;
  readonly delimiter?: string;
  readonly skipLines?: number;
  readonly timeUnit?: "s" | "ms" | "us" | "ns" | "excel" | "date";
  readonly epoch?: string;
  readonly dateOrder?: "day-first" | "month-first" | "year-first";
  readonly decimal?: "point" | "comma";
  readonly timezone?: string;
  readonly stampedAt?: "open" | "close";
  readonly funding?: boolean;
  readonly mark?: boolean;
  /** Whether funding rates are per cents or shares. */
  readonly rate?: "percent" | "share";
  readonly repair?: boolean;
  /** Terms of the contract. */
  readonly quote?: string;
  readonly tick?: string;
  readonly lot?: string;
  readonly minNotional?: number;
  readonly takerFeeBps?: number;
  readonly makerFeeBps?: number;
  readonly maxLeverage?: number;
  readonly maintenanceMarginRate?: number;
  readonly fundingIntervalHours?: number;
  readonly calendar?: "24/7" | "weekdays";
};

export type ImportedSet = Collected & { readonly file: string };

export type ImportOutcome = {
  readonly files: number;
  readonly imported: readonly ImportedSet[];
  /** What is known of each touched set as a whole. */
  readonly settled: readonly SettledSet[];
  readonly failures: readonly TidemarkError[];
};

const CANDLE_FILE = /\.(?:(?:csv|tsv|txt|json|jsonl|ndjson)(?:\.gz)?|parquet|pq|feather|ftr|arrow|ipc)$/i;

/** Files of a folder by name, or the file itself. */
function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw thrown;
    throw new TidemarkError("DATA_MISSING", {
      what: "There is no such file or folder",
      where: path,
      fix: "Check the path.",
    });
  }
  const files = readdirSync(path)
    .filter((name) => CANDLE_FILE.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(path, name));
  if (files.length > 0) return files;
  throw new TidemarkError("DATA_MISSING", {
    what: "The folder holds no files of candles: .csv, .json, .parquet, .feather and the like",
    where: path,
    fix: "Name the files themselves if they are called otherwise.",
  });
}

function dialectOf(options: ImportOptions) {
  const { symbol, columns, delimiter, skipLines, timeUnit, epoch, dateOrder, decimal } = options;
  return {
    ...(symbol === undefined ? {} : { symbol }),
    ...(columns === undefined ? {} : { columns: columns.split(",").map((name) => name.trim()) }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(timeUnit === undefined ? {} : { timeUnit }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(decimal === undefined ? {} : { decimal }),
  };
}

/** The kind that a flag names, or spot where the configuration trades spot; undefined leaves it to the file. */
export function instrumentKind(config: Config, options: Pick<ImportOptions, "kind">): InstrumentKind | undefined {
  return options.kind ?? askedKind(config);
}

/** Terms that flags say of the contract. */
function saidTerms(config: Config, options: ImportOptions): InstrumentOverrides {
  const { quote, tick, lot, minNotional, takerFeeBps, makerFeeBps, maxLeverage, maintenanceMarginRate } = options;
  const terms = {
    kind: instrumentKind(config, options),
    quote: quote?.toUpperCase(),
    tickSize: tick === undefined ? undefined : stepText(tick),
    lotStep: lot === undefined ? undefined : stepText(lot),
    minNotional,
    takerFeeBps,
    makerFeeBps,
    maxLeverage,
    maintenanceMarginRate,
    fundingIntervalHours: options.fundingIntervalHours,
    calendar: options.calendar,
  };
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) as InstrumentOverrides;
}

function sourceOf(config: Config, path: string, options: ImportOptions, claims: ImportClaims): MarketSource {
  const target = { path, ...dialectOf(options), ...(options.venue === undefined ? {} : { venue: options.venue }) };
  if (options.funding === true) {
    return fundingFileSource({
      ...target,
      ...(options.rate === undefined ? {} : { percent: options.rate === "percent" }),
    });
  }
  const bars = {
    ...target,
    ...(options.timeframe === undefined ? {} : { timeframe: parseTimeframe(options.timeframe) }),
    ...(options.stampedAt === undefined ? {} : { stampedAt: options.stampedAt }),
    ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
  };
  if (options.mark === true) return markFileSource(bars);
  return candleFileSource({
    ...bars,
    instrument: saidTerms(config, options),
    terms: instrumentTerms(config),
    usualKind: config.data.kind,
    claims,
    ...(options.repair === undefined ? {} : { repair: options.repair }),
  });
}

/**
 * Imports files and folders of files. A file that is refused alone is the failure of the whole; one of many is kept for the
 * caller to tell.
 * @param onFailure told of each refused file as it happens
 */
export async function importFiles(
  context: AppContext,
  config: Config,
  paths: readonly string[],
  options: ImportOptions,
  hooks: {
    readonly onImported?: (set: ImportedSet) => void;
    readonly onFailure?: (error: TidemarkError) => void;
    /** Told of what is about to be done to the rows of a file. */
    readonly onNote?: (note: string) => void;
  } = {},
): Promise<ImportOutcome> {
  const files = paths.flatMap(filesOf);
  const store = new MarketStore(dataRoot(config));
  const imported: ImportedSet[] = [];
  const failures: TidemarkError[] = [];
  const claims = new ImportClaims();
  const { onNote } = hooks;
  for (const [done, file] of files.entries()) {
    context.signal.throwIfAborted();
    context.progress({
      label: "import",
      done,
      total: files.length,
      unit: "files",
      figures: { file: basename(file) },
    });
    try {
      const run = { signal: context.signal, onProgress: context.progress, ...(onNote === undefined ? {} : { onNote }) };
      for (const collected of await sourceOf(config, file, options, claims).collect(store, run)) {
        imported.push({ ...collected, file });
        hooks.onImported?.({ ...collected, file });
      }
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError) || files.length === 1) throw thrown;
      failures.push(thrown);
      hooks.onFailure?.(thrown);
    }
  }
  const settled = await settleSets(store, claims.keys(), context.signal, (key) => claims.reportOf(key));
  context.endProgress();
  return { files: files.length, imported, settled, failures };
}
