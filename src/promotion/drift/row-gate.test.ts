import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { RowVerdict } from "../../features/index.ts";
import { driftAction } from "./outputs.ts";
import { ROW_GATE, RowGate } from "./row-gate.ts";

const WIDTH = 5;
const ROWS = 168;

/** Rows of weeks, each week with a level of its own and fat tails: what chi-square's limits don't know. */
function weeksOf(weeks: number, seed: number): { rows: Float64Array; week: Int32Array } {
  const random = new Random(seed);
  const rows = new Float64Array(weeks * ROWS * WIDTH);
  const week = Int32Array.from({ length: weeks * ROWS }, (_, r) => Math.floor(r / ROWS));
  for (let w = 0; w < weeks; w++) {
    const level = Array.from({ length: WIDTH }, () => 0.5 * random.normal());
    for (let r = w * ROWS; r < (w + 1) * ROWS; r++) {
      const tail = Math.sqrt(3 / (random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2));
      for (let j = 0; j < WIDTH; j++) rows[r * WIDTH + j] = level[j] + tail * random.normal();
    }
  }
  return { rows, week };
}

describe("the gate of rows", () => {
  const training = weeksOf(60, 7);
  const gate = new RowGate(training.rows, WIDTH, training.week);

  it("halves and closes for as many ordinary rows of later weeks as it promises", () => {
    const later = weeksOf(200, 8);
    const counts = [0, 0, 0];
    for (let r = 0; r < later.week.length; r++) counts[gate.verdict(later.rows, r * WIDTH)]++;
    const all = later.week.length;
    const half = (counts[1] + counts[2]) / all;
    expect(half).toBeGreaterThan(ROW_GATE.half / 2);
    expect(half).toBeLessThan(ROW_GATE.half * 2);
    expect(counts[2] / all).toBeGreaterThan(0);
    expect(counts[2] / all).toBeLessThan(ROW_GATE.closed * 3);
  });

  it("closes for a row from elsewhere, and for one that is no number", () => {
    expect(gate.verdict([0, 0, 0, 0, 0])).toBe(RowVerdict.open);
    expect(gate.verdict([60, -60, 60, -60, 60])).toBe(RowVerdict.closed);
    expect(gate.verdict([Number.NaN, 0, 0, 0, 0])).toBe(RowVerdict.closed);
    expect(gate.closed).toBeGreaterThan(gate.half);
  });

  it("measures each row by the other weeks: a week of its own kind stands out", () => {
    const { rows, week } = weeksOf(20, 9);
    for (let r = 5 * ROWS; r < 6 * ROWS; r++) rows[r * WIDTH] += 40;
    // In one sample with them its own rows would widen the covariance that they are judged by.
    const with_ = new RowGate(rows, WIDTH, week);
    const without = new RowGate(weeksOf(20, 9).rows, WIDTH, week);
    expect(with_.half).toBeGreaterThan(without.half * 5);
  });

  it("asks for weeks enough", () => {
    const { rows, week } = weeksOf(7, 1);
    expect(() => new RowGate(rows, WIDTH, week)).toThrow("7 weeks");
  });
});

describe("what drift leads to", () => {
  const calm = { alarm: false, broken: [] };
  const alarm = { alarm: true, broken: [] };
  const none = { gatedDay: 0.05, gatedLimit: 0.2, scores: [] };

  it("rises by a step with every week that the outputs are beyond their limits", () => {
    const found = [0, 1, 2, 3, 4, 9].map((weeks) =>
      driftAction({ ...none, features: [calm], outputs: [calm, ...Array.from({ length: weeks }, () => alarm)] }),
    );
    expect(found).toEqual(["none", "half", "retrain", "challenger", "close-only", "close-only"]);
  });

  it("is a note where features alone move, or rows alone lie outside, and half the size where both do", () => {
    expect(driftAction({ ...none, features: [alarm], outputs: [calm] })).toBe("note");
    expect(driftAction({ ...none, features: [calm], outputs: [calm], scores: [calm, alarm] })).toBe("half");
    expect(
      driftAction({ ...none, features: [calm], outputs: [calm, alarm], scores: [calm, alarm] }),
      "a week counts once, whatever was found in it",
    ).toBe("half");
    expect(driftAction({ ...none, features: [calm], outputs: [alarm, calm], scores: [alarm, alarm] })).toBe("retrain");
    expect(driftAction({ ...none, features: [calm], outputs: [calm], scores: [alarm, calm] })).toBe("none");
    expect(driftAction({ ...none, gatedDay: 0.3, features: [calm], outputs: [calm] })).toBe("note");
    expect(driftAction({ ...none, gatedDay: 0.3, features: [alarm], outputs: [calm] })).toBe("half");
    expect(driftAction({ ...none, gatedDay: 0.2, features: [calm], outputs: [alarm, calm] })).toBe("none");
  });

  it("opens nothing at once where a feature stands still", () => {
    expect(driftAction({ ...none, features: [alarm, { alarm: false, broken: [3] }], outputs: [calm] })).toBe(
      "close-only",
    );
    expect(driftAction({ ...none, features: [{ alarm: false, broken: [3] }, calm], outputs: [calm] })).toBe("none");
    expect(driftAction({ ...none, features: [], outputs: [] })).toBe("none");
  });
});
