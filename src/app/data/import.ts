/** @file Candle files into the store, one after the other; a bad one is refused whole and doesn't stop the others. */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type InstrumentKind, parseTimeframe, systemCode, TidemarkError } from "../../core/index.ts";
import {
  type Collected,
  candleFileSource,
  fundingFileSource,
  type MarketSource,
  MarketStore,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

export type ImportOptions = {
  readonly symbol?: string;
  readonly timeframe?: string;
  readonly venue?: string;
  readonly kind?: InstrumentKind;
  readonly columns?: string;
  readonly delimiter?: string;
  readonly skipLines?: number;
  readonly timeUnit?: "s" | "ms" | "us" | "ns" | "date";
  readonly dateOrder?: "day-first" | "month-first";
  readonly stampedAt?: "open" | "close";
  readonly funding?: boolean;
  readonly repair?: boolean;
};

export type ImportedSet = Collected & { readonly file: string };

export type ImportOutcome = {
  readonly files: number;
  readonly imported: readonly ImportedSet[];
  readonly failures: readonly TidemarkError[];
};

const CANDLE_FILE = /\.(?:csv|tsv|txt)(?:\.gz)?$/i;

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
    what: "The folder holds no .csv or .csv.gz files",
    where: path,
    fix: "Name the files themselves if they are called otherwise.",
  });
}

function dialectOf(options: ImportOptions) {
  const { symbol, columns, delimiter, skipLines, timeUnit, dateOrder } = options;
  return {
    ...(symbol === undefined ? {} : { symbol }),
    ...(columns === undefined ? {} : { columns: columns.split(",").map((name) => name.trim()) }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(timeUnit === undefined ? {} : { timeUnit }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
  };
}

/** The kind that a flag or the configuration names; undefined leaves it to the file. */
export function instrumentKind(config: Config, options: Pick<ImportOptions, "kind">): InstrumentKind | undefined {
  return options.kind ?? (config.explicit.has("data.kind") ? config.data.kind : undefined);
}

function sourceOf(config: Config, path: string, options: ImportOptions): MarketSource {
  const kind = instrumentKind(config, options);
  const target = { path, ...dialectOf(options), ...(options.venue === undefined ? {} : { venue: options.venue }) };
  if (options.funding === true) return fundingFileSource(target);
  return candleFileSource({
    ...target,
    ...(options.timeframe === undefined ? {} : { timeframe: parseTimeframe(options.timeframe) }),
    ...(options.stampedAt === undefined ? {} : { stampedAt: options.stampedAt }),
    ...(kind === undefined ? {} : { instrument: { kind } }),
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
  } = {},
): Promise<ImportOutcome> {
  const files = paths.flatMap(filesOf);
  const store = new MarketStore(dataRoot(config));
  const imported: ImportedSet[] = [];
  const failures: TidemarkError[] = [];
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
      for (const collected of await sourceOf(config, file, options).collect(store, { signal: context.signal })) {
        imported.push({ ...collected, file });
        hooks.onImported?.({ ...collected, file });
      }
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError) || files.length === 1) throw thrown;
      failures.push(thrown);
      hooks.onFailure?.(thrown);
    }
  }
  context.endProgress();
  return { files: files.length, imported, failures };
}
