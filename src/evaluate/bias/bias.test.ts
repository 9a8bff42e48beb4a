import { describe, expect, it } from "vitest";
import { Direction, parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { DecisionContext, Policy } from "../../policy/index.ts";
import { hourOf, REGIMES, regimesOf, sessionsAt } from "../groups.ts";
import { settings } from "../testing/settings.ts";
import { analyzeBias, type BiasResult } from "./analyze.ts";
import { mirrored } from "./mirror.ts";
import { biasPage } from "./page.ts";
import { biasFindings, biasHeadline } from "./verdict.ts";

const tape = syntheticTape({
  seed: 8,
  bars: 1_500,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT"],
});

/** A policy that wants a side of every symbol at every bar. */
function wanting(name: string, side: (context: DecisionContext, symbol: number) => Direction, size = 0.5): Policy {
  return {
    name,
    reset: () => {},
    decide: (context, intents) => {
      for (let s = 0; s < context.tape.symbols; s++) {
        intents.direction[s] = side(context, s);
        intents.size[s] = size;
      }
    },
  };
}

function analyze(policy: Policy): Promise<BiasResult> {
  const decision = settings({}, {}, 0.5);
  return analyzeBias({ tape, decision, policyOn: () => policy, from: 100, to: 1_500, balance: 10_000, seed: 1 });
}

const codes = (result: BiasResult): string[] => biasFindings(result).map(({ code }) => code);

const closeOf = ({ tape: market, bar }: DecisionContext, s: number, back: number): number =>
  market.close[(bar - back) * market.symbols + s];

const momentum = (context: DecisionContext, s: number): Direction =>
  closeOf(context, s, 0) > closeOf(context, s, 24) ? Direction.long : Direction.short;

const sessionsAtHour = (hour: number): string[] => sessionsAt(Date.UTC(2024, 0, 2, hour));

describe("the bias analysis", () => {
  it("catches a policy that is always long, and says what always long would have made", async () => {
    const result = await analyze(wanting("long", () => Direction.long));
    expect(codes(result)).toEqual(["constant"]);
    expect(result.constant).toBeGreaterThan(0.99);
    expect(result.symmetry).toBeCloseTo(-1, 6);
    expect(biasHeadline(biasFindings(result))).toMatch(/^It is long in 100\.0 % of all bars, whatever happens/);
    expect(biasFindings(result)[0].correction).toContain("mirrored");
    expect(result.alwaysLong ?? 0).toBeCloseTo(result.evaluation.statistics.totalReturn, 1);
    const exposure = result.evaluation.statistics.averageExposure ?? 0;
    let growth = 1;
    for (let bar = 101; bar < 1_500; bar++) {
      const moves = [0, 1].map((s) => tape.close[bar * 2 + s] / tape.close[bar * 2 - 2 + s] - 1);
      growth *= 1 + (exposure * (moves[0] + moves[1])) / 2;
    }
    expect(result.alwaysLong, "from the close of the first decision on").toBeCloseTo(growth - 1, 12);
  });

  it("catches one that knows only the hour", async () => {
    const clock = wanting("clock", ({ tape: market, bar }) => {
      const hour = hourOf(market.timeMs[bar]);
      return hour < 8 ? Direction.long : hour < 16 ? Direction.short : Direction.flat;
    });
    const result = await analyze(clock);
    expect(codes(result)).toContain("clock");
    expect(result.explainedByHour).toBeGreaterThan(0.9);
    expect(biasPage("clock", result, undefined)).toContain("it trades the clock and not the market");
  });

  it("catches one that does nothing, and one whose sizes are always the greatest", async () => {
    expect(codes(await analyze(wanting("idle", () => Direction.flat)))).toEqual(["idle"]);
    expect(codes(await analyze(wanting("all in", momentum, 1)))).toEqual(["saturated"]);
  });

  it("counts sizes at their ends", async () => {
    const { sizes } = await analyze(wanting("timid", momentum, 0.005));
    expect(sizes).toEqual({ asked: 1_399 * 2, least: 1, most: 0 });
  });

  it("calls a habit one from its limit on, and not below", async () => {
    const plain = await analyze(wanting("momentum", momentum));
    const sides = (long: number, short: number): BiasResult => ({
      ...plain,
      all: { bars: 100, long, short, flat: 1 - long - short },
      constant: Math.max(long, short, 1 - long - short),
    });
    expect([codes(sides(0.6, 0.02)), codes(sides(0.02, 0.6)), codes(sides(0.57, 0.05))]).toEqual([
      ["one-sided"],
      ["one-sided"],
      [],
    ]);
    const sized = (most: number): BiasResult => ({ ...plain, sizes: { asked: 100, least: 0.01, most } });
    expect([codes(sized(0.92)), codes(sized(0.88))]).toEqual([["saturated"], []]);
    const leaning = (first: number, second: number): BiasResult => ({
      ...plain,
      groups: [first, second].map((long, s) => ({
        kind: "symbol" as const,
        name: tape.instruments[s].symbol,
        bars: 100,
        long,
        short: 1 - long,
        flat: 0,
      })),
    });
    expect([codes(leaning(0.9, 0.2)), codes(leaning(0.8, 0.3))]).toEqual([["symbol"], []]);
  });

  it("is silent on a policy that follows prices either way", async () => {
    const result = await analyze(wanting("momentum", momentum));
    expect(biasFindings(result)).toEqual([]);
    expect(result.symmetry).toBeGreaterThan(0.9);
    expect(result.explainedByHour).toBeLessThan(0.1);
    expect(result.all.long + result.all.short + result.all.flat).toBeCloseTo(1, 12);
    expect(biasHeadline([])).toMatch(/^It treats both directions alike/);
    const kinds = new Set(result.groups.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["symbol", "regime", "session", "hour"]));
    const page = biasPage("a <b>", result, undefined);
    expect(page).toContain("a &lt;b&gt;");
    expect(page).not.toMatch(/NaN|undefined|a <b>/);
  });
});

