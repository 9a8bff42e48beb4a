/** @file `tidemark import`: candle files, or funding rates, into the store. Each file is stored whole or not at all. */
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { type ImportedSet, type ImportOptions, importFiles } from "../../app/index.ts";
import { formatDay, InstrumentKind } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { countsText } from "../terminal/figures.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

function tellCollected(context: CommandContext, set: ImportedSet): void {
  const { file, key, venue, symbol, candles, funding, quality, notes } = set;
  const { output } = context;
  for (const note of notes) output.detail(`${basename(file)}: ${note}`);
  const counts = key === undefined ? funding : candles;
  const name = key === undefined ? `${symbol} funding (${venue})` : `${symbol} ${key.timeframe} (${venue})`;
  const extent =
    quality === undefined
      ? ""
      : `${quality.bars} bars, ${formatDay(quality.firstMs)} to ${formatDay(quality.lastMs)}; `;
  output.text(`${name}: ${extent}${countsText(counts)}`);
  for (const finding of quality?.findings ?? []) {
    output.note(`  ${symbol} ${finding.kind}: ${finding.count} (${finding.examples[0]?.detail ?? ""})`);
  }
}

async function importAll(context: CommandContext, paths: readonly string[], options: ImportOptions): Promise<number> {
  const { output } = context;
  let exitCode = 0;
  const places = paths.map((path) => resolve(context.folder, path));
  const { files, imported, failures } = await importFiles(context, context.config(), places, options, {
    onImported: (set) => tellCollected(context, set),
    onFailure: (error) => {
      exitCode ||= reportFailure(error, output, { jsonToo: false });
    },
  });
  if (failures.length > 0) output.error(`${failures.length} of ${files} files were refused.`);
  else output.note("Next: `tidemark data check`, then `tidemark train` or `tidemark backtest`.");
  const failed = failures.map(({ code, what, where, fix }) => ({ code, what, where, fix }));
  output.data({ imported, failed });
  return exitCode;
}

export function registerImport(program: Command, runner: VerbRunner): void {
  addVerb<ImportOptions>(
    program,
    {
      name: "import",
      summary: VERB_SUMMARIES.import,
      details:
        "Delimiter, header, columns, unit of time, order and timeframe are detected; the options below say what can't be. A file with swapped or nonsensical columns is refused, and nothing of it is stored.",
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
