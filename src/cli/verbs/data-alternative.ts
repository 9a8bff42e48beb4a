/** @file `tidemark data alternative`: what is stored beside candles, whose it is, how late it comes, and files of it. */
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { chosenSeries, dataRoot, importAlternative, openFeeds, openSources } from "../../app/index.ts";
import {
  DAY_MS,
  ExitCode,
  formatDay,
  formatMinute,
  formatSpan,
  HOUR_MS,
  MINUTE_MS,
  TidemarkError,
} from "../../core/index.ts";
import {
  AlternativeStore,
  checkSeries,
  type PutCounts,
  type SeriesFinding,
  type StoredSeries,
  sourceTerms,
} from "../../market/index.ts";
import { reportFailure } from "../failure.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { registerHeadlines } from "./data-headlines.ts";

const SETTINGS = [["--data-dir <folder>", "data.root"]] as const;
const NAMES = ["[names...]", "groups (perp, sentiment, onchain), sources or series; all without any"] as const;
const RIGHT = { align: "right" } as const;

async function stored(context: CommandContext, names: readonly string[]): Promise<StoredSeries[]> {
  const chosen = new Set(chosenSeries(names));
  const root = dataRoot(context.config());
  const found = (await new AlternativeStore(root).list()).filter(({ spec }) => chosen.has(spec));
  if (found.length > 0) return found;
  throw new TidemarkError("DATA_MISSING", {
    what: names.length === 0 ? "No alternative series is stored" : `Nothing of ${names.join(", ")} is stored`,
    where: root,
    fix: "Get some with `tidemark fetch --alternative`, or `tidemark data alternative import`.",
  });
}

function licences(context: CommandContext, series: readonly StoredSeries[]): void {
  const sources = [...new Set(series.map(({ spec }) => spec.source))];
  context.output.text("");
  for (const source of sources) {
    const { licence, nonCommercial } = sourceTerms(source);
    context.output.text(`${source}: ${licence}${nonCommercial ? " (not for commercial use)" : ""}`);
  }
}

function listedRow({
  spec,
  key,
  rows,
  firstMs,
  lastMs,
  revisions,
  recorded,
  gaps,
  measuredLagMs,
  damage,
}: StoredSeries) {
  if (damage !== undefined) return [spec.id, key, "can't be read", "", "", "", "", "", "", ""];
  return [
    spec.id,
    key,
    formatDay(firstMs),
    formatDay(lastMs),
    `${rows - revisions}`,
    `${revisions}`,
    `${recorded}`,
    `${gaps}`,
    spec.lagMs === 0 ? "none" : roundSpan(spec.lagMs),
    measuredLagMs === undefined ? "-" : formatSpan(measuredLagMs),
  ];
}

async function list(context: CommandContext, names: readonly string[]): Promise<number> {
  const found = await stored(context, names);
  const { output } = context;
  output.text(
    table(
      [
        { title: "series" },
        { title: "of" },
        { title: "from" },
        { title: "to" },
        { title: "values", ...RIGHT },
        { title: "revised", ...RIGHT },
        { title: "recorded", ...RIGHT },
        { title: "gaps", ...RIGHT, drop: 1 },
        { title: "lag", ...RIGHT, drop: 3 },
        { title: "measured", ...RIGHT, drop: 2 },
      ],
      found.map(listedRow),
      output.columns,
    ),
  );
  licences(context, found);
  const damaged = found.filter(({ damage }) => damage !== undefined);
  for (const { damage } of damaged) reportFailure(damage, output, { jsonToo: false });
  output.data({ series: found.map(asData) });
  return damaged.length > 0 ? ExitCode.data : ExitCode.done;
}

function asData({ spec, damage, ...rest }: StoredSeries): Record<string, unknown> {
  const { id, source, unit, cadenceMs, periodMs, lagMs, revised } = spec;
  return {
    id,
    source,
    unit,
    cadenceMs,
    periodMs,
    lagMs,
    revised,
    licence: sourceTerms(source).licence,
    ...rest,
    ...(damage === undefined ? {} : { damage: damage.what }),
  };
}

