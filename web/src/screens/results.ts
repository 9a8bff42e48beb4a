/** @file What the verbs print as their results, read with care: another version may say more or less. */

export type Bag = Readonly<Record<string, unknown>>;

function bagOf(value: unknown): Bag | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : undefined;
}

function bagsOf(value: unknown): Bag[] {
  return Array.isArray(value) ? value.map(bagOf).filter((one) => one !== undefined) : [];
}

function numberOf(bag: Bag, key: string): number | null {
  const value = bag[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textOf(bag: Bag, key: string): string {
  const value = bag[key];
  return typeof value === "string" ? value : "";
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === "number" ? one : Number.NaN)) : [];
}

export type StressLine = {
  readonly scenario: string;
  readonly severity: number | null;
  readonly unit: string;
  readonly survived: boolean;
  readonly totalReturn: number | null;
  readonly worstEquity: number | null;
  readonly maxDrawdown: number | null;
  readonly recoveryDays: number | null;
  readonly trades: number | null;
};

export type StressResult = {
  readonly headline: string;
  readonly rows: readonly StressLine[];
  readonly ruin: number | null;
};

function stressLine(row: Bag): StressLine {
  return {
    scenario: textOf(row, "scenario"),
    severity: numberOf(row, "severity"),
    unit: textOf(row, "unit"),
    survived: row["survived"] === true,
    totalReturn: numberOf(row, "totalReturn"),
    worstEquity: numberOf(row, "worstEquity"),
    maxDrawdown: numberOf(row, "maxDrawdown"),
    recoveryDays: numberOf(row, "recoveryDays"),
    trades: numberOf(row, "trades"),
  };
}

/** The market as it was first, then each scenario. */
export function stressOf(result: unknown): StressResult | undefined {
  const bag = bagOf(result);
  const rows = bagsOf(bag?.["rows"]);
  if (bag === undefined || rows.length === 0) return undefined;
  const base = bagOf(bag["base"]);
  const ruins = bagsOf(bag["monteCarlo"]).map((one) => numberOf(one, "ruin"));
  return {
    headline: textOf(bag, "headline"),
    rows: [...(base === undefined ? [] : [base]), ...rows].map(stressLine),
    ruin: ruins.find((one) => one !== null) ?? null,
  };
}

export type WalkWindow = {
  readonly index: number;
  readonly testFromMs: number | null;
  readonly testToMs: number | null;
  readonly totalReturn: number | null;
  readonly holdReturn: number | null;
  readonly sharpe: number | null;
  readonly maxDrawdown: number | null;
  readonly trades: number | null;
};

export type WalkResult = {
  readonly headline: string;
  readonly windows: readonly WalkWindow[];
  readonly timesMs: readonly number[];
  readonly equity: readonly number[];
  /** Where one window ends and the next begins. */
  readonly seamsMs: readonly number[];
};

/** Places of times later than all before them: where windows meet, the next one's first day may lie before the last one's end. */
function risingOf(times: readonly number[]): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return times.flatMap((time, at) => {
    if (!(time > last)) return [];
    last = time;
    return [at];
  });
}

export function walkOf(result: unknown): WalkResult | undefined {
  const bag = bagOf(result);
  const folds = bagsOf(bag?.["folds"]);
  if (bag === undefined || folds.length === 0) return undefined;
  const timesMs = numbersOf(bag["timesMs"]);
  const equity = numbersOf(bag["equity"]);
  const rising = risingOf(timesMs);
  return {
    headline: textOf(bag, "headline"),
    timesMs: rising.map((at) => timesMs[at]),
    equity: rising.map((at) => equity[at] ?? Number.NaN),
    seamsMs: numbersOf(bag["seams"]).flatMap((row) => timesMs[row] ?? []),
    windows: folds.map((fold, at) => ({
      index: (numberOf(fold, "index") ?? at) + 1,
      testFromMs: numberOf(fold, "testFromMs"),
      testToMs: numberOf(fold, "testToMs"),
      totalReturn: numberOf(fold, "totalReturn"),
      holdReturn: numberOf(fold, "holdReturn"),
      sharpe: numberOf(fold, "sharpe"),
      maxDrawdown: numberOf(fold, "maxDrawdown"),
      trades: numberOf(fold, "trades"),
    })),
  };
}

export type DriftWeek = {
  readonly toMs: number | null;
  readonly beyond: readonly string[];
  readonly broken: readonly string[];
  readonly isAlarm: boolean;
  /** The feature that is furthest beyond its limit, and how many times. */
  readonly furthest: string;
  readonly times: number | null;
};

export type DriftResult = {
  readonly weeks: readonly DriftWeek[];
  readonly beyondShare: number | null;
  readonly watched: number | null;
};

function names(value: unknown): string[] {
  return Array.isArray(value)
    ? value.flatMap((one) => (typeof one === "string" ? [one] : Array.isArray(one) ? names(one.slice(0, 1)) : []))
    : [];
}

export function driftOf(result: unknown): DriftResult | undefined {
  const bag = bagOf(result);
  const weeks = bagsOf(bag?.["weeks"]);
  if (bag === undefined || weeks.length === 0) return undefined;
  return {
    beyondShare: numberOf(bag, "beyondShare"),
    watched: numberOf(bag, "watched"),
    weeks: weeks.map((week) => {
      const [first] = Array.isArray(week["furthest"]) ? (week["furthest"] as unknown[]) : [];
      const [feature, index, limit] = Array.isArray(first) ? (first as unknown[]) : [];
      return {
        toMs: numberOf(week, "toMs"),
        beyond: names(week["beyond"]),
        broken: names(week["broken"]),
        isAlarm: week["alarm"] === true,
        furthest: typeof feature === "string" ? feature : "",
        times: typeof index === "number" && typeof limit === "number" && limit > 0 ? index / limit : null,
      };
    }),
  };
}

export type ParityRun = {
  readonly name: string;
  readonly isEqual: boolean;
  readonly fills: number | null;
  readonly hash: string;
  readonly difference: string;
};

/** Scripts on the tape that leads everywhere, then everything on the bars that were asked about, then the paper session. */
export function parityOf(result: unknown): ParityRun[] | undefined {
  const bag = bagOf(result);
  const proof = bagsOf(bag?.["proof"]).map((run) => ({ run, of: "every path: " }));
  const own = [...bagsOf(bag?.["results"]), ...bagsOf(bag?.["paper"])].map((run) => ({ run, of: "" }));
  if (proof.length + own.length === 0) return undefined;
  return [...proof, ...own].map(({ run, of }) => {
    const [first] = bagsOf(run["differences"]);
    return {
      name: `${of}${textOf(run, "name")}`,
      isEqual: run["equal"] === true,
      fills: numberOf(run, "fills"),
      hash: textOf(run, "environmentHash") || textOf(run, "paperHash"),
      difference:
        first === undefined
          ? ""
          : `${textOf(first, "what")} in bar ${numberOf(first, "bar") ?? "?"}: ${textOf(first, "detail")}`,
    };
  });
}
