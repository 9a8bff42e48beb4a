/** @file How good what a model says has been since its training: its log loss and its misses, beside what the base rate gives. */
import { z } from "zod";
import { type FeatureTape, normalizeTape } from "../../features/index.ts";
import { binaryLogLoss, classifierRows, LABEL_KINDS } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { PolicyModel, SideOf } from "../../policy/index.ts";
import { calibrateScore, type ScoreColumn, scoreWeeks } from "../../promotion/index.ts";

export type ScoreDrift = {
  readonly name: string;
  /** Of a week's mean; above zero the base rate does better. */
  readonly limit: number;
  /** Weeks of the training that it rests on. */
  readonly calibratedOn: number;
  readonly weeks: ReadonlyArray<{
    readonly toMs: number;
    readonly value: number | null;
    readonly beyond: boolean;
    readonly alarm: boolean;
  }>;
  /** Share of the weeks beyond the limit; 1 % is ordinary. */
  readonly beyondShare: number;
};

/** Rows of the market: those of the training after its warm-up, and the first week behind it. */
export type ScoredBars = { readonly from: number; readonly trained: number; readonly barsPerWeek: number };

export type NamedScore = {
  readonly name: string;
  readonly column: ScoreColumn;
  /** What it was on rows that were judged and not learned from. */
  readonly claimed?: number;
};

/** Those that can be calibrated on the training, week by week since. */
export function scoreDrift(
  tape: MarketTape,
  scores: readonly NamedScore[],
  { from, trained, barsPerWeek }: ScoredBars,
): ScoreDrift[] {
  return scores.flatMap(({ name, column, claimed }) => {
    const limit = calibrateScore(column, { from, to: trained }, barsPerWeek, claimed);
    if (limit === undefined) return [];
    const weeks = scoreWeeks(column, trained, limit, barsPerWeek);
    const beyond = weeks.filter((week) => week.beyond).length;
    return [
      {
        name,
        limit: limit.limit,
        calibratedOn: limit.weeks,
        weeks: weeks.map(({ toBar, ...week }) => ({ toMs: tape.timeMs[toBar - 1] + tape.barMs, ...week })),
        beyondShare: weeks.length === 0 ? 0 : beyond / weeks.length,
      },
    ];
  });
}

const labelsSchema = z.object({
  kind: z.enum(LABEL_KINDS),
  horizon: z.number(),
  classes: z.number(),
  upper: z.number(),
  lower: z.number(),
});
const claimSchema = z.object({ logLoss: z.number(), baseLogLoss: z.number() });

/**
 * Log loss of the highest class less that of its share in the training, at the bar at which the answer is known. Undefined of a
 * model without probabilities of an outcome, and of labels by quantiles, whose cut points a model does not keep.
 * @param sideOf of a base that is a model
 */
export function logLossScore(
  tape: MarketTape,
  raw: FeatureTape,
  { classifier, manifest }: PolicyModel,
  { from, trained }: Pick<ScoredBars, "from" | "trained">,
  sideOf?: SideOf,
): NamedScore | undefined {
  const label = labelsSchema.safeParse(manifest.provenance["labels"]);
  if (classifier === undefined || !label.success || label.data.kind === "quantile") return undefined;
  const { base } = manifest;
  const rows = classifierRows(
    tape,
    normalizeTape(raw, manifest.normalizer),
    classifier,
    { ...label.data, ...(base === undefined ? {} : { base }) },
    [],
    { from, to: tape.bars },
    sideOf,
  );
  const top = rows.classes - 1;
  let known = 0;
  let ones = 0;
  for (const [i, bar] of rows.knownAt.entries()) {
    if (bar >= trained) continue;
    known++;
    if (rows.labels[i] === top) ones++;
  }
  const share = ones / Math.max(1, known);
  const column = emptyColumn(tape.bars);
  const own = new Float64Array(1);
  const answer = new Uint8Array(1);
  const reference = Float64Array.of(share);
  for (const [i, bar] of rows.knownAt.entries()) {
    own[0] = rows.p[i * rows.classes + top];
    answer[0] = Number(rows.labels[i] === top);
    column.sum[bar] += binaryLogLoss(own, answer) - binaryLogLoss(reference, answer);
    column.rows[bar]++;
  }
  const claim = claimSchema.safeParse(manifest.provenance["validationScores"]);
  return {
    name: "log loss",
    column,
    ...(claim.success ? { claimed: claim.data.logLoss - claim.data.baseLogLoss } : {}),
  };
}

/**
 * Misses less those that chance would have had: of a position that was held through a bar, 1 where the bar went against it, less the
 * share of the training's bars that went against its side. Bars that did not move tell nothing.
 * @param sides by symbol: the side that is held at the close of each bar, from bar `from` on
 */
export function missScore(
  tape: MarketTape,
  sides: readonly Float32Array[],
  from: number,
  { trained }: Pick<ScoredBars, "trained">,
): NamedScore {
  const column = emptyColumn(tape.bars);
  for (const [s, side] of sides.entries()) {
    const rises = shareOfRises(tape, s, from, trained);
    for (let i = 0; i < side.length; i++) {
      const move = moveOf(tape, from + i, s);
      if (side[i] === 0 || move === 0) continue;
      const against = side[i] > 0 ? 1 - rises : rises;
      column.sum[from + i] += Number(side[i] * move < 0) - against;
      column.rows[from + i]++;
    }
  }
  return { name: "misses", column };
}

function emptyColumn(bars: number): ScoreColumn {
  return { sum: new Float64Array(bars), rows: new Uint32Array(bars) };
}

/** Of the bar, from its open to its close; 0 where there is none. */
function moveOf({ open, close, present, symbols }: MarketTape, bar: number, symbol: number): number {
  const at = bar * symbols + symbol;
  return present[at] === 1 ? close[at] - open[at] : 0;
}

function shareOfRises(tape: MarketTape, symbol: number, from: number, to: number): number {
  let rises = 0;
  let moves = 0;
  for (let bar = from; bar < to; bar++) {
    const move = moveOf(tape, bar, symbol);
    if (move === 0) continue;
    moves++;
    if (move > 0) rises++;
  }
  return moves === 0 ? 0.5 : rises / moves;
}
