/** @file What a quality check says of a candle set. */
import type { Timeframe } from "../../core/index.ts";

export const Verdict = {
  ok: "ok",
  /** Usable; the findings are worth a look. */
  warnings: "warnings",
  /** Results on these data would mean nothing. */
  unusable: "unusable",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export const FindingKind = {
  /** A price that is not a finite number above zero, or a volume below zero. */
  impossible: "impossible",
  /** A high below the low, or an open or close outside of them. */
  ohlc: "ohlc",
  outOfOrder: "out-of-order",
  duplicate: "duplicate",
  gap: "gap",
  /** So many bars are missing that the set is not one history. */
  sparse: "sparse",
  tooShort: "too-short",
  /** A bar that opens beside the grid of the others. */
  offGrid: "off-grid",
  outlier: "outlier",
  zeroVolume: "zero-volume",
  /** A block of bars that is there again elsewhere. */
  repeated: "repeated",
  /** The volume changes its unit on the way. */
  volumeUnit: "volume-unit",
  /** Bars of another length stand among the others. */
  mixedLength: "mixed-length",
  /** A price that is a power of ten off, and back. */
  powerOfTen: "power-of-ten",
  /** A jump by the ratio of a split. */
  split: "split",
} as const;
export type FindingKind = (typeof FindingKind)[keyof typeof FindingKind];

export type FindingExample = {
  /** Row in the checked candles, from 0. */
  readonly row: number;
  readonly tsMs: number;
  readonly detail: string;
};

export type Finding = {
  readonly kind: FindingKind;
  readonly severity: "error" | "warning";
  readonly count: number;
  /** The first few. */
  readonly examples: readonly FindingExample[];
};

export type QualityReport = {
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** Earliest and latest open time; zero without bars. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Bars missing between the first and the last. */
  readonly missingBars: number;
  readonly verdict: Verdict;
  /** Errors first; kinds without an occurrence are left out. */
  readonly findings: readonly Finding[];
};

/** Collects occurrences of one kind and keeps the first few as examples. */
export class FindingCollector {
  #count = 0;
  readonly #examples: FindingExample[] = [];
  readonly kind: FindingKind;
  readonly severity: Finding["severity"];
  readonly #maxExamples: number;

  constructor(kind: FindingKind, severity: Finding["severity"], maxExamples: number) {
    this.kind = kind;
    this.severity = severity;
    this.#maxExamples = maxExamples;
  }

  add(row: number, tsMs: number, detail: string): void {
    this.#count++;
    if (this.#examples.length < this.#maxExamples) this.#examples.push({ row, tsMs, detail });
  }

  findings(): Finding[] {
    if (this.#count === 0) return [];
    return [{ kind: this.kind, severity: this.severity, count: this.#count, examples: this.#examples }];
  }
}

export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.severity === "error")) return Verdict.unusable;
  return findings.length > 0 ? Verdict.warnings : Verdict.ok;
}
