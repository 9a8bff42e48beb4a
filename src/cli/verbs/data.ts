/** @file `tidemark data`: what the store holds, whether it can be used, and what can be mended. */
import { type Command, Option } from "commander";
import { type Config, configuredSymbols, dataRoot } from "../../app/index.ts";
import {
  ExitCode,
  formatDay,
  formatMinute,
  type GuessableTerm,
  type Instrument,
  parseTimeframe,
  TidemarkError,
  timeframeMs,
} from "../../core/index.ts";
import {
  checkStored,
  type GridOf,
  gridNotes,
  isUntouched,
  listSets,
  MarketStore,
  type QualityReport,
  repairCandles,
  repairText,
  type SetKey,
  type StoredSet,
  storedKeys,
} from "../../market/index.ts";
import { reportFailure } from "../failure.ts";
import { confirmed } from "../terminal/confirm.ts";
import type { Output } from "../terminal/output.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { registerAlternative } from "./data-alternative.ts";
import { type RemovalOptions, YES } from "./removal.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const SETTINGS = [
  ["--symbols <list>", "data.symbols"],
  ["--timeframe <length>", "data.timeframe"],
  ["--venue <name>", "data.venue"],
] as const;

/** Stored sets, narrowed by what the command line names: the configured symbols alone don't hide others. */
function selectedKeys(config: Config): SetKey[] {
  const root = dataRoot(config);
  const symbols = configuredSymbols(config);
  const asked = (key: string): boolean => config.overridden.has(key);
  const keys = storedKeys(root).filter(
    (key) =>
      (!asked("data.symbols") || symbols.includes(key.symbol)) &&
      (!asked("data.timeframe") || key.timeframe === parseTimeframe(config.data.timeframe)) &&
      (!asked("data.venue") || key.venue === config.data.venue),
  );
  if (keys.length > 0) return keys;
  throw new TidemarkError("DATA_MISSING", {
    what: "The store holds no such candles",
    where: root,
    fix: "Get some with `tidemark fetch` or `tidemark import`.",
  });
}

/** Bars of a set that show whether it opens when the others do. */
const GRID_BARS = 2_000;

function nameOf(key: SetKey): string {
  return `${key.venue} ${key.symbol}${key.kind === undefined ? "" : ` ${key.kind}`} ${key.timeframe}`;
}

async function list(context: CommandContext): Promise<void> {
  const config = context.config();
  const wanted = new Set(selectedKeys(config).map(nameOf));
  const sets = (await listSets(new MarketStore(dataRoot(config)))).filter((set) => wanted.has(nameOf(set)));
  const rows = sets.map((set) => [
    set.synthetic ? `${set.venue} (synthetic)` : set.venue,
    set.symbol,
    set.kind,
    set.timeframe,
    formatDay(set.firstMs),
    formatDay(set.lastMs),
    ...[set.bars, set.gaps, set.missingBars, set.fundingStamps, set.markBars, Math.ceil(set.bytes / 1024)].map(String),
  ]);
  const number = { align: "right" } as const;
  context.output.text(
    table(
      [
        { title: "venue" },
        { title: "symbol" },
        { title: "kind", drop: 3 },
        { title: "timeframe" },
        { title: "from" },
        { title: "to" },
        { title: "bars", ...number },
        { title: "gaps", ...number, drop: 1 },
        { title: "missing", ...number },
        { title: "funding", ...number, drop: 2 },
        { title: "mark", ...number, drop: 5 },
        { title: "KiB", ...number, drop: 4 },
      ],
      rows,
      context.output.columns,
    ),
  );
  for (const { damage, ...set } of sets) if (damage !== undefined) context.output.warn(`${nameOf(set)}: ${damage}`);
  tellContracts(context, sets);
  context.output.data({ root: dataRoot(config), sets });
}

const mark = (contract: Instrument, term: GuessableTerm, text: string): string =>
  contract.guessed?.[term] === undefined ? text : `${text} ?`;

