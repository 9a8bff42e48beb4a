/**
 * @file Reports on disk: `reports/<id>/` with report.html, summary.json, trades.csv and equity.csv. The folder is written
 * under a temporary name and renamed, so that a report is there whole or not at all.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  ensureFolder,
  FileMemo,
  fileError,
  formatDay,
  inSlices,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  temporaryName,
  writeFileAtomic,
} from "../../core/index.ts";
import { type MarketTape, markNotes } from "../../market/index.ts";
import type { Comparison } from "../evaluation.ts";
import type { Verdict } from "../judgement.ts";
import { verdict } from "../verdict.ts";
import { writeCsv } from "./csv-file.ts";
import { equityTable, type ReportSummary, reportSummary, SUMMARY_SCHEMA, tradesTable } from "./files.ts";
import { reportPage } from "./page.ts";

export type WriteReportOptions = {
  readonly comparison: Comparison;
  /** The tape that the runs were made on, for the price charts. */
  readonly tape: MarketTape;
  /** The folder of all reports. */
  readonly folder: string;
  /** When the report is made; the only part of it that differs between two equal runs. */
  readonly madeMs: number;
  readonly codeVersion: string;
  readonly model?: string;
  /** Of its files. */
  readonly modelDigest?: string;
  /** What was found about the candles, for the provenance. */
  readonly dataNotes?: readonly string[];
};

export type WrittenReport = {
  readonly id: string;
  readonly folder: string;
  readonly htmlPath: string;
  readonly verdict: Verdict;
};

/** Writes a report into a folder of its own and answers where it is. */
export function writeReport(options: WriteReportOptions): WrittenReport {
  const { comparison, tape, folder, madeMs, codeVersion, model, modelDigest, dataNotes: found = [] } = options;
  ensureFolder(folder);
  const id = freeId(folder, comparison, madeMs);
  const dataNotes = [...found, ...markNotes(tape)];
  const provenance = {
    id,
    madeMs,
    codeVersion,
    dataNotes,
    ...(model === undefined ? {} : { model }),
    ...(modelDigest === undefined ? {} : { modelDigest }),
  };
  const judged = verdict(comparison);
  const target = join(folder, id);
  const temporary = temporaryName(target);
  try {
    writeFileAtomic(join(temporary, "report.html"), reportPage(comparison, judged, tape, provenance));
    const summary = reportSummary(comparison, judged, provenance);
    writeFileAtomic(join(temporary, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
    for (const [name, { head, rows }] of [
      ["trades.csv", tradesTable(comparison.policy)],
      ["equity.csv", equityTable(comparison)],
    ] as const) {
      writeCsv(join(temporary, name), head, rows);
    }
    try {
      renameSync(temporary, target);
    } catch (thrown) {
      throw fileError(thrown, target);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return { id, folder: target, htmlPath: join(target, "report.html"), verdict: judged };
}

/** "2025-12-31-235500-sma-cross", with "-2" and so on where it is taken. */
function freeId(folder: string, { policy }: Comparison, madeMs: number): string {
  const time = new Date(madeMs).toISOString().slice(11, 19).replaceAll(":", "");
  const name = policy.result.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const base = [formatDay(madeMs), time, ...(name === "" ? [] : [name])].join("-");
  let id = base;
  for (let n = 2; existsSync(join(folder, id)); n++) id = `${base}-${n}`;
  return id;
}

/** The parts of a summary that readers rely on; everything else is kept as it is. */
const summarySchema = z.looseObject({
  schema: z.literal(SUMMARY_SCHEMA),
  id: z.string(),
  madeMs: z.number(),
  verdict: z.looseObject({ headline: z.string(), standing: z.string(), sentences: z.array(z.string()) }),
  synthetic: z.boolean(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  tradeHash: z.string(),
  policy: z.looseObject({ name: z.string(), statistics: z.looseObject({ totalReturn: z.number() }) }),
  baselines: z.array(z.looseObject({ name: z.string(), statistics: z.looseObject({ totalReturn: z.number() }) })),
});

const summaries = new FileMemo((path) => {
  const text = readTextIfPresent(path);
  return text === undefined ? undefined : summarySchema.safeParse(jsonOrUndefined(text));
});

/** The summary of one report. Throws REPORT_MISSING where there is none and DATA_FORMAT where it can't be read. */
export function loadReport(folder: string, id: string): ReportSummary {
  const path = join(folder, id, "summary.json");
  const parsed = /^[\w.-]+$/.test(id) ? summaries.get(path) : undefined;
  if (parsed === undefined) {
    throw new TidemarkError("REPORT_MISSING", {
      what: `There is no report "${id}"`,
      where: folder,
      fix: "List the reports with `tidemark report ls`.",
    });
  }
  if (!parsed.success) {
    throw new TidemarkError("DATA_FORMAT", {
      what: "The report's summary can't be read: it is damaged or from another version",
      where: path,
      fix: "Make the report again with `tidemark backtest`.",
    });
  }
  return parsed.data as unknown as ReportSummary;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type ReportList = {
  /** Newest first. */
  readonly reports: readonly ReportSummary[];
  /** Folders whose summary can't be read, with the reason. */
  readonly unreadable: ReadonlyArray<{ readonly id: string; readonly error: TidemarkError }>;
};

/** Every report of a folder; none where the folder doesn't exist. */
export function listReports(folder: string): ReportList {
  const list = { reports: [], unreadable: [] };
  folderNames(folder).forEach(taking(list, folder));
  return inOrder(list);
}

/** The same in slices, for a process that is asked other things meanwhile. */
export async function listReportsInSlices(folder: string): Promise<ReportList> {
  const list = { reports: [], unreadable: [] };
  await inSlices(folderNames(folder), taking(list, folder));
  return inOrder(list);
}

type Taken = { readonly reports: ReportSummary[]; readonly unreadable: Array<ReportList["unreadable"][number]> };

function taking({ reports, unreadable }: Taken, folder: string): (id: string) => void {
  return (id) => {
    try {
      reports.push(loadReport(folder, id));
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      unreadable.push({ id, error: thrown });
    }
  };
}

function inOrder({ reports, unreadable }: Taken): ReportList {
  return { reports: reports.sort((a, b) => b.madeMs - a.madeMs || (a.id < b.id ? 1 : -1)), unreadable };
}

function folderNames(folder: string): string[] {
  try {
    return (
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.endsWith(".tmp"))
        // Reports of other kinds stand beside them and have no such summary.
        .filter((entry) => existsSync(join(folder, entry.name, "summary.json")))
        .map((entry) => entry.name)
    );
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw fileError(thrown, folder);
  }
}
