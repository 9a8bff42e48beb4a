import { describe, expect, it } from "vitest";
import { sessionsOf } from "../../testing/fake-data.ts";
import { metricsOf, runsOf, trialsOf } from "../../testing/fake-learning.ts";
import type { History, Position, Trade } from "../api/contract.ts";
import { calendarOf } from "./coverage-figures.ts";
import { overlay, settingRows, sortKey, valueAtStep } from "./difference.ts";
import { lampsOf } from "./lamps.ts";
import { limitsOf, notionalOf } from "./limits.ts";
import { marksOf } from "./marks.ts";
import { deepestFall, growth } from "./parity-figures.ts";
import { plainFacts } from "./plain-facts.ts";
import { profitByTime } from "./profit-by-time.ts";
import { isMoreRisk, lossAtStop, problemOfProtection } from "./protection.ts";
import { outcomeOf, whatItAllows } from "./raise-figures.ts";
import { sizingSteps } from "./sizing.ts";
import { bestSoFar, influences, parallelOf, rankCorrelation } from "./study-figures.ts";

const lampNamed = (lamps: ReturnType<typeof lampsOf>, name: string) =>
  lamps.find((one) => one.name.startsWith(name))?.state;

describe("lamps of a training", () => {
  const metrics = metricsOf(runsOf()[1]);
  const rows = metrics["step"].length;
  const all = (value: number) => new Float64Array(rows).fill(value);

  it("are green where it learns as it should", () => {
    expect(lampsOf(metrics, 0.5, 0.01).map(({ state }) => state)).not.toContain("bad");
  });

  it("tell each illness by its own rule", () => {
    expect(lampNamed(lampsOf({ ...metrics, "policy/approximateKl": all(0.016) }, 0.5, 0.01), "KL")).toBe("warn");
    expect(lampNamed(lampsOf({ ...metrics, "policy/approximateKl": all(0.014) }, 0.5, 0.01), "KL")).toBe("good");
    expect(lampNamed(lampsOf({ ...metrics, "policy/clipFraction": all(0.31) }, 0.5, 0), "Clipped")).toBe("warn");
    expect(lampNamed(lampsOf({ ...metrics, "policy/clipFraction": all(0.005) }, 0.5, 0), "Clipped")).toBe("warn");
    expect(lampNamed(lampsOf({ ...metrics, "value/explainedVariance": all(-0.1) }, 0.05, 0), "Explained")).toBe("good");
    expect(lampNamed(lampsOf({ ...metrics, "value/explainedVariance": all(-0.1) }, 0.2, 0), "Explained")).toBe("warn");
    const collapsed = all(0.01);
    collapsed[0] = 1;
    expect(lampNamed(lampsOf({ ...metrics, "policy/entropy": collapsed }, 0.3, 0), "Entropy")).toBe("warn");
    expect(lampNamed(lampsOf({ ...metrics, "policy/entropy": collapsed }, 0.7, 0), "Entropy")).toBe("good");
    const broken = all(0.1);
    broken[3] = Number.POSITIVE_INFINITY;
    expect(lampNamed(lampsOf({ ...metrics, "loss/value": broken }, 0.5, 0), "Finite")).toBe("bad");
  });

  it("are off before there is anything", () => {
    expect(lampsOf({ step: new Float64Array(0) }, 0, 0).filter(({ state }) => state === "off")).toHaveLength(6);
  });
});

describe("a comparison of runs", () => {
  it("has a row a run where there are many, found by run and by value, numbers in their order", () => {
    const compared = { runs: ["a-1", "b-2"], items: [{ values: ["9", "10"] }, { values: ["gru", "mlp"] }] };
    expect(settingRows(compared, null)).toEqual([
      { id: "a-1", values: ["9", "gru"] },
      { id: "b-2", values: ["10", "mlp"] },
    ]);
    expect(settingRows(compared, "MLP b").map(({ id }) => id)).toEqual(["b-2"]);
    expect(settingRows(compared, "gru b")).toEqual([]);
    expect([sortKey("9") < sortKey("10"), sortKey(""), sortKey("x")]).toEqual([true, "", "x"]);
  });

  it("takes the last value at or before a step, over gaps", () => {
    const values = [1, Number.NaN, 3];
    expect([5, 10, 25, 30].map((step) => valueAtStep([10, 20, 30], values, step))).toEqual([Number.NaN, 1, 1, 3]);
  });

  it("lays curves over all steps together", () => {
    const { x, curves } = overlay([
      { steps: [1, 3], values: [10, 30] },
      { steps: [2], values: [20] },
    ]);
    expect(x).toEqual([1, 2, 3]);
    expect(curves).toEqual([
      [10, Number.NaN, 30],
      [Number.NaN, 20, Number.NaN],
    ]);
  });
});

