/** @file A policy that opens positions in approved contexts alone. What it holds, it holds and closes as it would anyway. */
import { Direction, type IntentColumns } from "../../core/index.ts";
import { FeaturePipeline } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "../policy.ts";
import { contextName, REGIME_FEATURES, regimeAt } from "./contexts.ts";

type Shape = ConstructorParameters<typeof FeaturePipeline>[1];

/** What is held to contexts: any policy that says from which bar on it can decide. */
export type HeldPolicy = Policy & {
  readonly firstBar: number;
  explain(): DecisionExplanation;
  /** What is remembered by number of a row moves with the rows of a window. */
  shift?(bars: number): void;
};

export class ContextPolicy implements HeldPolicy {
  readonly name: string;
  readonly #inner: HeldPolicy;
  readonly #approved: ReadonlySet<string>;
  readonly #warmup: number;
  #pipeline: FeaturePipeline | undefined;
  #row = new Float32Array(0);
  #next = 0;
  /** `[S]` the last decision's. */
  #contexts: string[] = [];
  #refused = new Uint8Array(0);
  /** Rows before the run were shown to it: what is known of them stays. */
  #watched = false;

  /** @param shape instruments and bar length of what it trades */
  constructor(inner: HeldPolicy, approved: readonly string[], shape: Shape) {
    this.name = inner.name;
    this.#inner = inner;
    this.#approved = new Set(approved);
    this.#warmup = contextBars(shape);
  }

  get firstBar(): number {
    return Math.max(this.#inner.firstBar, this.#warmup);
  }

  #begin(tape: MarketTape): void {
    this.#pipeline = new FeaturePipeline(REGIME_FEATURES, tape);
    this.#row = new Float32Array(tape.symbols * this.#pipeline.count);
    this.#next = 0;
  }

  watch(tape: MarketTape, bar: number): void {
    if (!this.#watched) this.#begin(tape);
    this.#watched = true;
    this.#feedTo(tape, bar);
    this.#inner.watch?.(tape, bar);
  }

  shift(bars: number): void {
    this.#next -= bars;
    this.#pipeline?.moved(bars);
    this.#inner.shift?.(bars);
  }

  async reset(context: DecisionContext): Promise<void> {
    if (!this.#watched) this.#begin(context.tape);
    this.#watched = false;
    this.#contexts = [];
    this.#refused = new Uint8Array(context.tape.symbols);
    await this.#inner.reset(context);
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    await this.#inner.decide(context, intents);
    const { tape, bar, desk } = context;
    this.#feedTo(tape, bar);
    const width = this.#row.length / tape.symbols;
    const closeMs = tape.timeMs[bar] + tape.barMs;
    for (let s = 0; s < tape.symbols; s++) {
      this.#contexts[s] = contextName(closeMs, regimeAt(this.#row, s * width));
      const wanted = intents.direction[s];
      const opens = wanted === Direction.long || wanted === Direction.short;
      this.#refused[s] = Number(opens && !this.#approved.has(this.#contexts[s]));
      if (this.#refused[s] === 0) continue;
      const turns = desk.position(s) * (wanted === Direction.long ? 1 : -1) < 0;
      intents.direction[s] = turns ? Direction.flat : Direction.hold;
      intents.size[s] = 0;
    }
  }

  #feedTo(tape: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) this.#pipeline?.update(tape, this.#next, this.#row, 0);
  }

  explain(): DecisionExplanation {
    const told = this.#inner.explain();
    return {
      ...told,
      symbols: told.symbols.map((own, s) =>
        this.#refused[s] === 1 ? { ...own, reason: `${this.#contexts[s]} is not approved` } : own,
      ),
    };
  }

  observed(): Readonly<Record<string, Float32Array>> {
    return this.#inner.observed?.() ?? {};
  }
}

/** Bars before the context is known. */
export function contextBars(shape: Shape): number {
  return new FeaturePipeline(REGIME_FEATURES, shape).warmup;
}
