/** @file Why a decision was made, as it stands in the journal: what was seen, what the policy thought, how it was sized. */

/** What the policy saw, float32. `values` are little-endian in base64; `hash` covers them all, windows and memory too. */
export type ObservationRecord = {
  /** SHA-256 over every input of the policy, the first 128 bits. */
  readonly hash: string;
  /** Inputs that are kept whole, by name; the window of rows is found in the journal's rows. */
  readonly values: Readonly<Record<string, string>>;
};

export type SymbolWhy = {
  readonly symbol: string;
  /** Of the directions or choices, by name. */
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly figures?: Readonly<Record<string, number>>;
  readonly reason?: string;
  /** As the policy wanted it. */
  readonly direction: "hold" | "flat" | "long" | "short";
  readonly size: number;
  /** Notional that the sizing scheme allows for size 1, and what the limits left of size times that. */
  readonly scheme: number;
  readonly allowed: number;
  readonly held: number;
  readonly target: number;
  readonly sent: boolean;
  /** Names of the verdicts of the risk gate. */
  readonly verdicts: readonly string[];
};

export type BudgetView = {
  readonly assetClass: string;
  /** Money of the class, account currency. */
  readonly budget: number;
  /** Margin that its positions take of it. */
  readonly used: number;
  /** What the wallet has beside all margins. */
  readonly wallet: number;
  /** What may be taken now: the least of what budget and wallet have left, never below zero. */
  readonly usable: number;
};

export type DecisionWhy = {
  /** The policy's estimate of the value of the state, where it has one. */
  readonly value?: number;
  readonly observation?: ObservationRecord;
  readonly symbols: readonly SymbolWhy[];
  /** Only under a sizing scheme with budgets. */
  readonly wallet?: readonly BudgetView[];
};
