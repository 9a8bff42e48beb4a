import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { bet, FRESH_BETTING, openingCapital } from "./betting.ts";
import { ConfidenceSequence, cusumDown, eDetectorDown, MixtureTest } from "./sequences.ts";

type Vectors = {
  readonly rMultiples: readonly number[];
  readonly bettingEProcess: { readonly logE: readonly number[] };
  readonly mixtureSprt: { readonly likelihoodRatio: readonly number[]; readonly alwaysValidP: readonly number[] };
  readonly asymptoticConfidenceSequence: { readonly lower: readonly number[] };
  readonly cusumDown: { readonly value: readonly number[] };
  readonly eDetectorDown: { readonly value: readonly number[] };
};

const VECTORS = JSON.parse(
  readFileSync(new URL("../testing/sequential-tests.fixture.json", import.meta.url), "utf8"),
) as Vectors;
const R = VECTORS.rMultiples;

/** The largest difference, relative to values above one. */
function gap(ours: readonly number[], theirs: readonly number[]): number {
  return Math.max(...theirs.map((value, i) => Math.abs(ours[i] - value) / Math.max(1, Math.abs(value))));
}

function scan<S>(start: S, step: (state: S, r: number) => S): S[] {
  let state = start;
  return R.map((r) => {
    state = step(state, r);
    return state;
  });
}

describe("evidence that may be looked at every day", () => {
  it("bets as the vector does", () => {
    const capital = scan(FRESH_BETTING, bet).map(({ logCapital }) => logCapital);
    expect(gap(capital, VECTORS.bettingEProcess.logE)).toBeLessThan(1e-12);
  });

  it("is ruined for good by a loss that a bet can't bear", () => {
    let state = { logCapital: 0, sum: 400, squares: 500, count: 100 };
    state = { ...bet(state, -12) };
    expect(state.logCapital).toBe(Number.NEGATIVE_INFINITY);
    expect(bet(state, 3).logCapital).toBe(Number.NEGATIVE_INFINITY);
  });

  it("reaches 20 without an edge in fewer than one path of twenty", () => {
    const random = new Random(17);
    let reached = 0;
    for (let path = 0; path < 400; path++) {
      let state = FRESH_BETTING;
      for (let trade = 0; trade < 600 && state.logCapital < Math.log(20); trade++) {
        state = bet(state, random.uniform() < 0.5 ? 1 : -1);
      }
      if (state.logCapital >= Math.log(20)) reached++;
    }
    expect(reached / 400).toBeLessThan(0.05);
  });

  it("starts paper with what is left after paying for the choice", () => {
    expect(openingCapital(30, 15)).toBe(1.5);
    expect(openingCapital(0, 15)).toBe(0.5);
  });

  it("tests a mean by mixtures as the vector does", () => {
    const test = new MixtureTest(1, 0.15);
    const rows = R.map((r) => {
      test.add(r);
      return { ratio: test.ratio, p: test.p };
    });
    expect(
      gap(
        rows.map(({ ratio }) => ratio),
        VECTORS.mixtureSprt.likelihoodRatio,
      ),
    ).toBeLessThan(1e-12);
    expect(
      gap(
        rows.map(({ p }) => p),
        VECTORS.mixtureSprt.alwaysValidP,
      ),
    ).toBeLessThan(1e-12);
  });

  it("bounds a mean from below as the vector does", () => {
    const sequence = new ConfidenceSequence(0.05, 60);
    const lower = R.map((r) => {
      sequence.add(r);
      return sequence.lower;
    });
    expect(gap(lower, VECTORS.asymptoticConfidenceSequence.lower)).toBeLessThan(1e-12);
  });

  it("finds a fall as the vectors do", () => {
    expect(
      gap(
        scan(0, (sum, r) => cusumDown(sum, r, 0.06)),
        VECTORS.cusumDown.value,
      ),
    ).toBeLessThan(1e-12);
    expect(
      gap(
        scan(0, (m, r) => eDetectorDown(m, r, 0.1, 0.05)),
        VECTORS.eDetectorDown.value,
      ),
    ).toBeLessThan(1e-12);
  });
});
