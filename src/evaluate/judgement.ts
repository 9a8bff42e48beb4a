/** @file What a verdict says, and what it asks before it says something good. */

/** Fewer daily returns or trades than these can't carry a conclusion. */
export const FEWEST_DAYS = 90;
export const FEWEST_TRADES = 30;
/** Asked of every probability, and of the rank among the random twins. */
export const CONFIDENCE = 0.95;

export const Standing = {
  /** Meets every condition of a promotion. */
  promotable: "promotable",
  /** Beats every baseline in return and Sharpe ratio, and luck is an unlikely reason for any of it. */
  better: "better",
  /** Beats every baseline so far; luck can't be ruled out. */
  promising: "promising",
  /** Made money, but a baseline made as much, or as much for the risk. */
  beaten: "beaten",
  /** Made nothing or lost money after costs. */
  losing: "losing",
  /** Made money on bars that its training has seen. */
  inSample: "in-sample",
  /** Made money, but nothing was run beside it. */
  alone: "alone",
  /** Did not trade. */
  idle: "idle",
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

/** What a promotion asks, and what was found. */
export type Condition = {
  readonly name: string;
  /** Null where it can't be said. */
  readonly met: boolean | null;
  readonly asked: string;
  readonly found: string;
};

export type Beats = {
  /** Higher total return after costs. */
  readonly totalReturn: boolean;
  /** Higher Sharpe ratio; null where one of the two is undefined. */
  readonly sharpe: boolean | null;
  /** Higher total return than it would have had at the policy's mean exposure; null where that is undefined. */
  readonly matchedReturn: boolean | null;
  /** Probability that the policy's true Sharpe ratio is above the baseline's, one trial counted. */
  readonly sharpeLead: number | null;
};

/** Where the policy stands among its random twins. */
export type TwinRank = {
  readonly count: number;
  /** Twins with a lower total return, and with a lower Sharpe ratio. */
  readonly belowInReturn: number;
  readonly belowInSharpe: number;
};

/** How much of the tested range training has seen. */
export type InSample = {
  /** Open time of the last bar that was seen, UTC milliseconds. */
  readonly seenUntilMs: number;
  /** Share of the played bars that open then or before, above 0. */
  readonly share: number;
};

export type Verdict = {
  readonly standing: Standing;
  readonly headline: string;
  readonly sentences: readonly string[];
  /** By the baseline's name. */
  readonly beats: Readonly<Record<string, Beats>>;
  /** Higher total return and no lower Sharpe ratio than every baseline, of which there is at least one. */
  readonly beatsAll: boolean;
  /** True where days and trades are enough to conclude anything. */
  readonly enoughData: boolean;
  /** Probability that the true Sharpe ratio is above 0, one trial counted. */
  readonly probabilisticSharpe: number | null;
  /** The same against what the best of all trials without skill would have shown (DSR). */
  readonly deflatedSharpe: number | null;
  /** Trials that were counted: looks at these bars and looks inside searches. */
  readonly trials: number;
  /** Different results that were seen of these bars, this one included. */
  readonly looks: number;
  /** What a promotion asks, one by one. */
  readonly conditions: readonly Condition[];
  readonly promotable: boolean;
  /** Null where no twins were run. */
  readonly twins: TwinRank | null;
  /** Null where training has seen nothing of the range, as far as is known. */
  readonly inSample: InSample | null;
};

/** What a verdict is made from, and what its words are about. */
export type Judgement = Omit<Verdict, "headline" | "sentences">;
