/**
 * @file What decides. A policy sees the tape up to the close of the context's bar and its own account, and says what it
 * wants of each symbol; sizing and the risk gate decide what becomes of it.
 */
import type { IntentColumns } from "../core/index.ts";
import type { TradeDesk } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { DeskView } from "./desk-view.ts";

export type DecisionContext = {
  readonly tape: MarketTape;
  /** The account, to read: a policy acts through its intents alone. */
  readonly desk: DeskView;
  /** Where the account lives, for what reads its columns: rules ask the desk. */
  readonly exchange: TradeDesk;
  readonly account: number;
  /** The decision is made at the close of this bar; later rows of the tape don't exist for the policy. */
  bar: number;
  /** Number of the tape's row 0 in the whole history, where it is streamed. Default: 0. */
  firstBar?: number;
  /** `[S]` what the risk gate allows of each symbol now, as bits. */
  readonly permissions: Uint8Array;
};

/** Why a policy decided as it did, for one symbol. A rule gives its reason in words, a network its numbers. */
export type SymbolExplanation = {
  /** Probabilities of the directions or of the action space's choices, by name. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** Values that led to the decision, by name, such as { fast: 101.2, slow: 99.8 }. */
  readonly figures?: Readonly<Record<string, number>>;
  readonly reason?: string;
};

export type DecisionExplanation = {
  /** The policy's estimate of the value of the state, where it has one. */
  readonly value?: number;
  /** `[S]`. */
  readonly symbols: readonly SymbolExplanation[];
};

/**
 * `reset` is called once before the first decision of a run, then `decide` once a bar without gaps. Intents arrive
 * cleared: every symbol on hold. A policy that answers without a promise is never awaited.
 */
export type Policy = {
  readonly name: string;
  reset(context: DecisionContext): void | Promise<void>;
  decide(context: DecisionContext, intents: IntentColumns): void | Promise<void>;
  /** Of the last decision. */
  explain?(): DecisionExplanation;
  /** Every number that the last decision was made on, by name; the arrays live until the next decision. */
  observed?(): Readonly<Record<string, Float32Array>>;
  /**
   * The tape's rows have moved down by `bars` (a history that is streamed through a window): whatever the policy remembers
   * by number of a row moves with them. A policy without it can't be streamed.
   */
  moved?(bars: number): void;
  /**
   * Bars before the first decision, one after the other, where a streamed history begins before the run: what a policy reads
   * of the whole history it reads here. Called before `reset`, which then begins at a bar that has not been shown.
   */
  watch?(tape: MarketTape, bar: number): void;
};
