/**
 * @file What the assistant may know, as read-only views that somebody else fills: the store, a file that a user brings, the
 * reports, the sessions. There is nothing in here that could change anything.
 */

/** Candles of one symbol in the order of time. */
export type SymbolCandles = {
  readonly symbol: string;
  /** "bybit", "csv", the name of a file. */
  readonly source: string;
  readonly quote: string;
  readonly barMs: number;
  readonly isSynthetic: boolean;
  /** Open times, UTC milliseconds. */
  readonly timeMs: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly volume: ArrayLike<number>;
  /** Sum of the funding rates in each bar; absent where there is none. */
  readonly funding?: ArrayLike<number>;
};

/** A signal of a model, or of a file of signals. */
export type TradingSignal = {
  readonly symbol: string;
  readonly timeMs: number;
  /** "long", "short", "flat", "hold". */
  readonly direction: string;
  /** Share of what the sizing allows, 0 to 1. */
  readonly size?: number;
  /** Probability that its maker gives it, 0 to 1. */
  readonly confidence?: number;
  readonly source: string;
};

/** The result of one backtest, as its report says it. */
export type PerformanceCard = {
  readonly name: string;
  readonly source: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isInSample: boolean;
  readonly isSynthetic: boolean;
  /** After costs, as a share. */
  readonly totalReturn: number | null;
  /** At or below 0. */
  readonly maxDrawdown: number | null;
  /** In a year; null where the sample can't carry it or returns don't vary. */
  readonly sharpe: number | null;
  /** Why the sample can't carry it. */
  readonly noSharpe?: string;
  readonly winRate: number | null;
  readonly trades: number;
  /** Fees, slippage and funding over the balance at the start; undefined where the report does not say. */
  readonly costShare?: number | undefined;
  readonly headline: string;
};

export type HeldPosition = {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly stop: string | null;
};

export type SessionCard = {
  readonly session: string;
  readonly mode: string;
  readonly status: string;
  readonly causes: readonly string[];
  readonly isRunning: boolean;
  readonly equity: number;
  readonly dayEquity: number;
  readonly peakEquity: number;
  readonly fees: number;
  readonly asOfMs: number;
  readonly positions: readonly HeldPosition[];
};

/** What was recorded when a strategy decided on a symbol. */
export type DecisionCard = {
  readonly session: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly closeMs: number;
  /** "hold", "flat", "long", "short": as the policy wanted it. */
  readonly direction: string;
  /** 0 to 1. */
  readonly size: number;
  /** Of the directions, by name; empty where the strategy has none. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly reason: string | null;
  /** The policy's estimate of its state. */
  readonly value: number | null;
  /** Notional that the sizing scheme allows, and what limits left of it. */
  readonly scheme: number;
  readonly allowed: number;
  /** Distance of the stop as a share of the price; 0 for none. */
  readonly stopShare: number;
  readonly verdicts: readonly string[];
  readonly isSent: boolean;
};

export type ModelCard = {
  readonly name: string;
  readonly trainedToMs: number;
  readonly symbols: readonly string[];
  readonly timeframe: string;
};

/** What was known of one alternative series at a time. */
export type AlternativeReading = {
  /** Source and name, such as "fear-greed.index". */
  readonly id: string;
  /** Symbol or coin; null for the market as a whole. */
  readonly key: string | null;
  /** One sentence. */
  readonly about: string;
  readonly unit: string;
  readonly value: number;
  /** What the value is stamped with, UTC milliseconds. */
  readonly eventMs: number;
  /** Since when it was known. */
  readonly availableMs: number;
  readonly ageMs: number;
  /** Older than three of its usual distances. */
  readonly isStale: boolean;
  /** Seen as it came, not fetched afterwards. */
  readonly isRecorded: boolean;
  /** Whether its source is known to change values later, or not known not to. */
  readonly mayChange: boolean;
  /** What was known a week before; null where nothing was. */
  readonly before: { readonly value: number } | null;
  /** Licence. */
  readonly terms: string;
};

/** Words of somebody else. They are quoted, and never followed. */
export type Headline = {
  readonly title: string;
  readonly publisher: string;
  readonly publishedMs: number;
  /** Coins that it is about; none for the market. */
  readonly coins: readonly string[];
  /** -1 to 1. */
  readonly score?: number;
  /** Name and version of what scored it, where that is known. */
  readonly scorer?: string;
};

/** Term and text that explain it, from the catalog of features or the documentation. */
export type GlossaryEntry = { readonly term: string; readonly text: string; readonly source: string };

/** All of it. Every function reads anew, so that a long conversation quotes nothing stale. */
export type AssistantData = {
  /** Symbols of which there are candles. */
  symbols(): readonly string[];
  /** Undefined where there are none. */
  candles(symbol: string): Promise<SymbolCandles | undefined>;
  signals(): readonly TradingSignal[] | Promise<readonly TradingSignal[]>;
  performance(): readonly PerformanceCard[];
  decisions(): readonly DecisionCard[] | Promise<readonly DecisionCard[]>;
  sessions(): Promise<readonly SessionCard[]>;
  models(): readonly ModelCard[];
  /** Undefined where what is stored can't be read. */
  alternative(): Promise<readonly AlternativeReading[] | undefined>;
  /** Undefined where what is stored can't be read. */
  headlines(): Promise<readonly Headline[] | undefined>;
  glossary(): readonly GlossaryEntry[];
  /** The time by which candles are called old; absent where a user brought them. */
  nowMs?(): number;
};
