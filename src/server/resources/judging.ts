/** @file What was judged: reports, results of every kind, two records of trading held against each other. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { type AppContext, type Config, compareTrading, reportsFolder, stateFolder } from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import {
  listReportsInSlices,
  listResultsInSlices,
  RESULT_KINDS,
  type ReportSummary,
  readResult,
  readRun,
  type StoredResult,
  type StrategySummary,
} from "../../evaluate/index.ts";
import { JOURNAL_FILE } from "../../trade/index.ts";
import type { Columns, Difference, Report, Result } from "../contract/index.ts";
import { folderMark, Memo } from "./memo.ts";

/** Trades of a difference that are shown. */
const MOST_DIFFERENCES = 200;

type Reports = Awaited<ReturnType<typeof listReportsInSlices>>;

export class JudgingResources {
  readonly #context: AppContext;
  readonly #reports = new Memo<Promise<Reports>>(1);
  readonly #results = new Memo<ReturnType<typeof listResultsInSlices>>(1);
  readonly #differences = new Memo<Promise<Difference>>(8);

  constructor(context: AppContext) {
    this.#context = context;
  }

  async reports(): Promise<{ items: Report[]; unreadable: Array<{ id: string; error: string }> }> {
    const { reports, unreadable } = await this.summaries();
    return {
      items: reports.map(reportOf),
      unreadable: unreadable.map(({ id, error }) => ({ id, error: error.what })),
    };
  }

  async report(id: string): Promise<Report> {
    return reportOf(await this.#summary(id));
  }

  /** Columns timeMs, equity: growth since the start. */
  async reportEquity(id: string): Promise<Columns> {
    const { timesMs, equity } = await readRun(reportsFolder(this.#context.config()), await this.#summary(id));
    return { timeMs: timesMs, equity };
  }

  /** The file of a report's page. */
  async reportPage(id: string): Promise<string> {
    return join(reportsFolder(this.#context.config()), (await this.#summary(id)).id, "report.html");
  }

  async results(
    kind: string | undefined,
  ): Promise<{ items: Result[]; unreadable: Array<{ id: string; error: string }> }> {
    if (kind !== undefined && !RESULT_KINDS.some((one) => one === kind)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `"${kind.slice(0, 40)}" is no kind of result`,
        where: "kind",
        fix: `Choose one of ${RESULT_KINDS.join(", ")}.`,
      });
    }
    const folder = reportsFolder(this.#context.config());
    const { results, unreadable } = await this.#results.get("results", this.mark(), () => listResultsInSlices(folder));
    return {
      items: results.filter((one) => kind === undefined || one.kind === kind).map(resultOf),
      unreadable: unreadable.map(({ id, error }) => ({ id, error: error.what })),
    };
  }

  result(id: string): { result: Result; data: Record<string, unknown> } {
    const { result, data } = readResult(reportsFolder(this.#context.config()), id);
    return { result: resultOf(result), data: { ...data } };
  }

  /** The file of a result's page. */
  resultPage(id: string): string {
    const folder = reportsFolder(this.#context.config());
    const { result } = readResult(folder, id);
    if (result.hasPage) return join(folder, result.id, "report.html");
    throw new TidemarkError("REPORT_MISSING", {
      what: `The result "${id}" has no page`,
      fix: "Its data are all that there is.",
    });
  }

  /** Of all trades, with those that differ most. Rejects with JOURNAL_MISSING or REPORT_MISSING. */
  difference(a: string, b: string): Promise<Difference> {
    const folder = this.#context.config();
    const mark = [a, b].map((name) => journalMark(folder, name)).join("\n");
    return this.#differences.get(`${a}\n${b}`, `${mark}\n${this.mark()}`, async () => {
      const { parts, trades, ...sums } = await compareTrading(folder, a, b);
      const shown = trades
        .map((trade) => ({ trade, size: Math.abs(Number(trade.difference)) }))
        .sort((one, other) => other.size - one.size)
        .slice(0, MOST_DIFFERENCES);
      return {
        ...sums,
        parts: { ...parts },
        trades: shown.map(({ trade: { symbol, entryMs, difference, why, ...sides } }) => ({
          symbol,
          entryMs,
          difference,
          why,
          a: sides.a === undefined ? null : sideOf(sides.a),
          b: sides.b === undefined ? null : sideOf(sides.b),
        })),
      };
    });
  }

  /** Changes with what lies in the folder of reports. */
  mark(): string {
    return folderMark(reportsFolder(this.#context.config()));
  }

  summaries(): Promise<Reports> {
    const folder = reportsFolder(this.#context.config());
    return this.#reports.get("reports", this.mark(), () => listReportsInSlices(folder));
  }

  async #summary(id: string): Promise<ReportSummary> {
    const found = (await this.summaries()).reports.find((report) => report.id === id);
    if (found !== undefined) return found;
    throw new TidemarkError("REPORT_MISSING", {
      what: `There is no report "${id}"`,
      fix: "`tidemark report ls` lists them.",
    });
  }
}

function resultOf({ figures, ...result }: StoredResult): Result {
  return { ...result, figures: { ...figures } };
}

type Side = Exclude<Difference["trades"][number]["a"], null>;

function sideOf({ side, entryMs, exitMs, quantity, entryPrice, exitPrice, netProfit }: Side): Side {
  return { side, entryMs, exitMs, quantity, entryPrice, exitPrice, netProfit };
}

/** Of a session's journal and what was appended to it; empty for a report. */
function journalMark(config: Config, name: string): string {
  const path = join(stateFolder(config), name, JOURNAL_FILE);
  return ["", "-wal"]
    .map((end) => statSync(`${path}${end}`, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.size ?? 0} ${stat?.mtimeMs ?? 0}`)
    .join(" ");
}

function strategyOf({ name, statistics }: Pick<StrategySummary, "name" | "statistics">): Report["policy"] {
  const { totalReturn, sharpe, maxDrawdown, trades, winRate } = statistics;
  return {
    name,
    totalReturn,
    sharpe: sharpe ?? null,
    maxDrawdown: maxDrawdown ?? null,
    trades: trades ?? null,
    winRate: winRate ?? null,
  };
}

function reportOf(report: ReportSummary): Report {
  const { verdict } = report;
  return {
    id: report.id,
    madeMs: report.madeMs,
    policy: strategyOf(report.policy),
    baselines: report.baselines.map(strategyOf),
    symbols: [...report.symbols],
    timeframe: report.timeframe,
    synthetic: report.synthetic,
    model: report.model,
    tradeHash: report.tradeHash,
    verdict: {
      standing: verdict.standing,
      headline: verdict.headline,
      sentences: [...verdict.sentences],
      conditions: (verdict.conditions ?? []).map(({ name, met, asked, found }) => ({
        name,
        passed: met,
        text: `asked ${asked}, found ${found}`,
      })),
    },
  };
}
