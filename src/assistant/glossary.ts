/** @file Words of trading that people ask about, each in two sentences; the catalog of features knows the rest. */
import type { GlossaryEntry } from "./tools/data.ts";

const SOURCE = "glossary";

const TERMS: ReadonlyArray<readonly [term: string, text: string]> = [
  [
    "RSI",
    "The relative strength index compares the average gain with the average loss of the last bars on a scale from 0 to 100. High values mean that most recent moves were up, low ones that most were down.",
  ],
  [
    "MACD",
    "The difference of a fast and a slow exponential moving average, with a moving average of itself as a signal line. It shows whether momentum grows or fades.",
  ],
  [
    "Bollinger bands",
    "A moving average with bands some standard deviations above and below it. They widen when prices move much.",
  ],
  [
    "ATR",
    "The average true range is the mean span of a bar, gaps included. It measures how far prices usually move in one bar.",
  ],
  ["Moving average", "The mean of the last closes. It follows the price with a lag."],
  [
    "Volatility",
    "The standard deviation of returns, mostly stated for a year. It measures how much prices move, not where to.",
  ],
  [
    "Drawdown",
    "The fall of equity from its highest point so far. The deepest one says how much could have been lost by entering at the worst moment.",
  ],
  [
    "Sharpe ratio",
    "The mean return over its standard deviation, stated for a year. Luck alone produces high values in short records.",
  ],
  ["Sortino ratio", "Like the Sharpe ratio, with only the deviations below a target counted."],
  [
    "Funding rate",
    "What holders of a perpetual pay each other every few hours, so that its price stays near the spot price. At a positive rate longs pay shorts.",
  ],
  ["Perpetual", "A futures contract without expiry, held to the spot price by funding payments."],
  ["Leverage", "Notional held over the equity behind it. It multiplies gains and losses alike."],
  ["Liquidation", "The venue closes a position by force when its margin falls below what must be maintained."],
  ["Slippage", "The difference between the price that was expected and the one that was paid."],
  ["Spread", "The distance between the best price to buy and the best price to sell."],
  ["Stop loss", "An order that closes a position at a set loss."],
  ["Take profit", "An order that closes a position at a set gain."],
  [
    "Value at risk",
    "A loss that is exceeded in a stated share of periods only. It says nothing of how large those losses are; expected shortfall does.",
  ],
  ["Expected shortfall", "The mean loss of the worst share of periods."],
  ["Correlation", "How closely the returns of two symbols move together, from minus one to one."],
  ["PPO", "Proximal policy optimization: a way to train a policy by trial, which changes it by small, bounded steps."],
  [
    "Walk-forward",
    "Training and testing again and again on windows that move through time, so that every test is on bars that were not seen.",
  ],
  [
    "Overfitting",
    "Learning what was chance in the past. It shows as a result that is good on seen bars and poor on unseen ones.",
  ],
  ["In-sample", "Judged on bars that were used in training. Such a result says little of what comes."],
  ["Paper trading", "Trading live prices with money that is not real, by the rules of the simulator."],
  ["Profit factor", "The sum of all gains over the sum of all losses."],
  ["Win rate", "The share of trades that ended with a gain. It says little without the size of gains and losses."],
  [
    "Deflated Sharpe ratio",
    "The probability that a Sharpe ratio is above what the best of as many lucky trials would show.",
  ],
  [
    "Maker and taker",
    "A maker's order waits in the book, a taker's takes what waits. Takers usually pay the higher fee.",
  ],
  ["Candle", "Open, high, low and close of a stretch of time, with what was traded in it."],
];

export const GLOSSARY: readonly GlossaryEntry[] = TERMS.map(([term, text]) => ({ term, text, source: SOURCE }));
