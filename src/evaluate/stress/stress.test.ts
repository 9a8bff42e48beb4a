import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { BuyAndHold } from "../../policy/index.ts";
import { settings } from "../testing/settings.ts";
import { findCrises } from "./crises.ts";
import { bootstrappedReturns, shuffledTrades } from "./monte-carlo.ts";
import { perturbedTape } from "./noise.ts";
import { stressHeadline, stressPage, stressSentences } from "./page.ts";
import { runStress } from "./run.ts";
import { checkSeverity, SCENARIOS, type ScenarioPlace, scenarioOf } from "./scenarios.ts";
import { closeBar, logReturnAt } from "./tape.ts";

const tape = syntheticTape({
  seed: 6,
  bars: 1_200,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT"],
});
const decision = settings({ takerFeeBps: 5, leverage: 3, slippageModel: "linear", sizeImpactBpsPer1000: 0.1 }, {}, 1);
const place: ScenarioPlace = { at: 600, to: 1_200, lean: 1, symbol: 1, seed: 1 };
const world = { tape, decision };

function closeAt(of: MarketTape, bar: number, symbol: number): number {
  return of.close[bar * of.symbols + symbol];
}

function spreadOf(of: MarketTape, symbol: number): number {
  let squares = 0;
  for (let bar = 600; bar < 1_200; bar++) squares += logReturnAt(of, symbol, bar) ** 2;
  return Math.sqrt(squares / 600);
}

/** The same market with its mark two per cent above it. */
const marked: MarketTape = {
  ...tape,
  ...Object.fromEntries(
    (["Open", "High", "Low", "Close"] as const).map((name) => [
      `mark${name}`,
      tape[name.toLowerCase() as "open"].map((price) => 1.02 * price),
    ]),
  ),
};

const apply = (name: string, severity: number): typeof world => scenarioOf(name).apply(world, severity, place);

describe("every scenario", () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "%s leaves the past as it was, bars whole, and the given tape alone",
    (_, { apply: change, severities }) => {
      const before = tape.close.slice();
      const worst = change({ tape: marked, decision }, severities[severities.length - 1], place).tape;
      for (const cell of [0, 1_201, 1_300, 2_399])
        expect((worst.markLow ?? [])[cell] / worst.low[cell]).toBeCloseTo(1.02, 9);
      for (const severity of severities) {
        const { tape: changed } = change(world, severity, place);
        expect(tape.close).toEqual(before);
        const cells = 600 * 2;
        expect(changed.close.subarray(0, cells)).toEqual(tape.close.subarray(0, cells));
        expect(changed.fingerprint === tape.fingerprint).toBe(changed === tape);
        const { open, high, low, close } = changed;
        const impossible = [...close.keys()].filter((cell) => {
          const [least, most] = [Math.min(open[cell], close[cell]), Math.max(open[cell], close[cell])];
          return !(low[cell] > 0 && low[cell] <= least * (1 + 1e-12) && high[cell] >= most * (1 - 1e-12));
        });
        expect(impossible, "cells whose bar can't be").toEqual([]);
      }
    },
  );
});

