import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { calibrateScore, type ScoreColumn, scoreWeeks, studentQuantile } from "./scores.ts";

const WEEK = 28;

/** Rows that hang together within a day: an answer a few bars ahead is shared by its neighbours. */
function noise(random: Random, weeks: number, mean: number, skew = 0): ScoreColumn {
  const bars = weeks * WEEK;
  const sum = new Float64Array(bars);
  let day = 0;
  for (let bar = 0; bar < bars; bar++) {
    if (bar % 4 === 0) {
      const drawn = random.normal();
      day = drawn + skew * (drawn * drawn - 1);
    }
    sum[bar] = mean + day + 0.3 * random.normal();
  }
  return { sum, rows: new Uint32Array(bars).fill(1) };
}

const whole = (weeks: number) => ({ from: 0, to: weeks * WEEK });

describe("the score of what a model says", () => {
  it.each([
    { skew: 0, least: 0.006, most: 0.012 },
    // Losses are skewed, and a week of them a little.
    { skew: 0.3, least: 0.006, most: 0.022 },
  ])(
    "is beyond its limit in one of a hundred ordinary weeks, though its rows hang together (skew $skew)",
    ({ skew, least, most }) => {
      const random = new Random(5);
      let beyond = 0;
      for (let run = 0; run < 400; run++) {
        const column = noise(random, 30, 0, skew);
        const limit = calibrateScore(column, whole(20), WEEK, 0);
        if (limit === undefined) throw new Error("twenty weeks are enough");
        beyond += scoreWeeks(column, 20 * WEEK, limit, WEEK).filter((week) => week.beyond).length;
      }
      expect(beyond / 4_000).toBeGreaterThan(least);
      expect(beyond / 4_000).toBeLessThan(most);
    },
  );

  it("that is worse than the base rate for two weeks is an alarm; one that has always been worse is not", () => {
    const random = new Random(2);
    const column = noise(random, 24, 0);
    const limit = calibrateScore(column, whole(20), WEEK, 0);
    if (limit === undefined) throw new Error("twenty weeks are enough");
    expect(limit).toMatchObject({ level: 0, weeks: 20 });
    for (let bar = 21 * WEEK; bar < 23 * WEEK; bar++) column.sum[bar] += 5;
    expect(scoreWeeks(column, 20 * WEEK, limit, WEEK).map(({ beyond, alarm }) => [beyond, alarm])).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [false, false],
    ]);
    const poor = noise(new Random(2), 24, 5);
    const own = calibrateScore(poor, whole(20), WEEK, 5);
    if (own === undefined) throw new Error("twenty weeks are enough");
    expect(own.level, "it was as bad when it was judged").toBe(5);
    expect(scoreWeeks(poor, 20 * WEEK, own, WEEK).filter(({ beyond }) => beyond)).toEqual([]);
  });

  it("has no figure in a week with hardly an answer, and no limit below eight weeks", () => {
    const column = noise(new Random(3), 12, 0);
    column.rows.fill(0, 10 * WEEK, 11 * WEEK);
    expect(calibrateScore(column, whole(7), WEEK)).toBeUndefined();
    const limit = calibrateScore(column, whole(10), WEEK);
    if (limit === undefined) throw new Error("ten weeks are enough");
    expect(scoreWeeks(column, 10 * WEEK, limit, WEEK)[0]).toMatchObject({ value: null, beyond: false });
  });

  it("is held to Student's law", () => {
    for (const [degrees, known] of [
      [4, 3.747],
      [7, 2.998],
      [10, 2.764],
      [30, 2.457],
      [1e6, 2.326],
    ]) {
      expect(Math.abs(studentQuantile(0.99, degrees) / known - 1), `${degrees} degrees`).toBeLessThan(0.004);
    }
    expect(() => studentQuantile(0.99, 3)).toThrow("four degrees");
  });
});
