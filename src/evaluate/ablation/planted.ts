/**
 * @file The ablation, checked: a series that knows the future return up to noise and is available in time has to be found;
 * the same series that becomes available only when that future is over must not be. Both go through the as-of join.
 */
import { Random } from "../../core/index.ts";
import { joinAlternative, type MarketTape, type SeriesRows, seriesSpec } from "../../market/index.ts";

/** The series whose place the planted one takes, and the features that show it. */
const CARRIER = "fear-greed.index";
export const PLANTED_FEATURES: readonly string[] = ["sentiment.index", "sentiment.index.missing"];

export type PlantedSource = "in-time" | "late";

/** Standard deviations of noise on one of signal. */
const NOISE = 1;
/** The carrier runs from 0 to 100: deviations of this size leave few outside. */
const SCALE = 12;

/**
 * The tape with a series that says, at each bar's close, how far the price will move from the next open over `horizon`
 * bars, in deviations, with as much noise. In time it is available at that very close; late, a millisecond after the last
 * bar that it speaks of has closed.
 */
export function plantSource(
  tape: MarketTape,
  { source, horizon, seed }: { readonly source: PlantedSource; readonly horizon: number; readonly seed: number },
): MarketTape {
  const { alternative: _, ...bare } = tape;
  const random = new Random(seed).fork("planted source");
  const delayMs = source === "in-time" ? 0 : horizon * tape.barMs + 1;
  const rows = Array.from(tape.instruments.keys(), (s) => vintagesOf(bare, s, horizon, delayMs, random));
  const series: SeriesRows = { spec: seriesSpec(CARRIER), rows };
  return joinAlternative(bare, [series]);
}

function vintagesOf(tape: MarketTape, s: number, horizon: number, delayMs: number, random: Random) {
  const { symbols, bars, present, open, close, timeMs, barMs } = tape;
  const known: Array<readonly [closeMs: number, move: number]> = [];
  for (let t = 0; t + horizon < bars; t++) {
    const first = (t + 1) * symbols + s;
    const last = (t + horizon) * symbols + s;
    if (present[t * symbols + s] === 0 || present[first] === 0 || present[last] === 0) continue;
    known.push([timeMs[t] + barMs, Math.log(close[last] / open[first])]);
  }
  const deviation = Math.sqrt(known.reduce((sum, [, move]) => sum + move * move, 0) / Math.max(1, known.length)) || 1;
  const eventMs = Float64Array.from(known, ([closeMs]) => closeMs);
  return {
    length: known.length,
    eventMs,
    availableMs: eventMs.map((ms) => ms + delayMs),
    revision: new Float64Array(known.length),
    recorded: new Float64Array(known.length).fill(1),
    value: Float64Array.from(known, ([, move]) =>
      Math.max(0, Math.min(100, 50 + SCALE * (move / deviation + NOISE * random.normal()))),
    ),
  };
}