function findingText({ kind, count, detail, examples }: SeriesFinding): string {
  return [`  ${kind}: ${count} (${detail})`, ...examples.map((example) => `    ${example}`)].join("\n");
}

async function check(context: CommandContext, names: readonly string[]): Promise<number> {
  const { output } = context;
  const nowMs = context.clock.nowMs();
  const found = await stored(context, names);
  const checked: Array<Record<string, unknown>> = [];
  let damaged = 0;
  let doubtful = 0;
  for (const series of found) {
    context.signal.throwIfAborted();
    if (series.damage !== undefined) {
      damaged++;
      output.text(`${series.spec.id} ${series.key}: ${output.palette.red("can't be read")}`);
      reportFailure(series.damage, output, { jsonToo: false });
      checked.push({ ...asData(series), findings: [] });
      continue;
    }
    const findings = checkSeries(series, nowMs);
    if (findings.length > 0) doubtful++;
    const mark = findings.length === 0 ? output.palette.green("ok") : output.palette.yellow("look at it");
    const range = `${formatMinute(series.firstMs)} to ${formatMinute(series.lastMs)}`;
    output.text(`${series.spec.id} ${series.key}: ${mark} (${series.rows - series.revisions} values, ${range})`);
    for (const finding of findings) output.text(findingText(finding));
    checked.push({ ...asData(series), findings });
  }
  output.data({ ok: damaged === 0, series: checked });
  if (damaged > 0) output.error(`${damaged} of ${found.length} series can't be read. (STORE_CORRUPT)`);
  else if (doubtful === 0) output.text(`\nNothing is doubtful in ${found.length} series.`);
  else output.text(`\n${doubtful} of ${found.length} series are worth a look; none of it stops work.`);
  return damaged > 0 ? ExitCode.data : ExitCode.done;
}

const counted = ({ added, revised, unchanged, refused }: PutCounts): string =>
  `${added} added, ${revised} revised, ${unchanged} as before${refused > 0 ? `, ${refused} refused` : ""}`;

type ImportFlags = { readonly series?: string; readonly key?: string };

async function importAll(context: CommandContext, paths: readonly string[], options: ImportFlags): Promise<number> {
  const { output } = context;
  let exitCode: number = ExitCode.done;
  const places = paths.map((path) => resolve(context.folder, path));
  const { imported, failures } = await importAlternative(
    context,
    context.config(),
    places,
    options,
    ({ file, id, key, vintages, counts }) => {
      const many = vintages > 1 ? ` in ${vintages} vintages` : "";
      output.text(`${id} ${key} (${basename(file)})${many}: ${counted(counts)}`);
    },
    (error) => {
      exitCode ||= reportFailure(error, output, { jsonToo: false });
    },
  );
  if (failures.length > 0) output.error(`${failures.length} of ${paths.length} files were refused.`);
  const failed = failures.map(({ code, what, where, fix }) => ({ code, what, where, fix }));
  output.data({ imported, failed });
  return exitCode;
}

