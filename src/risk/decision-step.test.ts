import { describe, expect, test } from "vitest";
import { clearIntents, Direction, type IntentColumns, intentColumns } from "../core/index.ts";
import { type ExchangeConfig, resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { type HandBar, handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import type { MarketTape } from "../market/index.ts";
import { resolveSizingConfig, type SizingOverrides } from "../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "./config.ts";
import { DecisionLog } from "./decision-recorder.ts";
import { DecisionStep } from "./decision-step.ts";
import { Permission } from "./permission.ts";
import { Verdict, verdictNames } from "./verdict.ts";

const COSTLESS: Partial<ExchangeConfig> = { slippageModel: "fixed", baseSlippageBps: 0, checked: true, leverage: 10 };
const { flat, long, short } = Permission;

type Want = readonly [direction: Direction, size: number];
const HOLD: Want = [Direction.hold, 0];

/** A costless desk at prices of 100, sized by a fixed fraction of equity, and a way to decide and play a bar. */
function desk(
  tape: MarketTape,
  risk: Partial<RiskConfig> = {},
  sizing: SizingOverrides = { scheme: "fixed-fraction", fraction: 1 },
  exchangeConfig: Partial<ExchangeConfig> = {},
) {
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig({ ...COSTLESS, ...exchangeConfig }), {
    accounts: 1,
    seed: 1,
  });
  exchange.reset(0, 0, 10_000);
  const log = new DecisionLog();
  const step = new DecisionStep(exchange, resolveSizingConfig(sizing), resolveRiskConfig(risk), { recorder: log });
  const intents = intentColumns(tape.symbols);
  return {
    exchange,
    step,
    log,
    intents,
    /** Decides for the symbols in their order; those not named hold. */
    decide(wants: readonly Want[], more: (intents: IntentColumns) => void = () => {}): void {
      clearIntents(intents);
      wants.forEach(([direction, size], s) => {
        intents.direction[s] = direction;
        intents.size[s] = size;
      });
      more(intents);
      step.apply(0, intents);
    },
    play(wants: readonly Want[], more?: (intents: IntentColumns) => void): void {
      this.decide(wants, more);
      exchange.advance(0);
    },
    verdicts: (s = 0) => verdictNames(step.verdicts[s]),
    lots: () => [...exchange.book.lots],
  };
}

function flatTape(symbols: number, bars = 8, overrides = {}): MarketTape {
  const instruments = Array.from({ length: symbols }, (_, s) => plainInstrument(overrides, `S${s}USDT`));
  return handTape(
    instruments,
    Array.from({ length: bars }, () => instruments.map(() => still(100))),
  );
}

const LONG = (size: number): Want => [Direction.long, size];
const SHORT = (size: number): Want => [Direction.short, size];
const FLAT: Want = [Direction.flat, 0];

/** One value for every asset class. */
function all(value: number) {
  return { cryptoSpot: value, cryptoFutures: value, forex: value, options: value };
}

describe("from intent to order", () => {
  test("size multiplies the scheme's notional, floored to lots", () => {
    const game = desk(flatTape(1));
    game.play([LONG(0.333_333)]);
    expect(game.lots(), "10,000 * 0.333333 / 100 in lots of 0.001").toEqual([33_333]);
    expect(game.log.row(0)).toEqual({
      account: 0,
      bar: 0,
      symbol: 0,
      direction: Direction.long,
      size: 0.333_333,
      schemeNotional: 10_000,
      allowedNotional: 3_333.33,
      heldLots: 0,
      targetLots: 33_333,
      sent: true,
      verdicts: 0,
    });
  });

  test("hold and flat are recorded with no notional, whatever was decided just before", () => {
    const game = desk(flatTape(3));
    game.play([LONG(0.3), HOLD, FLAT]);
    game.play([FLAT, LONG(0.3), LONG(0)]);
    const notionals = Array.from({ length: game.log.count }, (_, i) => game.log.row(i).allowedNotional);
    expect(notionals).toEqual([3_000, 0, 0, 0, 3_000, 0]);
  });

  test("hold keeps position and brackets, flat and size 0 close", () => {
    const game = desk(flatTape(1));
    game.play([LONG(0.5)], (intents) => intents.stopDistance.fill(0.1));
    game.play([HOLD]);
    expect(game.lots()).toEqual([50_000]);
    expect(game.exchange.book.stopPrice[0]).toBe(90);
    game.play([FLAT]);
    expect(game.lots()).toEqual([0]);
    game.play([SHORT(0.5)]);
    expect(game.lots()).toEqual([-50_000]);
    game.play([LONG(0)]);
    expect(game.lots(), "size 0 is flat, whatever the side").toEqual([0]);
  });

  test("changes inside the band are not sent; closes and reversals always are", () => {
    const game = desk(flatTape(1));
    game.play([LONG(0.5)]);
    game.play([LONG(0.554)]);
    expect(game.lots(), "5.4 is less than a tenth of the target 55.4").toEqual([50_000]);
    expect(game.verdicts()).toEqual(["withinBand"]);
    game.play([LONG(0.56)]);
    expect(game.lots(), "6 of 56 is more").toEqual([56_000]);
    game.play([SHORT(0.01)]);
    expect(game.lots()).toEqual([-1_000]);
    game.play([LONG(0)]);
    expect(game.lots()).toEqual([0]);
  });

  test("without a band every change is sent, and no change is none", () => {
    const game = desk(flatTape(1), {}, { scheme: "fixed-fraction", fraction: 1, rebalanceBand: 0 });
    game.play([LONG(0.5)], (intents) => intents.stopDistance.fill(0.1));
    game.play([LONG(0.501)]);
    expect(game.lots()).toEqual([50_100]);
    expect(game.exchange.book.stopPrice[0], "the new order names no stop").toBe(0);
    game.play([LONG(0.501)], (intents) => intents.stopDistance.fill(0.1));
    expect(game.exchange.book.stopPrice[0], "nothing was sent").toBe(0);
  });

  test("default brackets apply where the intent names none", () => {
    const game = desk(flatTape(1), { stopDistance: 0.02, targetDistance: 0.04, trailDistance: 0.03, maxBars: 7 });
    game.play([LONG(0.5)], (intents) => intents.stopDistance.fill(0.05));
    const book = game.exchange.book;
    expect([book.stopPrice[0], book.targetPrice[0], book.trailDistance[0], book.maxBars[0]]).toEqual([
      95, 104, 0.03, 7,
    ]);
  });

  test("the stop of the intent sizes the schedule", () => {
    const game = desk(flatTape(1), {}, { scheme: "schedule", schedule: [[1, 0.02, 1e6]] });
    game.play([LONG(1)], (intents) => intents.stopDistance.fill(0.04));
    expect(game.lots(), "10,000 * 2 % / 4 % = 5,000").toEqual([50_000]);
  });

  test("a size beyond [0, 1] is a broken promise", () => {
    const game = desk(flatTape(1));
    expect(() => game.decide([LONG(1.5)])).toThrow(/S0USDT/);
    expect(() => game.decide([LONG(Number.NaN)])).toThrow(/\[0, 1\]/);
  });
});

describe("the gate", () => {
  test("by default everything is permitted, and spot is never short", () => {
    expect(desk(flatTape(1)).step.permissions(0, 0)).toBe(flat | long | short);
    const game = desk(flatTape(1, 8, { kind: "spot" }));
    expect(game.step.permissions(0, 0)).toBe(flat | long);
    game.play([LONG(0.5)]);
    game.play([SHORT(0.5)]);
    expect(game.lots(), "the wish that is left of a reversal is the close").toEqual([0]);
    expect(game.verdicts()).toEqual(["spotShort"]);
  });

  test("shorts can be switched off", () => {
    const game = desk(flatTape(1), { allowShort: false });
    expect(game.step.permissions(0, 0)).toBe(flat | long);
    game.play([SHORT(1)]);
    expect(game.lots()).toEqual([0]);
    expect(game.verdicts()).toEqual(["shortDisabled"]);
  });

  test("close-only lets positions shrink and close, and nothing else", () => {
    const game = desk(flatTape(2));
    game.play([LONG(0.5), HOLD]);
    game.step.gate.closeOnly = true;
    expect([game.step.permissions(0, 0), game.step.permissions(0, 1)]).toEqual([flat | long, flat]);
    game.play([LONG(1), LONG(1)]);
    expect(game.lots(), "neither more nor another").toEqual([50_000, 0]);
    expect([game.verdicts(0), game.verdicts(1)]).toEqual([["closeOnly", "withinBand"], ["closeOnly"]]);
    game.play([LONG(0.2), HOLD]);
    expect(game.lots()).toEqual([20_000, 0]);
    game.play([SHORT(1), HOLD]);
    expect(game.lots()).toEqual([0, 0]);
  });

  test("a drawdown beyond the limit leaves only closing", () => {
    const bars: HandBar[] = [still(100), still(100), still(85), still(85)];
    const tape = handTape(
      [plainInstrument()],
      bars.map((bar) => [bar]),
    );
    const game = desk(tape, { maxDrawdown: 0.1 });
    game.play([LONG(1)]);
    expect(game.step.permissions(0, 0)).toBe(flat | long | short);
    game.play([HOLD]);
    expect(game.step.permissions(0, 0), "15 % are lost").toBe(flat | long);
    game.play([SHORT(1)]);
    expect(game.lots()).toEqual([0]);
    expect(game.verdicts()).toEqual(["maxDrawdown"]);
  });

  test("a day's loss leaves only closing until the UTC day ends", () => {
    // Twelve-hour bars: the first closes at noon, the second at midnight.
    const path: HandBar[] = [still(100), still(100), still(94), still(94), still(94), still(94)];
    const tape = handTape(
      [plainInstrument()],
      path.map((bar) => [bar]),
      "12h",
    );
    const game = desk(tape, { dailyLoss: 0.05 });
    game.play([LONG(1)]);
    game.play([HOLD]);
    expect(game.step.permissions(0, 0), "10,000 at midnight, 9,400 at noon").toBe(flat | long);
    game.decide([SHORT(1)]);
    expect(game.verdicts()).toEqual(["dailyLoss"]);
    game.exchange.advance(0);
    expect(game.lots()).toEqual([0]);
    expect(game.step.permissions(0, 0), "a new day starts from 9,400").toBe(flat | long | short);
  });

  test("a cooldown keeps a symbol out after its close, and lets a reversal only close", () => {
    const game = desk(flatTape(1, 10), { cooldownBars: 3 });
    expect(game.step.permissions(0, 0), "nothing was closed yet").toBe(flat | long | short);
    game.play([LONG(0.5)]);
    game.play([SHORT(0.5)]);
    expect(game.lots()).toEqual([0]);
    expect(game.verdicts()).toEqual(["cooldown"]);
    for (let bars = 0; bars < 3; bars++) {
      expect(game.step.permissions(0, 0), `${bars} bars after the close`).toBe(flat);
      game.play([LONG(0.5)]);
      expect(game.lots()).toEqual([0]);
    }
    expect(game.step.permissions(0, 0)).toBe(flat | long | short);
  });

  test("no more positions than allowed, those of the same decision included", () => {
    const game = desk(flatTape(3), { maxConcurrent: 2 });
    game.play([LONG(0.2), SHORT(0.2), LONG(0.2)]);
    expect(game.lots()).toEqual([20_000, -20_000, 0]);
    expect(game.verdicts(2)).toEqual(["maxConcurrent"]);
    expect(game.step.permissions(0, 2)).toBe(flat);
    expect(game.step.permissions(0, 0), "the held may turn").toBe(flat | long | short);
    game.play([HOLD, FLAT, LONG(0.2)]);
    expect(game.lots(), "what closes makes room at once").toEqual([20_000, 0, 20_000]);
  });

  test("notional, total leverage and loss at the stop are clamped", () => {
    const one = desk(flatTape(1), { maxPositionNotional: 1_500 });
    one.play([LONG(1)]);
    expect(one.lots()).toEqual([15_000]);
    expect(one.verdicts()).toEqual(["positionNotional"]);
    const two = desk(flatTape(2), { maxTotalLeverage: 1.2 });
    two.play([LONG(1), SHORT(1)]);
    expect(two.lots(), "12,000 in all").toEqual([100_000, -20_000]);
    expect(two.verdicts(1)).toEqual(["totalLeverage"]);
    const three = desk(flatTape(1), { maxOrderLoss: 0.01 });
    three.play([LONG(1)], (intents) => intents.stopDistance.fill(0.05));
    expect(three.lots(), "100 at risk at 5 % are 2,000").toEqual([20_000]);
    expect(three.verdicts()).toEqual(["orderLoss"]);
  });

  test("a target below the venue's minimum is no position", () => {
    const game = desk(flatTape(1, 8, { minNotional: 50 }));
    game.play([LONG(0.004)]);
    expect(game.verdicts()).toEqual(["minNotional"]);
    expect(game.exchange.book.pendingCount[0]).toBe(0);
    game.play([LONG(0.5)]);
    game.play([LONG(0.004)]);
    expect(game.lots(), "what would be left is closed").toEqual([0]);
  });

  test("an account that can't pay the minimum may not open", () => {
    const game = desk(flatTape(1, 8, { minNotional: 200_000 }));
    expect(game.step.permissions(0, 0)).toBe(flat);
  });

  test("an absent symbol can't be entered", () => {
    const tape = handTape([plainInstrument()], [[still(100)], [null], [still(100)], [still(100)]]);
    const game = desk(tape);
    game.play([HOLD]);
    expect(game.step.permissions(0, 0)).toBe(flat);
    game.play([LONG(1)]);
    expect(game.lots()).toEqual([0]);
    expect(game.verdicts()).toEqual(["symbolAbsent"]);
  });

  test("a spent budget permits nothing new in its class", () => {
    const budget = { threshold: 1e9, allocation: all(100), riskShare: all(1) };
    const tape = flatTape(2, 8, { maxLeverage: 1 });
    const game = desk(tape, {}, { scheme: "budget", budget });
    game.play([LONG(1), HOLD]);
    expect(game.lots(), "the whole budget of 100").toEqual([1_000, 0]);
    expect([game.step.permissions(0, 0), game.step.permissions(0, 1)]).toEqual([flat | long | short, flat]);
    game.play([HOLD, LONG(1)]);
    expect(game.lots()).toEqual([1_000, 0]);
    expect(game.verdicts(1)).toEqual(["noBudget"]);
    game.play([FLAT, LONG(1)]);
    expect(game.lots()).toEqual([0, 1_000]);
  });

  test("a liquidated account may choose nothing", () => {
    const bars: HandBar[] = [still(100), still(100), still(50), still(50)];
    const tape = handTape(
      [plainInstrument()],
      bars.map((bar) => [bar]),
    );
    const game = desk(tape, {}, { scheme: "fixed-fraction", fraction: 8 });
    game.play([LONG(1)]);
    game.play([HOLD]);
    expect(game.step.permissions(0, 0)).toBe(0);
    game.play([LONG(1)]);
    expect(game.lots()).toEqual([0]);
    expect(game.step.verdicts[0] & Verdict.liquidated).toBe(Verdict.liquidated);
  });
});

describe("state", () => {
  test("a new episode forgets the day and the budgets of the old one", () => {
    const game = desk(flatTape(1, 40), { dailyLoss: 0.05 });
    game.exchange.reset(0, 30, 10_000);
    game.step.permissions(0, 0);
    game.exchange.reset(0, 31, 500);
    expect(game.step.permissions(0, 0), "500 is not a loss from 10,000").toBe(flat | long | short);
  });

  test("it survives JSON", () => {
    const game = desk(flatTape(1, 10), { dailyLoss: 0.05 }, { scheme: "budget" });
    game.play([LONG(1)]);
    const saved = JSON.parse(JSON.stringify(game.step.state())) as ReturnType<DecisionStep["state"]>;
    const other = desk(flatTape(1, 10), { dailyLoss: 0.05 }, { scheme: "budget" });
    other.step.restore(saved);
    expect(other.step.state()).toEqual(game.step.state());
  });

  test("settings outside their range are refused", () => {
    expect(() => resolveRiskConfig({ maxDrawdown: 2 })).toThrow(/"risk.maxDrawdown" is 2/);
    expect(() => resolveRiskConfig({ maxConcurrent: 1.5 })).toThrow(/whole number/);
    expect(() => resolveRiskConfig(JSON.parse('{"max_drawdown":1}') as object)).toThrow(/max_drawdown/);
  });
});
