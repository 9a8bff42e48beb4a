/** @file `tidemark import`: candle files, or funding rates, into the store. Each file is stored whole or not at all. */
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { formatDay, InstrumentKind, parseTimeframe, systemCode, TidemarkError } from "../../core/index.ts";
import {
  type Collected,
  candleFileSource,
  fundingFileSource,
  type MarketSource,
  MarketStore,
} from "../../market/index.ts";
import { reportFailure } from "../failure.ts";
import { dataRoot } from "../market-data.ts";
import { countsText } from "../terminal/figures.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";

type ImportOptions = {
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

function sourceOf(path: string, options: ImportOptions): MarketSource {
  const target = { path, ...dialectOf(options), ...(options.venue === undefined ? {} : { venue: options.venue }) };
  if (options.funding === true) return fundingFileSource(target);
  return candleFileSource({
    ...target,
    ...(options.timeframe === undefined ? {} : { timeframe: parseTimeframe(options.timeframe) }),
    ...(options.stampedAt === undefined ? {} : { stampedAt: options.stampedAt }),
    ...(options.kind === undefined ? {} : { instrument: { kind: options.kind } }),
    ...(options.repair === undefined ? {} : { repair: options.repair }),
  });
}

function tellCollected(
  context: CommandContext,
  path: string,
  { key, venue, symbol, candles, funding, quality, notes }: Collected,
): void {
  const { output } = context;
  for (const note of notes) output.detail(`${basename(path)}: ${note}`);
  const counts = key === undefined ? funding : candles;
  const name = key === undefined ? `${symbol} funding (${venue})` : `${symbol} ${key.timeframe} (${venue})`;
  const extent =
    quality === undefined
      ? ""
      : `${quality.bars} bars, ${formatDay(quality.firstMs)} to ${formatDay(quality.lastMs)}; `;
  output.text(`${name}: ${extent}${countsText(counts)}`);
  for (const finding of quality?.findings ?? []) {
    output.note(`  ${finding.kind}: ${finding.count} (${finding.examples[0]?.detail ?? ""})`);
  }
}

async function importAll(context: CommandContext, paths: readonly string[], options: ImportOptions): Promise<number> {
  const files = paths.flatMap((path) => filesOf(resolve(context.workingFolder, path)));
  const store = new MarketStore(dataRoot(context.config()));
  const imported: Array<Collected & { file: string }> = [];
  const failed: TidemarkError[] = [];
  let exitCode = 0;
  for (const [done, file] of files.entries()) {
    context.signal.throwIfAborted();
    context.output.progress({ label: "import", done, total: files.length, unit: "files" });
    try {
      const collected = await sourceOf(file, options).collect(store, { signal: context.signal });
      for (const one of collected) {
        tellCollected(context, file, one);
        imported.push({ ...one, file });
      }
    } catch (thrown) {
      // One bad file of many must not hide the others; alone it is the failure of the command.
      if (!(thrown instanceof TidemarkError) || files.length === 1) throw thrown;
      failed.push(thrown);
      exitCode ||= reportFailure(thrown, context.output, { jsonToo: false });
    }
  }
  if (failed.length > 0) context.output.error(`${failed.length} of ${files.length} files were refused.`);
  else context.output.note("Next: `tidemark data check`, then `tidemark train` or `tidemark backtest`.");
  context.output.data({
    imported,
    failed: failed.map(({ code, what, where, fix }) => ({ code, what, where, fix })),
  });
  return exitCode;
}

export function registerImport(program: Command, runner: VerbRunner): void {
  addVerb<ImportOptions>(
    program,
    {
      name: "import",
      summary: "Store candles or funding rates from CSV files",
      details:
        "Delimiter, header, columns, unit of time, order and timeframe are detected; the options below say what can't be.\nA file with swapped or nonsensical columns is refused, and nothing of it is stored.",
      arguments: [["<paths...>", "files (.csv, .csv.gz) or folders of them"]],
      options: [
        new Option("--symbol <name>", "symbol, where neither the file nor its name says it"),
        new Option("--timeframe <length>", "length of a bar, where the rows don't show it"),
        new Option("--venue <name>", "name that the candles are filed under (default: csv)"),
        new Option("--kind <kind>", "what the symbols are").choices(Object.values(InstrumentKind)),
        new Option("--columns <names>", "names of the columns, such as time,open,high,low,close,volume"),
        new Option("--delimiter <text>", 'separator of fields; "\\t" for a tab'),
        new Option("--skip-lines <count>", "lines before the header").argParser(wholeNumber),
        new Option("--time-unit <unit>", "unit of times").choices(["s", "ms", "us", "ns", "date"]),
        new Option("--date-order <order>", "how 03/04/2025 is meant").choices(["day-first", "month-first"]),
        new Option("--stamped-at <end>", "whether times are those of a bar's open or close").choices(["open", "close"]),
        new Option("--funding", "the files hold funding rates"),
        new Option("--repair", "put rows in order and leave out doubled and impossible ones"),
      ],
      settings: [["--data-dir <folder>", "data.root"]],
      examples: [
        ["import candles/", "every CSV file of a folder; symbols are read off the names"],
        ["import eurusd.csv --kind forex --timeframe 1h", "one file, with what it can't tell"],
        ["import funding/BTCUSDT.csv --funding", "funding rates of one symbol"],
      ],
      run: (context, { args, options }) => importAll(context, args, options),
    },
    runner,
  );
}