/** The contracts behind the sets; what was guessed of them is said. */
function tellContracts({ output }: CommandContext, sets: readonly StoredSet[]): void {
  const contracts = new Map(sets.flatMap(({ instrument: i }) => (i === undefined ? [] : [[nameOfContract(i), i]])));
  if (contracts.size === 0) return;
  const number = { align: "right" } as const;
  const rows = [...contracts].map(([name, i]) => [
    name,
    mark(i, "quote", i.quote),
    mark(i, "tickSize", i.tickSize),
    mark(i, "lotStep", i.lotStep),
    mark(i, "minNotional", `${i.minNotional}`),
    mark(i, "takerFeeBps", `${i.takerFeeBps}`),
    mark(i, "maxLeverage", `${i.maxLeverage}`),
    mark(i, "maintenanceMarginRate", `${Number((100 * i.maintenanceMarginRate).toPrecision(3))}`),
    mark(i, "calendar", i.calendar),
  ]);
  output.text("");
  output.text(
    table(
      [
        { title: "contract" },
        { title: "quote" },
        { title: "tick", ...number },
        { title: "lot", ...number },
        { title: "least", ...number, drop: 1 },
        { title: "fee bps", ...number },
        { title: "leverage", ...number, drop: 2 },
        { title: "margin %", ...number, drop: 3 },
        { title: "calendar", drop: 4 },
      ],
      rows,
      output.columns,
    ),
  );
  const isGuessed = [...contracts.values()].some(({ guessed }) => guessed !== undefined);
  if (isGuessed) output.note('"?" marks what was guessed: say it in [instruments.SYMBOL] of tidemark.toml.');
}

function nameOfContract({ venue, symbol, kind }: Instrument): string {
  return `${venue} ${symbol} ${kind}`;
}

function reportText(name: string, report: QualityReport, output: Output): string {
  const color = output.palette;
  const marks = { ok: color.green("ok"), warnings: color.yellow("warnings"), unusable: color.red("UNUSABLE") };
  const range = report.bars === 0 ? "" : `, ${formatMinute(report.firstMs)} to ${formatMinute(report.lastMs)}`;
  const findings = report.findings.flatMap((finding) => [
    `  ${finding.severity === "error" ? color.red("error  ") : color.yellow("warning")}  ${finding.kind}: ${finding.count}`,
    ...finding.examples.map((example) => color.dim(`             ${formatMinute(example.tsMs)}  ${example.detail}`)),
  ]);
  return [`${name}: ${marks[report.verdict]} (${report.bars} bars${range})`, ...findings].join("\n");
}

async function check(context: CommandContext, maxExamples: number): Promise<number> {
  const config = context.config();
  const store = new MarketStore(dataRoot(config));
  const reports: Array<SetKey & { report: QualityReport }> = [];
  const grids = new Map<string, { readonly barMs: number; readonly sets: readonly GridOf[] }>();
  let damaged = 0;
  for (const key of selectedKeys(config)) {
    context.signal.throwIfAborted();
    try {
      const instrument = store.instrument(key.venue, key.symbol, key.kind);
      const candles = await store.readCandles(key);
      const report = checkStored(store, key, candles, instrument, maxExamples);
      const timeMs = candles.timeMs.slice(-GRID_BARS);
      const beside = `${key.venue} ${key.timeframe}`;
      const { barMs, sets } = grids.get(beside) ?? { barMs: timeframeMs(parseTimeframe(key.timeframe)), sets: [] };
      grids.set(beside, { barMs, sets: [...sets, { name: nameOf(key), timeMs, length: timeMs.length }] });
      context.output.text(reportText(nameOf(key), report, context.output));
      reports.push({ ...key, report });
    } catch (thrown) {
      // One damaged set doesn't hide the others.
      if (!(thrown instanceof TidemarkError) || thrown.code !== "STORE_CORRUPT") throw thrown;
      damaged++;
      reportFailure(thrown, context.output, { jsonToo: false });
    }
  }
  const unusable = reports.filter(({ report }) => report.verdict === "unusable");
  // Sets of one venue and timeframe are traded together, so they have to open together.
  const notes = [...grids.values()].flatMap(({ barMs, sets }) => gridNotes(sets, barMs));
  for (const note of notes) context.output.warn(note);
  context.output.data({ ok: unusable.length === 0, sets: reports, notes });
  if (damaged > 0) {
    context.output.error(`${damaged} sets can't be read. (STORE_CORRUPT)`);
    return ExitCode.data;
  }
  if (unusable.length === 0) {
    context.output.text(reports.length === 1 ? "\n1 set can be used." : `\nAll ${reports.length} sets can be used.`);
    return ExitCode.done;
  }
  context.output.error(
    `${unusable.length} of ${reports.length} sets can't be used; \`tidemark data repair\` takes out what can't be. (DATA_QUALITY)`,
  );
  return ExitCode.data;
}