describe("scenarios do what they say", () => {
  it("a flash crash falls by its severity in three bars and gets 60 % of it back", () => {
    const { tape: changed } = apply("flash-crash", 0.4);
    const ratio = (bar: number): number => closeAt(changed, bar, 0) / closeAt(tape, bar, 0);
    expect(ratio(602)).toBeCloseTo(0.6, 12);
    expect(ratio(700)).toBeCloseTo(0.6 + 0.4 * 0.6, 12);
    const short = scenarioOf("flash-crash").apply(world, 0.4, { ...place, lean: -1 }).tape;
    expect(closeAt(short, 602, 0) / closeAt(tape, 602, 0), "it rises against shorts").toBeGreaterThan(1.5);
  });

  it("volatility triples every deviation, correlation joins the symbols", () => {
    const { tape: wild } = apply("volatility", 3);
    expect(spreadOf(wild, 0) / spreadOf(tape, 0)).toBeCloseTo(3, 1);
    expect(closeAt(wild, 1_199, 0) / closeAt(wild, 599, 0), "the way stays as it was").toBeCloseTo(
      closeAt(tape, 1_199, 0) / closeAt(tape, 599, 0),
      6,
    );
    const { tape: joined } = apply("correlation", 1);
    let product = 0;
    for (let bar = 600; bar < 1_200; bar++) product += logReturnAt(joined, 0, bar) * logReturnAt(joined, 1, bar);
    expect(product / 600 / (spreadOf(joined, 0) * spreadOf(joined, 1))).toBeCloseTo(1, 6);
    expect(spreadOf(joined, 1) / spreadOf(tape, 1), "each keeps its own volatility").toBeCloseTo(1, 6);
    const { tape: partly } = apply("correlation", 0.6);
    expect(spreadOf(partly, 1) / spreadOf(tape, 1), "at every weight").toBeCloseTo(1, 9);
    const mixed = (bar: number): number => 0.6 * logReturnAt(joined, 1, bar) + 0.8 * logReturnAt(tape, 1, bar);
    const [scale, same] = [700, 900].map((bar) => logReturnAt(partly, 1, bar) / mixed(bar));
    expect(scale, "0.6 of the common move, 0.8 of its own").toBeCloseTo(same, 9);
    const alone = syntheticTape({ seed: 6, bars: 900, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
    const only = scenarioOf("correlation").apply({ tape: alone, decision }, 0.8, { ...place, to: 900, symbol: 0 }).tape;
    expect(
      Math.max(...only.close.map((price, i) => Math.abs(price / alone.close[i] - 1))),
      "one moves as it did",
    ).toBeLessThan(1e-9);
  });

  it("an outage has no bars, a delisting none for ever, funding comes every eight hours", () => {
    const { tape: dark } = apply("outage", 48);
    expect([599, 600, 647, 648].map((bar) => dark.present[bar * 2])).toEqual([1, 0, 0, 1]);
    expect(closeAt(dark, 640, 0)).toBe(closeAt(tape, 599, 0));
    const { tape: dead } = apply("delisting", 0.6);
    expect(closeAt(dead, 1_199, 1)).toBeCloseTo(closeAt(tape, 600, 1) * 0.4, 9);
    expect(dead.present[1_199 * 2 + 1]).toBe(0);
    expect(dead.present[1_199 * 2], "the other lives on").toBe(1);
    const { tape: funded } = apply("funding", 0.0075);
    const stamps = Array.from({ length: 24 }, (_, i) => funded.funding[(700 + i) * 2]).filter((rate) => rate !== 0);
    expect(stamps).toEqual([0.0075, 0.0075, 0.0075]);
  });

  it("gaps come every five days, by their share", () => {
    const { tape: torn } = apply("gaps", 0.1);
    const level = (bar: number): number => closeAt(torn, bar, 0) / closeAt(tape, bar, 0);
    const changes = Array.from({ length: 600 }, (_, i) => 600 + i).filter(
      (bar) => Math.abs(level(bar) / level(bar - 1) - 1) > 1e-6,
    );
    expect(changes).toEqual([600, 720, 840, 960, 1_080]);
    for (const bar of changes) expect(Math.abs(level(bar) / level(bar - 1) - 1)).toBeCloseTo(0.1, 6);
  });

  it("spread and liquidity change what trading costs", () => {
    const slipping = { tape, decision: settings({ halfSpreadBps: 2, baseSlippageBps: 3 }, {}, 1) };
    expect(scenarioOf("spread").apply(slipping, 5, place).decision.exchange).toMatchObject({
      halfSpreadBps: 10,
      baseSlippageBps: 15,
    });
    expect(apply("spread", 5).decision.exchange).toMatchObject({ halfSpreadBps: 5 });
    const thin = apply("low-liquidity", 10);
    expect(thin.tape.volume[700 * 2]).toBeCloseTo(tape.volume[700 * 2] / 10, 9);
    expect(thin.decision.exchange.sizeImpactBpsPer1000).toBeCloseTo(1, 12);
    expect(() => scenarioOf("flash-crsh")).toThrow(expect.objectContaining({ code: "USAGE_ARGUMENT" }));
  });
});

describe("a symbol that pauses", () => {
  const pausing: MarketTape = {
    ...tape,
    present: tape.present.slice(),
    open: tape.open.slice(),
    high: tape.high.slice(),
    low: tape.low.slice(),
    close: tape.close.slice(),
  };
  for (let bar = 598; bar < 640; bar++) closeBar(pausing, 0, bar);

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "carries its last close through %s",
    (_, { apply: change, severities }) => {
      const { tape: changed } = change({ tape: pausing, decision }, severities[1], place);
      const { open, high, low, close } = changed;
      const carried = [...Array(42).keys()].every((i) => {
        const cell = (598 + i) * 2;
        return [open, high, low, close].every((column) => column[cell] === pausing.close[597 * 2]);
      });
      expect(carried).toBe(true);
    },
  );

  it("moves as far as the others when it trades again", () => {
    const [crashed, wild] = [
      ["flash-crash", 0.2],
      ["volatility", 2],
    ].map(
      ([name, severity]) => scenarioOf(String(name)).apply({ tape: pausing, decision }, Number(severity), place).tape,
    );
    expect(closeAt(crashed, 640, 0)).toBeLessThan(0.95 * closeAt(pausing, 640, 0));
    expect(closeAt(wild, 1_199, 0) / closeAt(pausing, 1_199, 0), "the way stays as it was").toBeCloseTo(1, 6);
  });
});

describe("severities", () => {
  it.each([
    ["flash-crash", 1],
    ["gaps", 2],
    ["correlation", 1.5],
    ["delisting", 1],
    ["outage", 2.5],
    ["volatility", 1_000],
  ])("that no price could take are refused: %s %f", async (name, severity) => {
    const never = { tape, decision, policyOn: () => new BuyAndHold(), from: 0, to: tape.bars, balance: 1e4, seed: 1 };
    await expect(runStress({ ...never, scenarios: [name], severities: [severity] })).rejects.toMatchObject({
      code: "USAGE_ARGUMENT",
    });
    for (const { severities, ...scenario } of SCENARIOS)
      for (const own of severities) expect(() => checkSeverity({ severities, ...scenario }, own)).not.toThrow();
  });
});

describe("funding at its cap", () => {
  it("replaces the stamps of longer bars, those at the open and those inside", () => {
    const days = syntheticTape({ seed: 6, bars: 40, timeframe: parseTimeframe("1d"), symbols: ["BTCUSDT"] });
    const cells = days.bars;
    const due = { fundingAtOpen: new Float64Array(cells).fill(-9), fundingWithin: new Float64Array(cells).fill(-9) };
    const long = { ...days, ...due };
    const { tape: funded } = scenarioOf("funding").apply({ tape: long, decision }, 0.001, {
      ...place,
      at: 20,
      to: 40,
      symbol: 0,
    });
    // Midnight is at the open, 08:00 and 16:00 are inside.
    expect([funded.fundingAtOpen?.[30], funded.fundingWithin?.[30]]).toEqual([0.001, 0.002]);
    expect(funded.funding[30], "since the bar before").toBeCloseTo(0.003, 12);
    expect([funded.fundingAtOpen?.[19], due.fundingAtOpen[30], due.fundingWithin[30]], "the rest is as it was").toEqual(
      [-9, -9, -9],
    );
  });
});

describe("crises", () => {
  it("are found by themselves: the day of a planted crash first", () => {
    const { tape: crashed } = apply("flash-crash", 0.4);
    const [first] = findCrises(crashed, 0, crashed.bars);
    expect(first.from).toBeLessThanOrEqual(600);
    expect(first.to).toBeGreaterThanOrEqual(600);
    expect(first.move).toBeLessThan(-0.2);
    expect(first.worst).toBeLessThan(-0.35);
    const still = { ...tape, close: tape.close.map(() => 100) };
    expect(findCrises(still, 0, still.bars)).toEqual([]);
  });
});

describe("a stress test", () => {
  it("kills a levered holder in a crash and says so, scenario by scenario", async () => {
    const levered = settings({ takerFeeBps: 5, leverage: 10 }, {}, 4);
    const result = await runStress({
      tape,
      decision: levered,
      policyOn: () => new BuyAndHold(),
      from: 0,
      to: tape.bars,
      balance: 10_000,
      seed: 1,
      scenarios: ["flash-crash", "spread"],
      combinations: [["gaps", "spread"]],
      findCrises: true,
      monteCarlo: 50,
      perturbed: 2,
    });
    expect(result.rows.map(({ scenario }) => scenario)).toEqual([
      ...Array<string>(3).fill("flash-crash"),
      ...Array<string>(3).fill("spread"),
      "gaps + spread",
    ]);
    expect(result.rows[2]).toMatchObject({ survived: false, severity: 0.4 });
    expect(result.rows[2].worstEquity).toBeLessThan(0.2);
    expect(result.rows[5].execution).toBeGreaterThan(result.rows[3].execution);
    expect(stressHeadline(result)).toMatch(/^It loses the account in [1-7] of 7 scenarios/);
    expect(stressSentences(result).join(" ")).toContain("on candles with noise".replace("on", "On"));
    const html = stressPage("hold <b>", result);
    expect(html).toContain("hold &lt;b&gt;: stress test");
    expect(html).not.toMatch(/NaN|undefined|https?:\/\//);
    expect(result.perturbed?.finalReturns).toHaveLength(2);
    expect(result.backtests).toBe(10);
  });

  it("draws trades and returns again: one end, other ways; ruin counted", async () => {
    const { base } = await runStress({
      tape,
      decision,
      policyOn: () => new BuyAndHold(),
      from: 0,
      to: tape.bars,
      balance: 10_000,
      seed: 1,
      scenarios: [],
      perturbed: 0,
      monteCarlo: 0,
    });
    const trade = (netProfit: number, entryBar: number) => ({ ...base.result.trades[0], netProfit, entryBar });
    const trades = [trade(2_000, 0), trade(-3_000, 1), trade(500, 2), trade(1_000, 3)];
    const shuffled = shuffledTrades({ ...base.result, trades }, { runs: 500, seed: 1 });
    expect(shuffled?.finalReturn[0], "the order changes nothing at the end").toBeCloseTo(
      shuffled?.finalReturn[4] ?? 0,
      9,
    );
    // The one loss of 30 % is in every order, on the way down from its peak.
    expect(shuffled?.maxDrawdown[0]).toBeCloseTo(-0.3, 2);
    expect(shuffled?.maxDrawdown[4]).toBeCloseTo(-0.3, 2);
    expect(shuffled?.ruin).toBe(0);
    // Before the gain of 20 %, and not behind both of the others: 1/2 - 2/24 of all orders.
    expect(shuffledTrades({ ...base.result, trades }, { runs: 500, seed: 1, ruin: 0.8 })?.ruin).toBeCloseTo(10 / 24, 1);
    const late = trades.map((one) => ({ ...one, entryBar: one.entryBar + 100 }));
    expect(shuffledTrades({ ...base.result, trades: late, from: 100 }, { runs: 500, seed: 1 })).toEqual(shuffled);
    expect(shuffledTrades({ ...base.result, trades }, { runs: 50, seed: 1, ruin: 0.99 })?.ruin).toBeGreaterThan(0.3);
    // Half of the account lost in the bar of the entry itself is a half, not all of what was left at its close.
    const equity = Float64Array.of(10_000, 10_000, 5_000, 5_000);
    const curve = { ...base.result.curve, length: 4, equity };
    const stopped = { ...base.result, curve, from: 0, trades: [trade(-5_000, 2), trade(0, 3)] };
    expect(shuffledTrades(stopped, { runs: 5, seed: 1, ruin: 0.4 })).toMatchObject({
      ruin: 0,
      finalReturn: Array(5).fill(-0.5),
    });
    const blocks = bootstrappedReturns(base.result, { runs: 300, seed: 1 });
    expect(blocks?.finalReturn[0]).toBeLessThan(blocks?.finalReturn[4] ?? 0);
    expect(blocks?.band[2][0]).toBe(1);
    expect(shuffledTrades({ ...base.result, trades: [] }, { runs: 5, seed: 1 })).toBeUndefined();
  });

  it("adds noise to prices and leaves whole bars", () => {
    const noisy = perturbedTape(tape, 0.1, 1);
    expect(noisy.close).not.toEqual(tape.close);
    const { open, high, low, close } = noisy;
    const isWhole = (cell: number): boolean =>
      high[cell] >= Math.max(open[cell], close[cell]) && low[cell] <= Math.min(open[cell], close[cell]);
    expect([...close.keys()].filter((cell) => !isWhole(cell))).toEqual([]);
  });
});
