import { expect, test } from "vitest";
import { DAY_MS, parseTimeframe } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { computeFeatures, type FeatureTape } from "../../features/index.ts";
import { LABEL_DEFAULTS } from "../../learn/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { settings } from "../testing/settings.ts";
import { clockFeatures } from "./clock.ts";
import { ablationVerdict, amongGroups, judgeAblation } from "./judge.ts";
import { ablationSplit, ablationVariants } from "./plan.ts";
import { PLANTED_FEATURES, type PlantedSource, plantSource } from "./planted.ts";
import { type AblationMarket, featuresOf, movedSeries, runVariant, type VariantRecord } from "./variant.ts";

const HORIZON = 4;
const COMMON = ["return1", "rsi14"];
const PLAIN = syntheticTape({ seed: 5, bars: 900, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });

function marketOf(tape: MarketTape): AblationMarket {
  const features = computeFeatures(tape, [...COMMON, ...PLANTED_FEATURES]);
  const split = ablationSplit(tape, 120, { trainShare: 0.6, embargoBars: 8 });
  return {
    tape,
    features,
    common: COMMON.length,
    ...split,
    settings: {
      learner: "logistic",
      label: { ...LABEL_DEFAULTS, horizon: HORIZON },
      gbdt: {},
      logistic: {},
      balance: false,
      threads: 1,
    },
    decision: settings({ takerFeeBps: 1 }),
    balance: 10_000,
  };
}

async function ablate(source: PlantedSource, placebos: number) {
  const market = marketOf(plantSource(PLAIN, { source, horizon: HORIZON, seed: 2 }));
  const span = market.features.bars - market.features.warmup;
  const plan = ablationVariants({ seeds: [1], placebos, span, barMs: PLAIN.barMs, seed: 1 });
  const records: VariantRecord[] = [];
  for (const variant of plan.get(1) ?? []) records.push(await runVariant(market, variant));
  return judgeAblation({ records, blockDays: 2, seed: 1 });
}

test("a source that knows the future in time is found, and none of its shifted copies is as good", async () => {
  const found = await ablate("in-time", 19);
  expect(["adds", "adds-little"], ablationVerdict("planted", found)).toContain(found.finding);
  expect(found.placebos.asGood).toBe(0);
  expect(found.with.auc, "it is forecast, too").toBeGreaterThan((found.without.auc ?? 0) + 0.1);
});

test("the same source is not found where it becomes available only when its future is over", async () => {
  const found = await ablate("late", 2);
  expect(found.finding, ablationVerdict("planted", found)).toBe("nothing");
  expect(Math.abs((found.with.auc ?? 0) - (found.without.auc ?? 0))).toBeLessThan(0.05);
});

const cell = (of: FeatureTape, t: number, f: number): number => of.values[t * of.features + f];

test("without the group its columns are gone; a placebo has them from earlier rows, in a circle, and the others as they are", () => {
  const market = marketOf(plantSource(PLAIN, { source: "in-time", horizon: HORIZON, seed: 2 }));
  const { features } = market;
  const without = featuresOf(market, { kind: "without", seed: 1, shift: 0 });
  expect(without.names).toEqual(COMMON);
  const placebo = featuresOf(market, { kind: "placebo", seed: 1, shift: 100 });
  const { warmup, bars } = features;
  for (const t of [warmup, warmup + 50, warmup + 100, 600, bars - 1]) {
    const from = t - 100 >= warmup ? t - 100 : t - 100 + bars - warmup;
    expect(cell(placebo, t, 2), `row ${t}`).toBe(cell(features, from, 2));
    expect([cell(placebo, t, 0), cell(without, t, 1)]).toEqual([cell(features, t, 0), cell(features, t, 1)]);
  }
});

test("placebos are moved by thirty to three hundred days and dealt out to the seeds", () => {
  const plan = ablationVariants({ seeds: [1, 2, 3], placebos: everyday(60), span: 20_000, barMs: 3_600_000, seed: 9 });
  const all = [...plan.values()].flat();
  expect(all.filter(({ kind }) => kind === "placebo").length).toBe(everyday(60));
  for (const { kind, shift } of all) {
    const days = (shift * 3_600_000) / DAY_MS;
    expect(kind === "placebo" ? days >= 30 && days <= 300 : days === 0).toBe(true);
  }
  expect([...plan.values()].map((of) => of.slice(0, 2).map(({ kind }) => kind))).toEqual(
    [1, 2, 3].map(() => ["without", "with"]),
  );
  const short = [...ablationVariants({ seeds: [1], placebos: 9, span: 500, barMs: 3_600_000, seed: 9 }).values()];
  expect(short.flat().every(({ kind, shift }) => kind !== "placebo" || (shift >= 50 && shift <= 450))).toBe(true);
});

function record(kind: VariantRecord["kind"], seed: number, daily: readonly number[], trades = 9): VariantRecord {
  const sharpe = trades === 0 ? null : 0.05 * seed;
  return { kind, seed, shift: 0, daily, totalReturn: 0, sharpe, trades, auc: null, skill: null, ladder: [] };
}

const DAYS = Array.from({ length: 200 }, (_, day) => 0.01 * Math.sin(1.7 * day));

const moved = (by: number, bump = 1): number[] => DAYS.map((value, d) => value + by + 1e-4 * bump * Math.cos(d * 2.1));

