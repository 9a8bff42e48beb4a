/** @file `tidemark data alternative headlines`: what was recorded of the press, what each scorer says of it, and files of both. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { exportedRows, exportHeadlines, knownBy, scoreOf, storedHeadlines } from "../../app/index.ts";
import { formatMinute, HOUR_MS } from "../../core/index.ts";
import { table } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";

type Flags = {
  readonly coin?: string;
  readonly labelled?: string;
  readonly scorer?: string;
  readonly limit: number;
  readonly export?: string;
};

const SHOWN = 20;
/** A score that was made so long after the headline came is the work of a scorer that may know what came next. */
const LATER_MS = HOUR_MS;

async function list(context: CommandContext, flags: Flags): Promise<void> {
  const { coin, labelled, limit } = flags;
  const { output, clock } = context;
  const { rows, scored, scorer } = await storedHeadlines(context, context.config(), {
    ...(coin === undefined ? {} : { coin }),
    ...(labelled === undefined ? {} : { labelled: resolve(context.folder, labelled) }),
  });
  if (scorer !== undefined) output.note(`${scorer}: ${scored} headlines scored now; scores that were there stay.`);
  const known = knownBy(rows, clock.nowMs());
  const wanted = flags.scorer ?? scorer;
  const shown = known.slice(0, limit).map((row) => {
    const score = scoreOf(row, wanted);
    const late = score !== undefined && score.scoredMs - row.seenMs > LATER_MS;
    return [
      formatMinute(row.availableMs),
      row.feed,
      score === undefined ? "-" : `${score.score.toFixed(2)}${late ? "*" : ""}`,
      score?.entities.map((one) => one.replace("*", "")).join(" ") ?? "",
      row.revision === 0 ? row.title : `${row.title} (edited)`,
    ];
  });
  const titles = ["known (UTC)", "feed"].map((title, i) => ({ title, ...(i === 1 ? { drop: 1 } : {}) }));
  const columns = [
    ...titles,
    { title: "score", align: "right" } as const,
    { title: "about", drop: 2 },
    { title: "title", breaks: true },
  ];
  output.text(table(columns, shown, output.columns));
  const scorers = new Map<string, number>();
  for (const { scores } of rows) for (const one of scores) scorers.set(one.scorer, (scorers.get(one.scorer) ?? 0) + 1);
  const counted = [...scorers].map(([name, count]) => `${name} ${count}`).join(", ");
  output.text(
    `\n${known.length} headlines, ${rows.length - known.length} earlier versions; scored by ${counted || "nobody"}`,
  );
  if (shown.some(([, , score]) => score.endsWith("*"))) output.text("* scored later than it came: not for promotion");
  const path = flags.export === undefined ? undefined : resolve(context.folder, flags.export);
  if (path !== undefined) output.text(`${await exportHeadlines(path, rows)} rows written to ${flags.export}`);
  output.data({ headlines: exportedRows(rows), ...(path === undefined ? {} : { path }) });
}

export function registerHeadlines(group: Command, runner: VerbRunner): void {
  addVerb<Flags>(
    group,
    {
      name: "headlines",
      summary: "List the recorded headlines with their scores, or write them to a file",
      withoutChance: true,
      details:
        "Titles, links and times as `collect` saw them, every edit beside the first version. A score has the name and version of its scorer; several may stand beside one title. --labelled trains a classifier on headlines that somebody labelled and scores what it has not scored yet.",
      options: [
        new Option("--coin <name>", "about this coin alone, such as BTC"),
        new Option("--labelled <file>", "CSV with text and label: score by a classifier trained on it"),
        new Option("--scorer <name>", "show the scores of this one, such as rules-1 (default: the newest)"),
        new Option("--limit <count>", "how many are shown").argParser(wholeNumber).default(SHOWN),
        new Option("--export <file>", "write all of them to a .parquet, .csv or .json file"),
      ],
      settings: [
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--symbols <list>", "data.symbols"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["data alternative headlines --coin BTC", "what was written about one coin, newest first"],
        ["data alternative headlines --export headlines.parquet", "all of them with every score"],
      ],
      run: (context, { options }) => list(context, options),
    },
    runner,
  );
}
