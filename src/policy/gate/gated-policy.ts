/**
 * @file A policy that trades a row of features unlike those of its training at half size, or opens nothing on it. What it
 * holds, it holds and closes as it would anyway.
 */
import { Direction, type IntentColumns } from "../../core/index.ts";
import { type RowLimits, RowVerdict } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { HeldPolicy } from "../contexts/context-policy.ts";
import type { FeatureRows } from "../model-policy.ts";
import type { DecisionContext, DecisionExplanation } from "../policy.ts";

const REASONS = {
  [RowVerdict.half]: "its features are unlike those of its training: half the size",
  [RowVerdict.closed]: "its features are far from those of its training: nothing is opened",
} as const;

export class GatedPolicy implements HeldPolicy {
  readonly name: string;
  readonly #inner: HeldPolicy;
  readonly #limits: RowLimits;
  readonly #rows: FeatureRows;
  readonly #width: number;
  /** `[S]` of the last decision's opening intents. */
  #verdicts = new Uint8Array(0);

  /** @param width features of a symbol in a row */
  constructor(inner: HeldPolicy, limits: RowLimits, rows: FeatureRows, width: number) {
    this.name = inner.name;
    this.#inner = inner;
    this.#limits = limits;
    this.#rows = rows;
    this.#width = width;
  }

  get firstBar(): number {
    return this.#inner.firstBar;
  }

  watch(tape: MarketTape, bar: number): void {
    this.#inner.watch?.(tape, bar);
  }

  shift(bars: number): void {
    this.#inner.shift?.(bars);
  }

  async reset(context: DecisionContext): Promise<void> {
    this.#verdicts = new Uint8Array(context.tape.symbols);
    await this.#inner.reset(context);
  }

  decide(context: DecisionContext, intents: IntentColumns): void | Promise<void> {
    const decided = this.#inner.decide(context, intents);
    if (decided instanceof Promise) return decided.then(() => this.#gate(context, intents));
    this.#gate(context, intents);
  }

  #gate({ tape, bar, desk }: DecisionContext, { direction, size }: IntentColumns): void {
    const row = this.#rows.at(bar);
    for (let s = 0; s < tape.symbols; s++) {
      const wanted = direction[s];
      this.#verdicts[s] = RowVerdict.open;
      if (wanted !== Direction.long && wanted !== Direction.short) continue;
      const verdict = this.#limits.verdict(row, s * this.#width);
      this.#verdicts[s] = verdict;
      if (verdict === RowVerdict.half) size[s] *= 0.5;
      if (verdict !== RowVerdict.closed) continue;
      const turns = desk.position(s) * (wanted === Direction.long ? 1 : -1) < 0;
      direction[s] = turns ? Direction.flat : Direction.hold;
      size[s] = 0;
    }
  }

  explain(): DecisionExplanation {
    const told = this.#inner.explain();
    return {
      ...told,
      symbols: told.symbols.map((own, s) => {
        const verdict = this.#verdicts[s];
        return verdict === RowVerdict.half || verdict === RowVerdict.closed
          ? { ...own, reason: REASONS[verdict] }
          : own;
      }),
    };
  }

  observed(): Readonly<Record<string, Float32Array>> {
    return this.#inner.observed?.() ?? {};
  }
}
