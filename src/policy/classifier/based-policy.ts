/** @file A classifier whose side comes from another model: the base is asked first, and the classifier says whether to follow it. */
import type { IntentColumns } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import type { HeldPolicy } from "../contexts/context-policy.ts";
import type { DecisionContext, DecisionExplanation } from "../policy.ts";
import type { ClassifierPolicy } from "./classifier-policy.ts";
import { ModelSides } from "./model-base.ts";

export class BasedPolicy implements HeldPolicy {
  readonly name: string;
  readonly #classifier: ClassifierPolicy;
  readonly #base: ModelSides;

  /** @param decision the rules that the base was trained under */
  constructor(classifier: ClassifierPolicy, base: HeldPolicy, decision: DecisionConfig) {
    this.name = classifier.name;
    this.#classifier = classifier;
    this.#base = new ModelSides(base, decision);
  }

  get firstBar(): number {
    return Math.max(this.#classifier.firstBar, this.#base.firstBar);
  }

  watch(tape: MarketTape, bar: number): void {
    this.#classifier.watch(tape, bar);
    this.#base.watch(tape, bar);
  }

  shift(bars: number): void {
    this.#classifier.shift(bars);
    this.#base.shift(bars);
  }

  async reset(context: DecisionContext): Promise<void> {
    this.#classifier.reset(context);
    await this.#base.begin(context.tape, context.bar, context.firstBar);
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    this.#classifier.take(await this.#base.at(context.tape, context.bar, context.firstBar));
    this.#classifier.decide(context, intents);
  }

  explain(): DecisionExplanation {
    return this.#classifier.explain();
  }
}
