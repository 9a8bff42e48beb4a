/**
 * @file Results that are no backtest's report: walk-forwards, purged splits, stress, bias, drift, parity. Each lies in a folder
 * among the reports as `<kind>.json`, what its verb says with `--json`, with a page beside it where it has one.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileMemo, fileError, inSlices, readTextIfPresent, systemCode, TidemarkError } from "../../core/index.ts";

export const RESULT_KINDS = ["walkforward", "kfold", "cpcv", "stress", "bias", "drift", "parity"] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

export type StoredResult = {
  readonly id: string;
  readonly kind: ResultKind;
  /** Of what. */
  readonly name: string;
  readonly madeMs: number;
  readonly headline: string;
  /** What a list shows and a comparison lays side by side: numbers of the data, and counts in it. Null where there is none. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Whether a page lies beside it. */
  readonly hasPage: boolean;
};

export type ResultList = {
  readonly results: readonly StoredResult[];
  readonly unreadable: ReadonlyArray<{ readonly id: string; readonly error: TidemarkError }>;
};

type Bag = Readonly<Record<string, unknown>>;

const FOLDER = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2})-(\d{2})(\d{2})(\d{2})-(${RESULT_KINDS.join("|")})(?:-|$)`);

/** What lists show of a result, kept while its file stands: those of a search or a stress test are long. */
const shown = new FileMemo((path) => readResult(dirname(dirname(path)), basename(dirname(path))).result);

/** Every result of a folder, newest first; none where the folder doesn't exist. */
export function listResults(folder: string): ResultList {
  const list = { results: [], unreadable: [] };
  resultIds(folder).forEach(taking(list, folder));
  return inOrder(list);
}

/** The same in slices, for a process that is asked other things meanwhile. */
export async function listResultsInSlices(folder: string): Promise<ResultList> {
  const list = { results: [], unreadable: [] };
  await inSlices(resultIds(folder), taking(list, folder));
  return inOrder(list);
}

type Taken = { readonly results: StoredResult[]; readonly unreadable: Array<ResultList["unreadable"][number]> };

function resultIds(folder: string): string[] {
  return namesIn(folder).filter((id) => FOLDER.test(id));
}

function taking({ results, unreadable }: Taken, folder: string): (id: string) => void {
  return (id) => {
    try {
      const result = shown.get(join(folder, id, `${FOLDER.exec(id)?.[5]}.json`));
      results.push({ ...result, hasPage: existsSync(join(folder, id, "report.html")) });
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      unreadable.push({ id, error: thrown });
    }
  };
}

function inOrder({ results, unreadable }: Taken): ResultList {
  return { results: results.sort((a, b) => b.madeMs - a.madeMs || (a.id < b.id ? 1 : -1)), unreadable };
}

/** One result with everything that its verb said. Throws REPORT_MISSING or DATA_FORMAT. */
export function readResult(folder: string, id: string): { readonly result: StoredResult; readonly data: Bag } {
  const [, day, hours, minutes, seconds, kind] = FOLDER.exec(id) ?? [];
  const path = join(folder, id, `${kind}.json`);
  const text = kind === undefined || /[/\\]/.test(id) ? undefined : readTextIfPresent(path);
  if (text === undefined) {
    throw new TidemarkError("REPORT_MISSING", {
      what: `There is no result "${id}"`,
      where: folder,
      fix: "`tidemark report ls` shows what was judged.",
    });
  }
  const data = bagOf(jsonOf(text));
  if (data === undefined) {
    throw new TidemarkError("DATA_FORMAT", {
      what: `The result "${id}" is no JSON object`,
      where: path,
      fix: "Make it again, or remove its folder.",
    });
  }
  const figures = FIGURES[kind as ResultKind](data);
  const { headline, name = data["model"] } = data;
  return {
    data,
    result: {
      id,
      kind: kind as ResultKind,
      name: typeof name === "string" ? name : "a fresh policy",
      madeMs: Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`),
      headline: typeof headline === "string" ? headline : "",
      figures,
      hasPage: existsSync(join(folder, id, "report.html")),
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.endsWith(".tmp"))
      .map(({ name }) => name);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw fileError(thrown, folder);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bagOf(value: unknown): Bag | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : undefined;
}

function bags(value: unknown): Bag[] {
  return Array.isArray(value) ? value.map(bagOf).filter((one) => one !== undefined) : [];
}

/** The number at a path of keys. */
function at(data: Bag, ...keys: readonly string[]): number | null {
  const found = keys.reduce<unknown>((value, key) => bagOf(value)?.[key], data);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

function least(rows: readonly Bag[], key: string): number | null {
  const values = rows.flatMap((row) => at(row, key) ?? []);
  return values.length === 0 ? null : Math.min(...values);
}

function crossed(data: Bag): StoredResult["figures"] {
  const paths = bags(data["paths"]);
  return {
    overfitting: at(data, "overfitting"),
    splits: bags(data["splits"]).length,
    candidates: Array.isArray(data["candidates"]) ? data["candidates"].length : null,
    worstPathReturn: least(paths, "totalReturn"),
    worstPathSharpe: least(paths, "sharpe"),
  };
}

const FIGURES: Readonly<Record<ResultKind, (data: Bag) => StoredResult["figures"]>> = {
  walkforward: (data) => {
    const folds = bags(data["folds"]);
    return {
      totalReturn: at(data, "totalReturn"),
      holdReturn: at(data, "holdReturn"),
      sharpe: at(data, "statistics", "sharpe"),
      maxDrawdown: at(data, "maxDrawdown"),
      profitableWindows: at(data, "profitable"),
      windows: folds.length,
      trades: folds.reduce((sum, fold) => sum + (at(fold, "trades") ?? 0), 0),
    };
  },
  kfold: crossed,
  cpcv: crossed,
  stress: (data) => {
    const rows = bags(data["rows"]);
    return {
      totalReturn: at(data, "base", "totalReturn"),
      maxDrawdown: at(data, "base", "maxDrawdown"),
      scenarios: rows.length,
      survived: rows.filter((row) => row["survived"] === true).length,
      worstEquity: least(rows, "worstEquity"),
    };
  },
  bias: (data) => ({
    findings: bags(data["findings"]).length,
    seriousFindings: bags(data["findings"]).filter((one) => one["serious"] === true).length,
    symmetry: at(data, "symmetry"),
    explainedByHour: at(data, "explainedByHour"),
  }),
  drift: (data) => ({
    featuresBeyond: at(data, "beyondShare"),
    outputsBeyond: at(data, "outputsBeyondShare"),
    rowsBehindGate: at(data, "gatedShare", "half"),
    weeks: bags(data["weeks"]).length,
    alarms: bags(data["weeks"]).filter((week) => week["alarm"] === true).length,
  }),
  parity: (data) => {
    const runs = [...bags(data["proof"]), ...bags(data["results"]), ...bags(data["paper"])];
    return {
      runs: runs.length,
      equalRuns: runs.filter((run) => run["equal"] === true).length,
      fills: runs.reduce((sum, run) => sum + (at(run, "fills") ?? 0), 0),
      bars: at(data, "bars"),
    };
  },
};
