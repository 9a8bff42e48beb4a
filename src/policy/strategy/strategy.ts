/**
 * @file A strategy of one's own in a file: a name, parameters with their ranges, the indicators that it reads, and one
 * function that is asked about each symbol at the close of each bar. It is backtested, tuned, stressed and traded by the same
 * simulator as any model.
 *
 *     import type { Strategy } from "tidemark";
 *     export const strategy = {
 *       name: "momentum",
 *       parameters: { bars: { default: 24, low: 6, high: 96 } },
 *       warmup: ({ bars }) => bars,
 *       decide: (symbol, { bars }) => {
 *         if (symbol.close() > symbol.close(bars)) symbol.long(1);
 *         else symbol.flat();
 *       },
 *     } satisfies Strategy;
 */

/** A number that may be tuned. */
export type StrategyParameter = {
  readonly default: number;
  /** Bounds of the search, included. */
  readonly low: number;
  readonly high: number;
  /** Whole numbers only. Default: true where all three are whole. */
  readonly whole?: boolean;
  /** Searched on a logarithmic scale. */
  readonly log?: boolean;
};

export type StrategyParameters = Readonly<Record<string, StrategyParameter>>;
/** The values that a run has, by name. */
export type ParameterValues = Readonly<Record<string, number>>;

/** Brackets of a position: distances as shares of the entry price (0.02 = 2 %), and bars. */
export type OrderBrackets = {
  readonly stop?: number;
  readonly target?: number;
  readonly trail?: number;
  /** Bars after which the position is closed. */
  readonly bars?: number;
};

/** One symbol at the close of a bar, and what is wanted of it. Nothing later can be seen. */
export type SymbolView = {
  readonly name: string;
  /** Position on the tape. */
  readonly index: number;
  /** Start of the bar, UTC milliseconds, and its number on the tape. */
  readonly timeMs: number;
  readonly bar: number;
  /** Length of a bar, milliseconds. */
  readonly barMs: number;
  /** Whether the symbol traded in this bar. */
  readonly present: boolean;
  /** Prices and volume `back` bars ago; 0 is the bar that has just closed. NaN before the first bar. */
  open(back?: number): number;
  high(back?: number): number;
  low(back?: number): number;
  close(back?: number): number;
  volume(back?: number): number;
  /** Sum of the funding rates stamped in that bar: above 0, longs pay. */
  funding(back?: number): number;
  /** Highest high, lowest low and mean close of the `bars` bars before this one: this bar is not among them. */
  highest(bars: number): number;
  lowest(bars: number): number;
  mean(bars: number): number;
  /** Standard deviation (n) of the closes of the `bars` bars before this one. */
  deviation(bars: number): number;
  /** An indicator that `features` names, such as "rsi14" or "adx14@4h"; raw, as `tidemark features` explains it. */
  feature(name: string): number;
  /** Signed notional over equity: above 0 long, 0 flat. */
  readonly exposure: number;
  /** Average price of the position, and bars that it is held; 0 without one. */
  readonly entryPrice: number;
  readonly barsHeld: number;
  /** Whether a position on that side may be opened now. */
  readonly mayLong: boolean;
  readonly mayShort: boolean;
  /** Another symbol of the tape. Throws for a name that is not on it. */
  other(name: string): SymbolView;
  /** Wants a position of this share of what sizing allows, in [0, 1]. Asked again while it is held, it is brought back to it. */
  long(size: number, brackets?: OrderBrackets): void;
  short(size: number, brackets?: OrderBrackets): void;
  flat(): void;
};

export type Strategy = {
  readonly name: string;
  readonly parameters?: StrategyParameters;
  /** Indicators by their names in the catalog. */
  readonly features?: readonly string[] | ((values: ParameterValues) => readonly string[]);
  /** Bars before the first decision; the indicators' own warm-up comes on top. Default: 0. */
  readonly warmup?: number | ((values: ParameterValues) => number);
  /** Before the first decision of a run, for state of one's own. */
  readonly begin?: (symbols: readonly string[]) => void;
  /** Asked about each symbol that trades, at the close of each bar; what is not said is held. */
  readonly decide: (symbol: SymbolView, values: ParameterValues) => void;
};
