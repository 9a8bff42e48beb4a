/** @file What every feature must keep, checked on markets that are made for it: for features of one's own. */
import { ContractProblems, HOUR_MS, InvariantError, parseTimeframe, Random } from "../core/index.ts";
import { growableTape, type MarketTape, missingColumns, SERIES, sliceTape, syntheticTape } from "../market/index.ts";
import { computeFeatures, type FeatureTape } from "./feature-tape.ts";

export type FeatureCheckOptions = {
  /** The market that it is computed on. Default: three symbols of a synthetic market, hourly. */
  readonly tape?: MarketTape;
  /** Whether its value may depend on where the history began, as that of a running sum does. Default: false. */
  readonly cumulative?: boolean;
};

const AFTER_WARMUP = 400;
const LATE_START = 137;
/** Bars in which no alternative series is known: before the late start, which must not remember them. */
const OUTAGE = 120;
const OUTAGE_BARS = 30;
/** Relative to the feature's usual size, what may be left of a different beginning after the warm-up. */
const TOLERANCE = 1e-5;

const HARD_MARKETS: ReadonlyArray<readonly [name: string, change: (tape: MarketTape, t: number, at: number) => void]> =
  [
    [
      "a market that stands still",
      (tape, _, at) => {
        for (const column of [tape.open, tape.high, tape.low, tape.close]) column[at] = 0.1;
      },
    ],
    ["a market without volume", (tape, _, at) => tape.volume.fill(0, at, at + 1)],
    [
      "a market with jumps of many orders of magnitude",
      (tape, t, at) => {
        const scale = 10 ** (((t * 7) % 17) - 8);
        for (const column of [tape.open, tape.high, tape.low, tape.close]) column[at] *= scale;
      },
    ],
  ];

/**
 * Checks that the feature of this name, registered or of the catalog, is causal (nothing of later bars reaches an earlier
 * value), settles within the warm-up that its indicators state, repeats itself, moves, and is a finite number in hard
 * markets. Throws CONTRACT_BROKEN with all that is broken, and CONFIG_VALUE where there is no such feature.
 */
export function checkFeature(name: string, options: FeatureCheckOptions = {}): void {
  const problems = new ContractProblems();
  const bars = warmupOf(name, options.tape) + LATE_START + AFTER_WARMUP;
  const tape = options.tape ?? hourly(bars);
  const at = tape.bars - AFTER_WARMUP / 2;
  const whole = attempt(problems, name, tape, "an ordinary market");
  if (whole === undefined) return problems.conclude(`The feature "${name}"`);

  problems.expect(same(whole, computeFeatures(tape, [name])), "gives other values when it is computed again");
  const moving = whole.values.subarray(whole.warmup * tape.symbols);
  problems.expect(
    moving.some((value) => value !== moving[0]),
    "never moves, or is clipped to one end of its range",
  );
  problems.expect(
    same(whole, computeFeatures(sliceTape(tape, 0, at), [name]), at * tape.symbols),
    "gives other values where the history ends earlier: it sees later bars",
  );
  const otherFuture = changedTape(tape, (copy, t, cell) => {
    if (t < at) return;
    for (const column of [copy.open, copy.high, copy.low, copy.close]) column[cell] *= 3;
    copy.volume[cell] *= 10;
    for (const own of copy.alternative?.value ?? []) own[cell] = 2 * own[cell] + 1;
  });
  problems.expect(
    same(whole, computeFeatures(otherFuture, [name]), at * tape.symbols),
    "gives other values where later bars are other ones: it sees the future",
  );
  if (options.cumulative !== true) {
    const late = computeFeatures(tape, [name], { from: LATE_START });
    problems.expect(
      settles(whole, late),
      `still depends on where the history began after ${whole.warmup} bars of warm-up`,
    );
  }
  for (const [market, change] of HARD_MARKETS) attempt(problems, name, changedTape(tape, change), market);
  return problems.conclude(`The feature "${name}"`);
}

const hourly = (bars: number): MarketTape =>
  withWalks(
    syntheticTape({ seed: 7, bars, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"] }),
  );

/** Every alternative series as a walk between 0 and 1, with an outage near the end of the late start. */
function withWalks(tape: MarketTape): MarketTape {
  const series = SERIES.map(({ id, source, cadenceMs, lagMs }) => {
    return { id, source, cadenceMs, lagMs, licence: "", provenance: "recorded" as const };
  });
  const cells = tape.bars * tape.symbols;
  const alternative = missingColumns(series, cells, (length) => new Float64Array(length));
  for (let k = 0; k < series.length; k++) {
    const random = new Random(k);
    for (let cell = 0; cell < cells; cell++) {
      const t = Math.floor(cell / tape.symbols);
      const before = cell < tape.symbols ? 0 : alternative.value[k][cell - tape.symbols];
      const isOut = tape.present[cell] === 0 || (t >= OUTAGE && t < OUTAGE + OUTAGE_BARS);
      alternative.value[k][cell] = isOut ? 0 : 0.5 + 0.9 * (before - 0.5) + 0.1 * random.normal();
      alternative.age[k][cell] = isOut ? -1 : (1 + (t % 24)) * HOUR_MS;
    }
  }
  return { ...tape, alternative };
}

function warmupOf(name: string, tape: MarketTape | undefined): number {
  const short = tape === undefined ? hourly(2) : sliceTape(tape, 0, 2);
  return computeFeatures(short, [name], { to: 0 }).warmup;
}

/** The feature's values; undefined where they are no numbers. */
function attempt(problems: ContractProblems, name: string, tape: MarketTape, market: string): FeatureTape | undefined {
  try {
    return computeFeatures(tape, [name]);
  } catch (thrown) {
    if (!(thrown instanceof InvariantError)) throw thrown;
    problems.expect(false, `is not a number in ${market}: ${thrown.where ?? thrown.what}`);
    return undefined;
  }
}

function changedTape(tape: MarketTape, change: (tape: MarketTape, t: number, cell: number) => void): MarketTape {
  const copy = growableTape(tape, tape.bars);
  const cells = tape.bars * tape.symbols;
  for (let cell = 0; cell < cells; cell++) change(copy, Math.floor(cell / tape.symbols), cell);
  return copy;
}

function same(a: FeatureTape, b: FeatureTape, length: number = a.values.length): boolean {
  for (let i = 0; i < length; i++) if (a.values[i] !== b.values[i]) return false;
  return true;
}

function settles(early: FeatureTape, late: FeatureTape): boolean {
  const { symbols } = early;
  let square = 0;
  for (const value of early.values) square += value * value;
  const scale = Math.sqrt(square / early.values.length);
  for (let i = late.warmup * symbols; i < late.values.length; i++) {
    const expected = early.values[LATE_START * symbols + i];
    if (!(Math.abs(late.values[i] - expected) <= TOLERANCE * Math.max(scale, Math.abs(expected)))) return false;
  }
  return true;
}
