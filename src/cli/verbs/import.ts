/** @file `tidemark import`: candle files, or funding rates, into the store. Each file is stored whole or not at all. */
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { type ImportedSet, type ImportOptions, importFiles } from "../../app/index.ts";
import { formatDay, InstrumentKind } from "../../core/index.ts";
import { guessText, type SettledSet } from "../../market/index.ts";
import { reportFailure } from "../failure.ts";
import { countsText } from "../terminal/figures.ts";
import { addVerb, amount, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

function tellCollected({ output }: CommandContext, set: ImportedSet): void {
  const { file, key, venue, symbol, candles, funding, marks, quality, notes, warnings = [], instrument } = set;
  for (const note of notes) output.detail(`${basename(file)}: ${note}`);
  const counts = key === undefined ? (marks ?? funding) : candles;
  const kind = instrument === undefined ? "" : ` ${instrument.kind}`;
  const name =
    key === undefined
      ? `${symbol} ${marks === undefined ? "funding" : "mark prices"} (${venue})`
      : `${symbol} ${key.timeframe}${kind} (${venue})`;
  const extent =
    quality === undefined
      ? ""
      : `${quality.bars} bars, ${formatDay(quality.firstMs)} to ${formatDay(quality.lastMs)}; `;
  const marked = key === undefined || marks === undefined ? "" : `; mark prices ${countsText(marks)}`;
  output.text(`${name}: ${extent}${countsText(counts)}${marked}`);
  for (const warning of warnings) output.warn(`${basename(file)}: ${warning}`);
}

/** What the check says of each set as a whole, and what was guessed of its contract. */
function tellSettled({ output }: CommandContext, settled: readonly SettledSet[]): void {
  for (const { key, report } of settled) {
    for (const { kind, count, examples } of report.findings) {
      output.note(`  ${key.symbol} ${key.timeframe} ${kind}: ${count} (${examples[0]?.detail ?? ""})`);
    }
  }
  const bySameGuess = new Map<string, Set<string>>();
  for (const { instrument } of settled) {
    const guess = instrument === undefined ? "" : guessText(instrument);
    if (instrument === undefined || guess === "") continue;
    bySameGuess.set(guess, (bySameGuess.get(guess) ?? new Set()).add(instrument.symbol));
  }
  for (const [guess, symbols] of bySameGuess) output.note(`Guessed for ${[...symbols].join(", ")}: ${guess}.`);
  if (bySameGuess.size > 0) {
    output.note("Say what is otherwise with flags of `tidemark import` or in [instruments.SYMBOL] of tidemark.toml.");
  }
}

async function importAll(context: CommandContext, paths: readonly string[], options: ImportOptions): Promise<number> {
  const { output } = context;
  let exitCode = 0;
  const places = paths.map((path) => resolve(context.folder, path));
  const { files, imported, settled, failures } = await importFiles(context, context.config(), places, options, {
    onImported: (set) => tellCollected(context, set),
    onFailure: (error) => {
      exitCode ||= reportFailure(error, output, { jsonToo: false });
    },
    onNote: (note) => output.note(note),
  });
  tellSettled(context, settled);
  if (failures.length > 0) output.error(`${failures.length} of ${files} files were refused.`);
  else output.note("Next: `tidemark data check`, then `tidemark train` or `tidemark backtest`.");
  const failed = failures.map(({ code, what, where, fix }) => ({ code, what, where, fix }));
  output.data({ imported, sets: settled, failed });
  return exitCode;
}

export function registerImport(program: Command, runner: VerbRunner): void {
  addVerb<ImportOptions>(
    program,
    {
      name: "import",
      summary: VERB_SUMMARIES.import,
      withoutChance: true,
      details:
        "Delimiter, header (in many languages), columns, numbers, unit of time, order and timeframe are detected; the options below say what can't be. A file with swapped or nonsensical columns is refused, and nothing of it is stored; files of one command that disagree are refused too. Terms of the contract that nobody says are guessed, and shown.",
      arguments: [["<paths...>", "files (CSV, JSON, Parquet, Feather; gzip too) or folders"]],
      options: [
        new Option("--symbol <name>", "symbol, where neither the file nor its name says it"),
        new Option("--timeframe <length>", "length of a bar, where the rows don't show it"),
        new Option("--venue <name>", "name that the candles are filed under (default: csv)"),
        new Option("--kind <kind>", "what the symbols are").choices(Object.values(InstrumentKind)),
        new Option("--columns <names>", "names of the columns, such as time,open,high,low,close,volume"),
        new Option("--delimiter <text>", 'separator of fields; "\\t" for a tab'),
        new Option("--skip-lines <count>", "lines before the header").argParser(wholeNumber),
        new Option("--time-unit <unit>", "unit of times").choices(["s", "ms", "us", "ns", "excel", "date"]),
        new Option(
          "--epoch <day>",
          "day that counted times begin with, where it is not the usual one: 1904-01-01 (spreadsheets of old), 2001-01-01, 1980-01-06 (GPS)",
        ),
        new Option("--date-order <order>", "how 03/04/2025 is meant").choices([
          "day-first",
          "month-first",
          "year-first",
        ]),
        new Option("--decimal <sign>", "how 1,234 is meant").choices(["point", "comma"]),
        new Option("--timezone <zone>", 'clock of dates without a zone, such as "America/New_York" (default: UTC)'),
        new Option("--stamped-at <end>", "whether times are those of a bar's open or close").choices(["open", "close"]),
        new Option("--funding", "the files hold funding rates"),
        new Option("--mark", "the files hold mark prices of candles that are stored").conflicts("funding"),
        new Option("--rate <unit>", "what funding rates are").choices(["percent", "share"]),
        new Option("--repair", "put rows in order, leave out copies and impossible rows; never a real bar"),
        new Option("--quote <currency>", "what prices are in"),
        new Option("--tick <step>", "step of prices"),
        new Option("--lot <step>", "step of quantities"),
        new Option("--min-notional <amount>", "worth of the smallest order").argParser(amount),
        new Option("--taker-fee-bps <bps>", "fee of market orders").argParser(amount),
        new Option("--maker-fee-bps <bps>", "fee of resting orders").argParser(amount),
        new Option("--max-leverage <times>", "greatest leverage").argParser(amount),
        new Option("--maintenance-margin-rate <share>", "share below which a position is liquidated").argParser(amount),
        new Option("--funding-interval-hours <hours>", "hours between funding stamps").argParser(amount),
        new Option("--calendar <name>", "when the market is open").choices(["24/7", "weekdays"]),
      ],
      settings: [["--data-dir <folder>", "data.root"]],
      examples: [
        ["import candles/", "every file of a folder; symbols are read off the names"],
        ["import eurusd.csv --kind forex --timeframe 1h", "one file, with what it can't tell"],
        ["import es.csv --kind index --timezone America/Chicago", "times of a local clock"],
        ["import funding/BTCUSDT.csv --funding", "funding rates of one symbol"],
        ["import mark/BTCUSDT.csv --mark --venue bybit", "mark prices, by which margin and liquidation go"],
      ],
      run: (context, { args, options }) => importAll(context, args, options),
    },
    runner,
  );
}
