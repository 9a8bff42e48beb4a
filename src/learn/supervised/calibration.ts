/** @file Scores as probabilities that can be believed: Platt's sigmoid and isotonic regression. */
import { TidemarkError } from "../../core/index.ts";
import { type Calibration, logistic } from "../../policy/index.ts";

const PLATT_STEPS = 200;

/**
 * Platt's sigmoid by Newton's method on smoothed targets (N1 + 1) / (N1 + 2) and 1 / (N0 + 2) (Platt, "Probabilistic outputs
 * for support vector machines", 1999; Lin, Lin and Weng, "A note on Platt's probabilistic outputs", 2007).
 * Throws DATA_TOO_SHORT without rows.
 */
export function fitPlatt(scores: Float64Array, labels: Uint8Array): Calibration {
  requireRows(scores);
  let positives = 0;
  for (const label of labels) positives += label;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (labels.length - positives + 2);
  let slope = 0;
  let offset = Math.log((labels.length - positives + 1) / (positives + 1));
  const loss = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < scores.length; i++) {
      const z = a * scores[i] + b;
      const target = labels[i] === 1 ? high : low;
      // -t log p - (1 - t) log(1 - p) for p = 1 / (1 + e^z), without overflow.
      sum += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, z) - (1 - target) * z;
    }
    return sum;
  };
  let value = loss(slope, offset);
  for (let step = 0; step < PLATT_STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-14, 0, 1e-14];
    for (let i = 0; i < scores.length; i++) {
      const p = logistic(-(slope * scores[i] + offset));
      const gap = (labels[i] === 1 ? high : low) - p;
      const bend = p * (1 - p);
      ga += gap * scores[i];
      gb += gap;
      haa += bend * scores[i] ** 2;
      hab += bend * scores[i];
      hbb += bend;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const moveSlope = -(hbb * ga - hab * gb) / determinant;
    const moveOffset = -(haa * gb - hab * ga) / determinant;
    let share = 1;
    while (
      share > 1e-12 &&
      loss(slope + share * moveSlope, offset + share * moveOffset) > value + 1e-13 * Math.abs(value)
    ) {
      share /= 2;
    }
    slope += share * moveSlope;
    offset += share * moveOffset;
    value = loss(slope, offset);
    if (Math.abs(moveSlope) < 1e-15 && Math.abs(moveOffset) < 1e-15) break;
  }
  return { kind: "platt", slope, offset };
}

/**
 * Isotonic regression: rows of equal score are averaged, then neighbours that fall are pooled (Ayer et al., 1955).
 * Throws DATA_TOO_SHORT without rows of weight.
 */
export function fitIsotonic(scores: Float64Array, labels: Uint8Array, weights?: Float64Array): Calibration {
  requireRows(scores);
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  const points: Array<{ readonly score: number; readonly sum: number; readonly weight: number }> = [];
  for (const i of order) {
    const weight = weights?.[i] ?? 1;
    const last = points.at(-1);
    if (last?.score === scores[i]) {
      points[points.length - 1] = {
        score: last.score,
        sum: last.sum + weight * labels[i],
        weight: last.weight + weight,
      };
    } else points.push({ score: scores[i], sum: weight * labels[i], weight });
  }
  const levels = poolAdjacent(
    points.map(({ sum, weight }) => sum / weight),
    points.map(({ weight }) => weight),
  );
  // The ends of a level carry all of it.
  const kept = points.flatMap((_, i) => (levels[i] === levels[i - 1] && levels[i] === levels[i + 1] ? [] : [i]));
  return {
    kind: "isotonic",
    scores: kept.map((i) => points[i].score),
    probabilities: kept.map((i) => levels[i]),
  };
}

/** The nearest sequence that never falls, by weighted squares. */
export function poolAdjacent(values: readonly number[], weights: readonly number[]): number[] {
  const level: number[] = [];
  const mass: number[] = [];
  const count: number[] = [];
  for (const [i, value] of values.entries()) {
    level.push(value);
    mass.push(weights[i]);
    count.push(1);
    for (let j = level.length - 2; j >= 0 && level[j] >= level[j + 1]; j--) {
      const total = mass[j] + mass[j + 1];
      level[j] = (level[j] * mass[j] + level[j + 1] * mass[j + 1]) / total;
      mass[j] = total;
      count[j] += count[j + 1];
      level.pop();
      mass.pop();
      count.pop();
    }
  }
  return level.flatMap((value, j) => Array.from({ length: count[j] }, () => value));
}

/** The probability without the shift that a weight of `factor` on the positives brought. */
export function withoutWeight(probability: number, factor: number): number {
  return probability / (probability + (1 - probability) * factor);
}

function requireRows(scores: Float64Array): void {
  if (scores.length > 0) return;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: "No row is left to calibrate on",
    where: "the last part of the training range",
    fix: "Give a longer training range.",
  });
}