async function repair(context: CommandContext): Promise<void> {
  const config = context.config();
  const store = new MarketStore(dataRoot(config));
  const repaired: Array<SetKey & { impossible: number; duplicates: number; outOfOrder: number }> = [];
  for (const key of selectedKeys(config)) {
    context.signal.throwIfAborted();
    const result = repairCandles(await store.readCandles(key));
    const { impossible, duplicates, outOfOrder } = result;
    // Said before it is done: who reads it in time can still stop it.
    context.output.text(`${nameOf(key)}: ${repairText(result)}`);
    if (!isUntouched(result)) await store.replaceCandles(key, result.candles);
    repaired.push({ ...key, impossible, duplicates, outOfOrder });
  }
  context.output.data({ sets: repaired });
}

async function removeSets(context: CommandContext, yes: boolean): Promise<void> {
  const config = context.config();
  if (!SETTINGS.some(([, key]) => config.overridden.has(key))) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "It is not said which candles are to go",
      fix: "Name them with --symbols, --timeframe or --venue; `tidemark data ls` shows them.",
    });
  }
  const store = new MarketStore(dataRoot(config));
  const removed: SetKey[] = [];
  for (const key of selectedKeys(config)) {
    if (!(await confirmed(context, `the candles of ${nameOf(key)}`, yes))) continue;
    await store.removeCandles(key);
    context.output.text(`removed the candles of ${nameOf(key)}`);
    removed.push(key);
  }
  context.output.data({ removed });
}

export function registerData(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "data", VERB_SUMMARIES.data, [["data ls", "every stored set"]]);
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the stored candles",
      withoutChance: true,
      settings: SETTINGS,
      examples: [["data ls", "every stored set with its range, gaps and size"]],
      run: (context) => list(context),
    },
    runner,
  );
  addVerb<{ examples: number }>(
    group,
    {
      name: "check",
      summary: "Look for gaps, duplicates, impossible bars, outliers",
      withoutChance: true,
      details: "Ends with 3 when a set can't be used. Nothing is changed.",
      options: [new Option("--examples <count>", "examples shown of each finding").default(5).argParser(wholeNumber)],
      settings: SETTINGS,
      examples: [["data check --symbols BTCUSDT", "check one symbol in every stored timeframe"]],
      run: (context, { options }) => check(context, options.examples),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "repair",
      summary: "Take out bars that can't be; nothing is invented",
      withoutChance: true,
      settings: SETTINGS,
      examples: [["data repair --symbols BTCUSDT --timeframe 5m", "mend one set"]],
      run: (context) => repair(context),
    },
    runner,
  );
  addVerb<RemovalOptions>(
    group,
    {
      name: "rm",
      summary: "Remove stored candles",
      withoutChance: true,
      details: "What --symbols, --timeframe and --venue name; without any of them nothing is removed.",
      options: [new Option("-y, --yes", YES)],
      settings: SETTINGS,
      examples: [["data rm --symbols BTCUSDT --timeframe 5m", "one set, after a question"]],
      run: (context, { options }) => removeSets(context, options.yes === true),
    },
    runner,
  );
  registerAlternative(group, runner);
}
