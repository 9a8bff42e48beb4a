import { describe, expect, it } from "vitest";
import { classOf, ewmaDeviation, forwardReturn, type LabelSpan, quantileCuts, tripleBarrier } from "./labels.ts";
import { fixture } from "./testing/fixture.ts";
import {
  classWeights,
  concurrency,
  effectiveRows,
  normalized,
  returnAttribution,
  timeDecay,
  uniqueness,
} from "./weights.ts";
import { rollingWindows } from "./windows.ts";

type Event = {
  readonly decision: number;
  readonly entryBar: number;
  readonly lastBar: number;
  readonly touched: string;
  readonly label: number;
  readonly complete: boolean;
  readonly exit: number;
  readonly grossReturn: number;
  readonly uniqueness: number;
  readonly returnAttribution: number;
  readonly weightByUniqueness: number;
  readonly weightByAttribution: number;
};
type Vectors = {
  readonly events: readonly Event[];
  readonly sigma: readonly number[];
  readonly concurrency: readonly number[];
  readonly averageUniqueness: number;
  readonly effectiveSampleSizeOfUniquenessWeights: number;
} & Readonly<Record<"open" | "high" | "low" | "close", readonly number[]>>;

const vectors = fixture("triple-barrier") as Vectors;
const prices = {
  open: Float64Array.from(vectors.open),
  high: Float64Array.from(vectors.high),
  low: Float64Array.from(vectors.low),
  close: Float64Array.from(vectors.close),
};
const SETTINGS = { upper: 0.75, lower: 0.6, bars: 8 };
const complete = vectors.events.filter((event) => event.complete);
const spans: LabelSpan[] = complete.map(({ entryBar, lastBar }) => ({ from: entryBar, to: lastBar }));

const labelOf = ({ decision }: Event) => tripleBarrier(prices, decision, vectors.sigma[decision], SETTINGS);

describe("triple barrier", () => {
  it("measures volatility as the vector does", () => {
    const sigma = ewmaDeviation(prices.close);
    for (let bar = 0; bar < 60; bar++) expect(sigma[bar]).toBeCloseTo(vectors.sigma[bar], 12);
  });

  it.each(complete)("labels the event of bar $decision", (event) => {
    const label = labelOf(event);
    expect(label).toMatchObject({
      from: event.entryBar,
      to: event.lastBar,
      touched: event.touched,
      label: event.label,
    });
    expect(label?.exit).toBeCloseTo(event.exit, 10);
    expect(label?.grossReturn).toBeCloseTo(event.grossReturn, 12);
  });

  it("leaves events without a label whose barriers lie beyond the data", () => {
    const incomplete = vectors.events.filter((event) => !event.complete);
    expect(incomplete.map(labelOf)).toEqual([undefined, undefined, undefined]);
  });

  it("takes the lower barrier where one bar touches both", () => {
    const bar = { open: [1, 100], high: [1, 120], low: [1, 80], close: [1, 100] };
    const both = Object.fromEntries(Object.entries(bar).map(([k, v]) => [k, Float64Array.from(v)])) as typeof prices;
    expect(tripleBarrier(both, 0, 0.05, { upper: 1, lower: 1, bars: 1 })?.touched).toBe("lower");
  });
});

describe("weights of rows", () => {
  const shared = concurrency(spans, 60);
  const unique = uniqueness(spans, shared);

  it("count shared bars as the vector does", () => {
    expect([...shared]).toEqual(vectors.concurrency);
    for (const [i, event] of complete.entries()) expect(unique[i]).toBeCloseTo(event.uniqueness, 12);
    expect(unique.reduce((a, b) => a + b) / unique.length).toBeCloseTo(vectors.averageUniqueness, 12);
    expect(effectiveRows(unique)).toBeCloseTo(vectors.effectiveSampleSizeOfUniquenessWeights, 9);
  });

  it("attribute returns as the vector does", () => {
    const attributed = returnAttribution(spans, shared, prices.close);
    const [byUniqueness, byAttribution] = [normalized(unique), normalized(attributed)];
    for (const [i, event] of complete.entries()) {
      expect(attributed[i]).toBeCloseTo(event.returnAttribution, 12);
      expect(byUniqueness[i]).toBeCloseTo(event.weightByUniqueness, 10);
      expect(byAttribution[i]).toBeCloseTo(event.weightByAttribution, 10);
    }
  });

  it("give the textbook's thirds for spans that overlap by two bars", () => {
    const textbook = [
      { from: 1, to: 3 },
      { from: 2, to: 4 },
      { from: 5, to: 5 },
    ];
    expect([...uniqueness(textbook, concurrency(textbook, 6))].map((u) => u.toFixed(4))).toEqual([
      "0.6667",
      "0.6667",
      "1.0000",
    ]);
  });

  it("balance classes and fade with age", () => {
    expect([...classWeights(Uint8Array.of(0, 0, 0, 1), 2)]).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
    expect([...timeDecay(Float64Array.of(0, 5, 10), 0.5)]).toEqual([0.5, 0.75, 1]);
  });
});

describe("returns as labels", () => {
  it("go from open to open after the decision", () => {
    const label = forwardReturn(prices, 10, 3);
    expect(label).toMatchObject({ from: 11, to: 14 });
    expect(label?.logReturn).toBeCloseTo(Math.log(vectors.open[14] / vectors.open[11]), 15);
    expect(forwardReturn(prices, 57, 2)).toBeUndefined();
  });

  it("are cut into equal parts", () => {
    const cuts = quantileCuts(
      Float64Array.from({ length: 100 }, (_, i) => i),
      3,
    );
    expect(cuts).toEqual([33, 66]);
    expect([0, 33, 34, 66, 67].map((value) => classOf(value, cuts))).toEqual([0, 0, 1, 1, 2]);
  });
});

describe("rolling windows", () => {
  type Fold = Readonly<
    Record<"fold" | "trainFrom" | "lastTrainDecisionOpen" | "testFrom" | "testTo" | "trainRows", number>
  >;
  const w = fixture("walk-forward-windows") as {
    readonly config: Readonly<Record<"bar" | "labelBars" | "from_" | "to", number>>;
    readonly folds: number;
    readonly first: Fold;
    readonly second: Fold;
    readonly last: Fold;
  };
  const settings = {
    barMs: w.config.bar,
    labelBars: w.config.labelBars,
    embargoBars: 0,
    anchored: false,
    trainMs: 28 * 86_400_000,
    testMs: 7 * 86_400_000,
  };

  it("are the vector's", () => {
    const windows = rollingWindows(w.config.from_, w.config.to, settings);
    expect(windows).toHaveLength(w.folds);
    for (const fold of [w.first, w.second, w.last]) {
      const window = windows[fold.fold];
      expect(window).toMatchObject({ trainFromMs: fold.trainFrom, testFromMs: fold.testFrom, testToMs: fold.testTo });
      expect(window.trainToMs - w.config.bar).toBe(fold.lastTrainDecisionOpen);
      expect((window.trainToMs - window.trainFromMs) / w.config.bar).toBe(fold.trainRows);
    }
  });

  it("keep their beginning where they are anchored", () => {
    const windows = rollingWindows(w.config.from_, w.config.to, { ...settings, anchored: true });
    expect(new Set(windows.map((window) => window.trainFromMs)).size).toBe(1);
  });
});
