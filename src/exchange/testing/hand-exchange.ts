/** @file One checked account on a small tape, with every cost off unless a test switches it on. */
import type { MarketTape } from "../../market/index.ts";
import { type ExchangeConfig, resolveExchangeConfig } from "../config.ts";
import { FillRecorder } from "../fill-recorder.ts";
import { SimulatedExchange } from "../simulated-exchange.ts";

const COSTLESS: Partial<ExchangeConfig> = {
  leverage: 10,
  slippageModel: "fixed",
  baseSlippageBps: 0,
  liquidationFeeBps: 0,
  checked: true,
};

type Brackets = {
  readonly stop?: number;
  readonly target?: number;
  readonly trail?: number;
  readonly maxBars?: number;
  readonly urgency?: number;
  readonly symbol?: number;
};

export type HandExchange = {
  readonly exchange: SimulatedExchange;
  readonly recorder: FillRecorder;
  /** Wants `lots` of a symbol from the next open on, with the brackets given. */
  readonly order: (lots: number, brackets?: Brackets) => void;
  /** Plays `bars` whole bars. */
  readonly advance: (bars?: number) => void;
};

export function handExchange(
  tape: MarketTape,
  config: Partial<ExchangeConfig> = {},
  balance = 10_000,
  seed = 1,
): HandExchange {
  const recorder = new FillRecorder(tape.barMs);
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig({ ...COSTLESS, ...config }), {
    accounts: 1,
    seed,
    recorder,
  });
  exchange.reset(0, 0, balance);
  return {
    exchange,
    recorder,
    order: (lots, { stop = 0, target = 0, trail = 0, maxBars = 0, urgency = 1, symbol = 0 } = {}) =>
      exchange.order(0, symbol, lots, stop, target, trail, maxBars, urgency),
    advance: (bars = 1) => {
      for (let i = 0; i < bars; i++) exchange.advance(0);
    },
  };
}