describe("the mirror image of a market", () => {
  it("turns every log return around and is itself again when mirrored twice", () => {
    const paid = { ...tape, funding: tape.funding.map((_, cell) => cell / 1e6) };
    const other = mirrored(paid);
    expect(other.funding[201], "who paid receives").toBe(-201 / 1e6);
    expect(other.high[200] * tape.low[200], "the low becomes the high").toBeCloseTo(tape.close[0] ** 2, 3);
    for (let bar = 1; bar < 200; bar++) {
      const own = Math.log(tape.close[bar * 2] / tape.close[bar * 2 - 2]);
      expect(Math.log(other.close[bar * 2] / other.close[bar * 2 - 2])).toBeCloseTo(-own, 10);
      expect(other.high[bar * 2]).toBeGreaterThanOrEqual(other.low[bar * 2]);
    }
    const twice = mirrored(other);
    for (let cell = 0; cell < 400; cell++) expect(twice.close[cell] / tape.close[cell]).toBeCloseTo(1, 10);
  });
});

describe("parts of a market", () => {
  it("name sessions by UTC hours, which overlap, and a regime for every bar", () => {
    expect([23, 6, 7, 13, 14, 15, 20, 21, 22].map(sessionsAtHour)).toEqual([
      ["Asia"],
      ["Asia"],
      ["Europe"],
      ["Europe", "US"],
      ["Europe", "US"],
      ["US"],
      ["US"],
      [],
      [],
    ]);
    const regimes = regimesOf(tape, 700, 1_500);
    expect(regimes).toHaveLength(800 * 2);
    expect(new Set(regimes).size).toBeGreaterThan(2);
    expect(Math.max(...regimes)).toBeLessThan(REGIMES.length);
    const shorter = regimesOf(tape, 700, 1_000);
    expect(shorter, "nothing later is known").toEqual(regimes.subarray(0, 600));
  });
});