describe("a study", () => {
  const trials = trialsOf();

  it("has the best so far, which never falls when greater is better", () => {
    const best = bestSoFar(trials, true).filter((value) => !Number.isNaN(value));
    expect(best).toEqual([...best].sort((a, b) => a - b));
    expect(best.at(-1)).toBe(0.94);
    expect(bestSoFar(trials, false).at(-1)).toBeLessThan(0.94);
  });

  it("ranks by Spearman's correlation: worked by hand", () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // Ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24) = 0.8.
    expect(rankCorrelation([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(0.8, 12);
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(influences(trials).map(({ name }) => name)).not.toContain("model.encoder");
  });

  it("draws complete trials alone, decades on a logarithmic axis", () => {
    const { axes, rows } = parallelOf(trials);
    expect(rows).toHaveLength(trials.filter(({ state }) => state === "COMPLETE").length);
    expect(axes.find(({ name }) => name === "training.learning_rate")?.isLog).toBe(true);
    expect(axes.find(({ name }) => name === "model.encoder")?.categories?.length).toBe(2);
    expect(axes.at(-1)?.name).toBe("value");
  });
});

describe("risk", () => {
  const [session] = sessionsOf();

  it("counts what is held at the mark, long and short alike", () => {
    expect(notionalOf(session)).toBeCloseTo(0.052 * 65_890.1 + 11.4 * 142.03, 6);
  });

  it("shows how much of each limit is used, and no limit where none is set", () => {
    const limits = limitsOf(
      { ...session, equity: "10000", dayEquity: "10100", peakEquity: "10400" },
      { dailyLoss: 0.03, maxDrawdown: 0.2 },
    );
    expect(limits.find(({ name }) => name === "Loss of the day")?.used).toBeCloseTo(0.0099, 4);
    expect(limits.find(({ name }) => name === "Below its peak")).toMatchObject({ limit: 0.2 });
    expect(limits.find(({ name }) => name === "Leverage")?.limit).toBeNull();
    expect(limits.find(({ name }) => name === "Without a stop")?.used).toBe(1);
  });

  it("sizes by the loss at the stop, and never above what is usable", () => {
    const question = { usableNow: 10_000, budget: 5_000, price: 100, stop: 95, lossShare: 0.01 };
    expect(sizingSteps(question)).toMatchObject({ notional: 1_000, quantity: 10 });
    expect(sizingSteps({ ...question, stop: 105 })).toMatchObject({ notional: 1_000 });
    expect(sizingSteps({ ...question, usableNow: 300 })).toMatchObject({ notional: 300, quantity: 3 });
    expect(sizingSteps({ ...question, usableNow: -5 })).toMatchObject({ notional: 0 });
    expect([sizingSteps({ ...question, price: 0 }), sizingSteps({ ...question, stop: 100 })]).toEqual([
      "Give a price",
      "The stop lies at the price",
    ]);
  });
});

const history = (one: Trade): History => ({ items: [one] }) as unknown as History;

function of(position: Position, stopPrice: string, targetPrice = ""): string | undefined {
  return problemOfProtection(position, { stopPrice, targetPrice });
}

describe("a stop by hand", () => {
  const [long, short] = sessionsOf()[0].positions;

  it("lies on the losing side of the price, a target on the other", () => {
    expect(of(long, "64000", "70000")).toBeUndefined();
    expect(of(long, "66000")).toBe("The stop of a long lies below the price");
    expect(of(long, "64000", "65000")).toBe("The target of a long lies above the price");
    expect(of(short, "150", "130")).toBeUndefined();
    expect(of(short, "140")).toBe("The stop of a short lies above the price");
    expect(of(short, "150", "145")).toBe("The target of a short lies below the price");
    expect(
      [of(long, ""), of(long, "-1"), of(long, "1e3"), of(long, "64000", "x")].every((problem) => problem !== undefined),
    ).toBe(true);
    expect(of({ ...long, markPrice: null }, "66000"), "without a price the gate decides").toBeUndefined();
  });

  it("is more risk where more is lost at it, by hand: 0.052 from 64,210.5 to 61,000", () => {
    expect(lossAtStop(long, "61000")).toBeCloseTo(166.946, 6);
    expect(lossAtStop(short, "150")).toBeCloseTo(87.666, 6);
    expect([isMoreRisk(long, "61000"), isMoreRisk(long, "64000"), isMoreRisk(short, "150")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("marks of trades on a chart", () => {
  const trade = {
    entryMs: 25,
    exitMs: 39,
    side: "short",
    orders: ["e", "x"],
    entryPrice: "1",
    exitPrice: "2",
    netProfit: "-3",
  } as unknown as Trade;

  it("lie on the bar that holds their moment, a short's entry sells", () => {
    const marks = marksOf(history(trade), [10, 20, 30]);
    expect(marks.map(({ atMs, side, id }) => [atMs, side, id])).toEqual([
      [20, "sell", "e"],
      [30, "buy", "x"],
    ]);
  });

  it("are left out before the first bar that is loaded", () => {
    expect(marksOf(history({ ...trade, entryMs: 5 }), [10, 20, 30])).toHaveLength(1);
    expect(marksOf(history(trade), [])).toEqual([]);
  });
});

it("profit by time begins the week on Monday", () => {
  const cells = profitByTime([
    { exitMs: Date.UTC(2026, 2, 2, 1), netProfit: "2" },
    { exitMs: Date.UTC(2026, 2, 2, 0), netProfit: "3" },
    { exitMs: Date.UTC(2026, 2, 8, 23), netProfit: "-1" },
  ]);
  expect([cells[0][0], cells[6][11], cells[3][3]]).toEqual([5, -1, null]);
});

it("the plain facts of a result are its numbers and words", () => {
  expect(plainFacts({ passed: true, trials: 200, faults: ["a", "b"], rows: [{}, {}], nested: {} })).toEqual([
    ["passed", "true"],
    ["trials", "200"],
    ["faults", "a; b"],
    ["rows", "2"],
  ]);
  expect(plainFacts(null)).toEqual([]);
});

it("a session grows from one, and falls from its highest peak so far", () => {
  expect(growth([200, 220, 190])).toEqual([1, 1.1, 0.95]);
  expect(deepestFall([100, 120, 90, 130, 104])).toBeCloseTo(0.25, 12);
  expect([deepestFall([5, 6, 7]), deepestFall([5])]).toEqual([0, null]);
});

describe("a calendar of a series", () => {
  it("has twelve months a year, empty before the series begins, with the share of what is due", () => {
    const [first, second] = calendarOf([
      { monthMs: Date.UTC(2024, 11), bars: 30, expected: 40 },
      { monthMs: Date.UTC(2025, 0), bars: 5, expected: null },
    ]);
    expect(first.months.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => undefined));
    expect([first.year, first.months[11]?.share]).toEqual([2024, 0.75]);
    expect(second.months[0]).toEqual({ bars: 5, expected: null, share: null });
  });
});

describe("what raising live risk allows", () => {
  const [session] = sessionsOf();
  const limits = {
    dailyLoss: 0.1,
    maxDrawdown: 0,
    maxPositionNotional: 0,
    maxTotalNotional: 500,
    maxConcurrent: 0,
    maxTotalLeverage: 0,
    maxOrderLoss: 0,
  };
  const live = { ...session, equity: "960", dayEquity: "1000", peakEquity: "1100", currency: "USDT", limits };

  it("is told in caps, and in the loss of a day at which it halts, with what is left of it", () => {
    const rows = Object.fromEntries(whatItAllows(live));
    expect(rows["All positions together"]).toBe("500.00 USDT");
    expect(rows["One position"]).toBe("no limit of its own");
    expect(rows["Worst day"]).toBe("100.00 USDT (10.0 %), then it halts; 60.00 USDT left");
    expect(rows["Below its peak"]).toBe("no limit");
    expect(Object.fromEntries(whatItAllows({ ...live, limits: null }))["Limits"]).toBe("–");
  });

  it("has an outcome once it was sent: nothing while it waits, the engine's code where it was refused", () => {
    const sent = {
      id: "a",
      session: session.id,
      command: "resume",
      assetClass: null,
      askedMs: 0,
      actsMs: 5_000,
    } as const;
    const told = (change: object, nowMs = 6_000) =>
      outcomeOf([{ ...sent, state: "sent", answer: null, ...change }], session.id, nowMs);
    expect(told({ state: "waiting" })).toBeUndefined();
    expect(told({ state: "taken-back" })).toBeUndefined();
    expect(told({})).toMatchObject({ isDone: false });
    expect(told({}, 700_000), "the journal's alone by then").toBeUndefined();
    expect(told({ answer: { state: "done" } })).toMatchObject({ isDone: true, what: "It trades again." });
    const error = { code: "LIVE_REFUSED", what: "no" };
    expect(told({ answer: { state: "refused", error } })).toMatchObject({ isDone: false, what: "LIVE_REFUSED: no." });
  });
});