function judged(lead: number, placeboLeads: readonly number[], trades = 9) {
  const seeds = [1, 2, 3, 4, 5];
  const records = [
    ...seeds.map((seed) => record("without", seed, moved(0, 0), trades)),
    ...seeds.map((seed) => record("with", seed, moved(lead), trades)),
    ...placeboLeads.map((by, i) => record("placebo", seeds[i % 5], moved(by), trades)),
  ];
  return judgeAblation({ records, blockDays: 3, seed: 1 });
}

test("the verdict asks for a gain beyond chance, and one that no shifted copy has", () => {
  const none = Array.from({ length: 20 }, () => 0);
  expect(judged(0.001, none)).toMatchObject({ finding: "adds-little", seedsAhead: 5, placebos: { asGood: 0 } });
  const copies = none.map((_, i) => (i < 1 ? 0.002 : 0));
  expect(judged(0.001, copies), "one of twenty copies is as good: 2 of 21").toMatchObject({ finding: "nothing" });
  expect(judged(1e-7, none).finding).toBe("nothing");
  expect(judged(-0.001, none).finding).toBe("harms");
  expect(judged(0, none, 0).finding).toBe("no-trades");
});

test("the gain is the mean difference of a day, in an interval around it, and said in basis points", () => {
  const result = judged(0.001, [0, 0, 0.002]);
  expect(result.gain).toBeCloseTo(0.001, 5);
  expect(result.interval[0]).toBeLessThan(result.gain);
  expect(result.interval[1]).toBeGreaterThan(result.gain);
  expect(result.placebos).toMatchObject({ count: 3, asGood: 1, chance: 0.5 });
  expect(result.variants).toBe(13);
  expect(ablationVerdict("sentiment", result)).toMatch(
    /^sentiment adds nothing that can be told from chance: \+10\.0\d bp a day .* 5 of 5 seeds; 1 of 3 shifted copies/,
  );
});

test("a feature that only grows is named for telling the time", () => {
  const features = computeFeatures(PLAIN, ["rsi14", "return1"]);
  const values = features.values.slice();
  for (let t = 0; t < features.bars; t++) values[2 * t + 1] = t / 1_000 + 0.1 * Math.sin(t);
  expect(clockFeatures({ ...features, values }, PLAIN, 0).map(({ name }) => name)).toEqual(["return1"]);
});

test("too little history is refused", () => {
  expect(() => ablationSplit(PLAIN, 800, { trainShare: 0.6, embargoBars: 8 })).toThrow("too few for a verdict");
});

const other = (seed: number): VariantRecord => ({
  kind: "with",
  seed,
  shift: 0,
  daily: [],
  totalReturn: 0,
  sharpe: 0.3 * seed,
  trades: 1,
  auc: null,
  skill: null,
  ladder: [],
});

const value = ({ alternative }: MarketTape, t: number): number => alternative?.value[0][t] ?? Number.NaN;

test("groups that were asked together are corrected for their number, and all their variants count as tries", async () => {
  const alone = await ablate("in-time", 19);
  expect(alone.chance, "20 copies show no less than this").toBeCloseTo(1 / 20, 12);
  const of = (chance: number) => ({ ...alone, chance });
  const corrected = amongGroups([of(0.04), of(0.01), of(0.02)]);
  expect(corrected.map(({ among }) => among?.chance)).toEqual([0.04, 0.03, 0.04].map((c) => expect.closeTo(c, 12)));
  expect(corrected.map(({ finding }) => finding)).toEqual(Array(3).fill(alone.finding));
  const [lost, kept] = amongGroups([of(0.05), of(0.03)]);
  expect([lost.finding, kept.finding], "each would have counted by itself").toEqual(["nothing", "nothing"]);
  expect(ablationVerdict("a", lost)).toContain("among 2 groups chance does as well in 6.0 % (Holm)");
  expect(amongGroups([alone])).toEqual([alone]);
  const market = marketOf(plantSource(PLAIN, { source: "in-time", horizon: HORIZON, seed: 2 }));
  const records = [
    await runVariant(market, { kind: "without", seed: 1, shift: 0 }),
    await runVariant(market, { kind: "with", seed: 1, shift: 0 }),
  ];
  const judge = (others: readonly VariantRecord[]) => judgeAblation({ records, others, blockDays: 2, seed: 1 });
  const many = judge([other(1), other(2), other(3)]);
  expect([judge([]).variants, many.variants]).toEqual([2, 5]);
  expect(many.with.deflatedSharpe ?? 1).toBeLessThan(judge([]).with.deflatedSharpe ?? 0);
});

test("series are moved to later in a circle of the bars in which features are final, and nothing else of the tape", () => {
  const tape = plantSource(PLAIN, { source: "in-time", horizon: HORIZON, seed: 2 });
  const shifted = movedSeries(tape, 50, 100);
  expect(shifted.close).toEqual(tape.close);
  expect(shifted.fingerprint).not.toBe(tape.fingerprint);
  for (const t of [0, 49]) expect(value(shifted, t)).toBe(value(tape, t));
  for (const t of [150, 500, tape.bars - 1]) expect(value(shifted, t)).toBe(value(tape, t - 100));
  expect(value(shifted, 60)).toBe(value(tape, 60 - 100 + tape.bars - 50));
});
