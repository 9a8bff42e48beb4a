/** @file `tidemark report`: the reports that were made, their verdicts, and how to open them. */

import { join } from "node:path";
import type { Command } from "commander";
import { removableReport, reportsFolder } from "../../app/index.ts";
import { formatMinute, TidemarkError, toError } from "../../core/index.ts";
import {
  comparisonPage,
  listReports,
  listResults,
  loadReport,
  type ReportSummary,
  readRun,
  writePage,
} from "../../evaluate/index.ts";
import { formatPercent } from "../terminal/figures.ts";
import { openFile } from "../terminal/open-file.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { addRemoval } from "./removal.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const SETTINGS = [["--reports-dir <folder>", "paths.reports"]] as const;

function list(context: CommandContext): void {
  const folder = reportsFolder(context.config());
  const { reports, unreadable } = listReports(folder);
  const rows = reports.map((report) => [
    report.id,
    formatMinute(report.madeMs),
    report.policy.name,
    report.symbols.length > 3 ? `${report.symbols.length} symbols` : report.symbols.join(" "),
    report.timeframe,
    formatPercent(report.policy.statistics.totalReturn),
    report.synthetic ? `${report.verdict.standing} (synthetic)` : report.verdict.standing,
  ]);
  context.output.text(
    reports.length === 0
      ? `No reports in ${folder}. \`tidemark backtest\` and \`tidemark demo\` make them.`
      : table(
          [
            { title: "report" },
            { title: "made (UTC)", drop: 2 },
            { title: "policy", drop: 1 },
            { title: "symbols", drop: 3 },
            { title: "bars", drop: 4 },
            { title: "return", align: "right" },
            { title: "verdict" },
          ],
          rows,
          context.output.columns,
        ),
  );
  const others = listResults(folder);
  if (others.results.length > 0) {
    const otherRows = others.results.map(({ id, madeMs, kind, name, headline }) => [
      id,
      formatMinute(madeMs),
      kind,
      name,
      headline,
    ]);
    const titles = [
      { title: "result" },
      { title: "made (UTC)", drop: 2 },
      { title: "kind" },
      { title: "of", drop: 3 },
      { title: "found", drop: 1 },
    ];
    context.output.text(`\n${table(titles, otherRows, context.output.columns)}`);
  }
  const broken = [...unreadable, ...others.unreadable];
  for (const { id, error } of broken) context.output.warn(`${id}: ${error.what}`);
  context.output.data({ folder, reports, results: others.results, unreadable: broken.map(({ id }) => id) });
}

/** The named report, or the newest. */
function chosen(context: CommandContext, id: string | undefined): { summary: ReportSummary; path: string } {
  const folder = reportsFolder(context.config());
  const summary = id === undefined ? listReports(folder).reports[0] : loadReport(folder, id);
  if (summary === undefined) {
    throw new TidemarkError("REPORT_MISSING", {
      what: "There are no reports yet",
      where: folder,
      fix: "Make one with `tidemark backtest` or `tidemark demo`.",
    });
  }
  return { summary, path: join(folder, summary.id, "report.html") };
}

function ratioText(value: number | null): string {
  return value === null ? "n/a" : value.toFixed(2);
}

function show(context: CommandContext, id: string | undefined): void {
  const { summary, path } = chosen(context, id);
  const strategies = [summary.policy, ...summary.baselines];
  const rows = strategies.map(({ name, statistics }) => [
    name,
    formatPercent(statistics.totalReturn),
    ratioText(statistics.sharpe),
    formatPercent(statistics.maxDrawdown),
    String(statistics.trades),
  ]);
  context.output.text(context.output.palette.bold(summary.verdict.headline));
  for (const sentence of summary.verdict.sentences) context.output.text(`  ${sentence}`);
  const titles = ["", "return", "Sharpe", "drawdown", "trades"];
  context.output.text(
    `\n${table(
      titles.map((title, c) => ({ title, align: c === 0 ? "left" : "right" })),
      rows,
    )}`,
  );
  context.output.text(`\nreport      ${path}\ntrade hash  ${summary.tradeHash}`);
  context.output.data({ path, ...summary });
}

async function open(context: CommandContext, id: string | undefined): Promise<void> {
  const { path } = chosen(context, id);
  context.output.text(path);
  context.output.data({ path });
  try {
    await openFile(path);
  } catch (thrown) {
    context.output.warn(`no browser could be started (${toError(thrown).message}); open the path above.`);
  }
}

/** Several reports in one page, which stands among them. */
async function compare(context: CommandContext, ids: readonly string[]): Promise<void> {
  const folder = reportsFolder(context.config());
  if (new Set(ids).size < 2 || new Set(ids).size < ids.length) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `A comparison is of two different reports or more, given: ${ids.join(", ")}`,
      fix: "Name others beside it; `tidemark report ls` lists them.",
    });
  }
  const summaries = ids.map((id) => chosen(context, id).summary);
  const runs = await Promise.all(summaries.map((summary) => readRun(folder, summary)));
  const name = summaries.map(({ policy }) => policy.name).join(" ");
  const page = writePage(folder, "compare", name, context.clock.nowMs(), {
    html: comparisonPage(runs),
    data: { reports: ids, policies: summaries.map(({ policy }) => policy) },
  });
  context.output.text(page.htmlPath);
  context.output.data(page);
}

export function registerReport(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "report", VERB_SUMMARIES.report, [["report open", "the newest report"]]);
  const id = ["[id]", "a report's name (default: the newest)"] as const;
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the reports, newest first",
      withoutChance: true,
      settings: SETTINGS,
      examples: [["report ls", "every report with its verdict"]],
      run: async (context) => list(context),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "show",
      summary: "Print a report's verdict and figures",
      withoutChance: true,
      arguments: [id],
      settings: SETTINGS,
      examples: [["report show", "the newest report on the terminal"]],
      run: async (context, { args }) => show(context, args[0]),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "compare",
      summary: "Put several reports into one page",
      withoutChance: true,
      arguments: [["<reports...>", "names of reports, two or more"]],
      settings: SETTINGS,
      examples: [["report compare 2026-01-02-030405-tidemark 2026-01-03-040506-tidemark", "two runs over one another"]],
      run: (context, { args }) => compare(context, args),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "open",
      summary: "Open a report in the browser",
      withoutChance: true,
      arguments: [id],
      settings: SETTINGS,
      examples: [["report open", "the newest report in the browser"]],
      run: (context, { args }) => open(context, args[0]),
    },
    runner,
  );
  addRemoval(
    group,
    {
      summary: "Remove reports",
      arguments: [["<ids...>", "names of reports, as `tidemark report ls` shows them"]],
      settings: SETTINGS,
      examples: [["report rm 20260101-120000-tidemark", "one report, after a question"]],
    },
    (context, given) => removableReport(context.config(), given),
    runner,
  );
}