/** "5 min", "6 h", "day": a span that is a whole number of something. */
function roundSpan(ms: number): string {
  if (ms === DAY_MS) return "day";
  if (ms === HOUR_MS) return "hour";
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS} h` : `${ms / MINUTE_MS} min`;
}

/** Where the series come from: what each source has, allows and needs. */
function listSources(context: CommandContext, names: readonly string[]): void {
  const { output } = context;
  const chosen = chosenSeries(names);
  const config = context.config();
  const open = openSources(context, config);
  const told = [...new Set(chosen.map(({ source }) => source))].map((name) => {
    const own = open.find((one) => one.name === name);
    const series = chosen.filter(({ source }) => source === name);
    return {
      ...sourceTerms(name),
      limit: own?.limit,
      keys: own?.keys ?? [],
      missingKeys: own?.missingKeys ?? [],
      hostVariable: own?.hostVariable,
      ...(name === "news" ? { feeds: openFeeds(context, config) } : {}),
      series,
    };
  });
  for (const { name, licence, nonCommercial, limit, keys, missingKeys, feeds, series } of told) {
    const key =
      keys.length === 0
        ? "no key"
        : missingKeys.length === 0
          ? "its key is set"
          : `off: set ${missingKeys.join(" and ")} in .env`;
    output.text(`${output.palette.bold(name)}: ${licence}${nonCommercial ? " (not for commercial use)" : ""}`);
    for (const feed of feeds ?? []) {
      const off = feed.missingKeys.length === 0 ? "" : ` (off: set ${feed.missingKeys.join(" and ")} in .env)`;
      output.text(`  reads ${feed.title}: ${feed.feed}${off}`);
    }
    output.text(`  ${[limit, key].filter((text) => text !== undefined).join("; ")}`);
    const rows = series.map((spec) => [
      `  ${spec.id}`,
      spec.of,
      `every ${roundSpan(spec.cadenceMs)}`,
      spec.lagMs === 0 ? "at once" : `after ${roundSpan(spec.lagMs)}`,
      { full: "all of it", window: "some", none: "none: recorded" }[spec.history],
      spec.revised,
      spec.about,
    ]);
    const titles = ["  series", "of", "comes", "known", "history", "revised"];
    const columns = [...titles.map((title) => ({ title })), { title: "what it is", breaks: true, drop: 1 }];
    output.text(`${table(columns, rows, output.columns)}\n`);
  }
  output.data({ sources: told });
}

export function registerAlternative(data: Command, runner: VerbRunner): void {
  const group = addGroup(data, "alternative", "Open interest, sentiment, chains, news: list, check, import", [
    ["data alternative ls", "every stored series"],
  ]);
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the stored series",
      withoutChance: true,
      details:
        '"recorded" counts values that were seen as they came; the others were fetched or imported afterwards and count as known the lag after they end. "measured" is the lag of the recorded ones.',
      arguments: [NAMES],
      settings: SETTINGS,
      examples: [
        ["data alternative ls", "every stored series with its range, revisions, lag and licence"],
        ["data alternative ls onchain", "a group of them"],
      ],
      run: (context, { args }) => list(context, args),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "sources",
      summary: "List what can be had, from whom, and on which terms",
      withoutChance: true,
      arguments: [NAMES],
      examples: [["data alternative sources sentiment", "sources of a group, their series, limits and keys"]],
      run: async (context, { args }) => listSources(context, args),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "check",
      summary: "Look for gaps, late arrivals, revisions, stale values",
      withoutChance: true,
      details: "Ends with 3 when a series can't be read. Nothing is changed.",
      arguments: [NAMES],
      settings: SETTINGS,
      examples: [["data alternative check fear-greed", "one source"]],
      run: (context, { args }) => check(context, args),
    },
    runner,
  );
  registerHeadlines(group, runner);
  addVerb<ImportFlags>(
    group,
    {
      name: "import",
      summary: "Store series from files",
      withoutChance: true,
      details:
        "JSON of Fear & Greed and of Binance's open interest and account ratio; CSV of Coin Metrics, with vintages beside each other where columns end with _YYYY_MM; or CSV with time and value. What is imported was not seen as it came: it counts as known its series' lag after it ends, a later vintage from the end of its month.",
      arguments: [["<paths...>", "files (JSON or CSV; gzip too)"]],
      options: [
        new Option("--series <name>", "the series of a file with time and value"),
        new Option("--key <name>", "symbol or coin, where the rows don't say it"),
      ],
      settings: SETTINGS,
      examples: [
        ["data alternative import fng.json btc.csv.gz", "files that say themselves what they are"],
        ["data alternative import pi.csv --series bybit.premium --key BTCUSDT", "a file with time and value"],
      ],
      run: (context, { args, options }) => importAll(context, args, options),
    },
    runner,
  );
}
