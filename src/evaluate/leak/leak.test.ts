import { describe, expect, it } from "vitest";
import { DAY_MS, Direction, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { computeFeatures, type FeatureTape, fitNormalizer } from "../../features/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { type DecisionContext, type Policy, SmaCross } from "../../policy/index.ts";
import { settings } from "../testing/settings.ts";
import type { LeakCheck } from "./fault.ts";
import type { ComputeRows } from "./features.ts";
import { checkLabels } from "./labels.ts";
import { checkNormalizer } from "./normalizer.ts";
import { verifyLeaks, verifyWarmup } from "./verify.ts";

const tape = syntheticTape({
  seed: 4,
  bars: 3_000,
  timeframe: parseTimeframe("15m"),
  symbols: ["BTCUSDT", "ETHUSDT"],
});
const NAMES = ["return1", "rsi14", "ema20.distance", "return12@1h", "funding.rate", "market.return"];
const base = { tape, seed: 1, decision: settings(), balance: 10_000 };
const honest: ComputeRows = (market, from, to) => computeFeatures(market, NAMES, { from, to });

/** The features with one column rewritten by what `value` says of a row of the market. */
function planted(name: string, value: (market: typeof tape, bar: number, symbol: number) => number): ComputeRows {
  return (market, from, to) => {
    const made = honest(market, from, to);
    const column = made.names.indexOf(name);
    for (let bar = from; bar < to; bar++) {
      for (let s = 0; s < made.symbols; s++) {
        made.values[((bar - from) * made.symbols + s) * made.features + column] = value(market, bar, s);
      }
    }
    return made;
  };
}

/** An average of a hundred bars in the place of one that is settled much earlier. */
const slowAverage: ComputeRows = (market, from, to) => {
  const made = honest(market, from, to);
  const column = made.names.indexOf("ema20.distance");
  for (let s = 0; s < made.symbols; s++) {
    let level = market.close[from * market.symbols + s];
    for (let bar = from; bar < to; bar++) {
      level = 0.99 * level + 0.01 * market.close[bar * market.symbols + s];
      made.values[((bar - from) * made.symbols + s) * made.features + column] = level;
    }
  }
  return made;
};

const rule = (): Policy => new SmaCross({ fast: 5, slow: 20 });

const prophet = (): Policy => ({
  name: "prophet",
  reset: () => {},
  decide: ({ tape: market, bar }: DecisionContext, intents) => {
    const S = market.symbols;
    intents.direction[0] = market.close[(bar + 1) * S] > market.close[bar * S] ? Direction.long : Direction.short;
    intents.size[0] = 1;
  },
});

const faultsOf = (checks: readonly LeakCheck[]): string[] => checks.flatMap(({ faults }) => faults.map((f) => f.name));

describe("the leak check of features", () => {
  it("is silent on honest ones, base and longer frames alike", async () => {
    const { passed, checks } = await verifyLeaks({ ...base, selection: NAMES });
    expect(faultsOf(checks)).toEqual([]);
    expect(passed).toBe(true);
    expect((await verifyLeaks({ ...base, selection: "core20" })).passed).toBe(true);
  });

  it("names a feature that peeks one bar ahead, with bar and size", async () => {
    const peek = planted("rsi14", (market, bar, s) => {
      const next = Math.min(bar + 1, market.bars - 1);
      return market.close[next * market.symbols + s] / market.close[bar * market.symbols + s] - 1;
    });
    const { passed, checks } = await verifyLeaks({ ...base, selection: NAMES, compute: peek });
    expect(passed).toBe(false);
    expect(faultsOf(checks)).toEqual(["rsi14", "rsi14"]);
    const [fault] = checks[0].faults;
    expect(fault.text).toContain("knows what happens at least 1 bar later");
    expect(fault.size).toBeGreaterThan(0.1);
    expect(fault.bar).toBeGreaterThan(0);
    expect(fault.timeMs).toBe(tape.timeMs[fault.bar]);
  });

  it("names a value of a longer frame that is there before its bar is finished", async () => {
    const early = planted("return12@1h", (market, bar, s) => {
      const hour = Math.floor(market.timeMs[bar] / HOUR_MS);
      let last = bar;
      while (last + 1 < market.bars && Math.floor(market.timeMs[last + 1] / HOUR_MS) === hour) last++;
      return market.close[last * market.symbols + s];
    });
    const { checks } = await verifyLeaks({ ...base, selection: NAMES, compute: early });
    expect(new Set(faultsOf(checks))).toEqual(new Set(["return12@1h"]));
    expect(checks[0].faults[0].text).toMatch(/at least [123] bars? later/);
  });

  it("sees a look at the mere presence of the next bar", async () => {
    const gaps = planted("funding.rate", (market, bar, s) =>
      bar + 1 < market.bars ? market.present[(bar + 1) * market.symbols + s] : 1,
    );
    const { checks } = await verifyLeaks({ ...base, selection: NAMES, compute: gaps });
    expect(faultsOf(checks)).toContain("funding.rate");
  });
});

describe("the warm-up check", () => {
  it("is silent where the stated warm-up is enough", async () => {
    const { passed, checks } = await verifyWarmup({ ...base, selection: NAMES });
    expect(faultsOf(checks)).toEqual([]);
    expect(passed).toBe(true);
    expect(checks[0].outcome).toBe("passed");
  });

  it("names the feature whose warm-up is too short, and what it needs", async () => {
    const { checks } = await verifyWarmup({ ...base, selection: NAMES, compute: slowAverage });
    expect(faultsOf(checks)).toEqual(["ema20.distance"]);
    expect(checks[0].faults[0].text).toMatch(/it needs (more than )?\d+ bars/);
  });

  it("says so where there are too few bars to check it", async () => {
    const few = syntheticTape({ seed: 4, bars: 150, timeframe: parseTimeframe("15m"), symbols: ["BTCUSDT"] });
    expect((await verifyWarmup({ ...base, tape: few, selection: "core20" })).checks[0].outcome).toBe("skipped");
  });
});

describe("the leak check of the normalizer", () => {
  const raw: FeatureTape = honest(tape, 0, tape.bars);
  const trainToMs = tape.timeMs[1_999];
  const fitted = fitNormalizer(raw, tape, raw.warmup, 2_000);

  it("is silent where it was fitted on the training part", () => {
    expect(checkNormalizer({ normalizer: fitted, trainToMs, tape, raw })).toMatchObject({
      outcome: "passed",
      faults: [],
    });
  });

  it("names one that was fitted beyond it, and one that only says that it was not", () => {
    const all = fitNormalizer(raw, tape, raw.warmup, tape.bars);
    expect(checkNormalizer({ normalizer: all, trainToMs, tape, raw }).faults[0].text).toContain("fitted up to");
    const { fittedFromMs, fittedToMs } = fitted;
    const lying = checkNormalizer({ normalizer: { ...all, fittedFromMs, fittedToMs }, trainToMs, tape, raw });
    expect(lying.faults[0].text).toContain("those of all bars");
    expect(lying.faults[0].size).toBeGreaterThan(1e-3);
    expect(NAMES).toContain(lying.faults[0].name);
    const foreign = { ...fitted, mean: fitted.mean.map((mean) => mean + 1) };
    expect(checkNormalizer({ normalizer: foreign, trainToMs, tape, raw }).faults[0].text).toContain(
      "others than stated",
    );
  });

  it("is skipped on candles that don't reach over its bars", () => {
    const before = { ...fitted, fittedFromMs: fitted.fittedFromMs - 400 * DAY_MS };
    expect(checkNormalizer({ normalizer: before, trainToMs, tape, raw }).outcome).toBe("skipped");
  });
});

describe("the leak check of labels", () => {
  const barMs = 300_000;
  const rows = (to: number): number[] => Array.from({ length: to }, (_, i) => i * barMs);
  const parts = { barMs, labelBars: 12, embargoBars: 0, testFromMs: 1_000 * barMs, testToMs: 1_200 * barMs };

  it("asks for a gap of the label and one bar before the tested part", () => {
    expect(checkLabels({ ...parts, trainMs: rows(988) }).outcome).toBe("passed");
    const without = checkLabels({ ...parts, trainMs: rows(1_000) });
    expect(without.faults[0]).toMatchObject({ name: "label", bar: 988, size: 12 });
    expect(without.faults[0].text).toContain("12 training rows have labels that reach into the tested part");
    expect(checkLabels({ ...parts, trainMs: rows(989) }).faults[0].text).toContain("1 training row has a label");
  });

  it("and for the embargo behind it", () => {
    expect(checkLabels({ ...parts, trainMs: [1_211 * barMs] }).outcome).toBe("failed");
    expect(checkLabels({ ...parts, trainMs: [1_212 * barMs] }).outcome).toBe("passed");
    expect(checkLabels({ ...parts, embargoBars: 5, trainMs: [1_216 * barMs] }).outcome).toBe("failed");
    expect(checkLabels({ ...parts, embargoBars: 5, trainMs: [1_217 * barMs] }).outcome).toBe("passed");
  });
});

describe("the leak check of decisions", () => {
  it("is silent on a rule that looks back, and names one that looks ahead", async () => {
    const clean = await verifyLeaks({ ...base, policy: rule });
    expect(faultsOf(clean.checks)).toEqual([]);
    const { checks, passed } = await verifyLeaks({ ...base, policy: prophet });
    expect(passed).toBe(false);
    expect(checks[0].faults[0].text).toMatch(/The decision for BTCUSDT .* at least 1 bar later: (long|short)/);
  });
});
