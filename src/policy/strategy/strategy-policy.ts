/** @file A strategy as a policy. Its indicators are streamed bar by bar, so that it trades live as it was tested. */
import { type IntentColumns, TidemarkError } from "../../core/index.ts";
import { FeaturePipeline } from "../../features/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";
import type { ParameterValues, Strategy } from "./strategy.ts";
import { LiveSymbolView, type Moment } from "./symbol-view.ts";

/** The defaults with what is given in their place. Throws USAGE_ARGUMENT for an unknown name or a value that is no number. */
export function parameterValues(strategy: Strategy, given: ParameterValues = {}): ParameterValues {
  const known = strategy.parameters ?? {};
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(known, name) && Number.isFinite(value)) continue;
    const names = Object.keys(known);
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${name}" = ${value} is not a parameter of ${strategy.name} with a finite value`,
      fix: names.length === 0 ? "It has no parameters." : `It has ${names.join(", ")}.`,
    });
  }
  return Object.fromEntries(Object.entries(known).map(([name, own]) => [name, given[name] ?? own.default]));
}

export class StrategyPolicy implements Policy {
  readonly name: string;
  /** Bars before the first decision, the indicators' warm-up included. */
  #warmup = 0;
  readonly #strategy: Strategy;
  readonly #values: ParameterValues;
  readonly #names: readonly string[];
  #pipeline: FeaturePipeline | undefined;
  #features = new Float32Array(0);
  #next = 0;
  #moment: Moment | undefined;

  constructor(strategy: Strategy, given: ParameterValues = {}) {
    const { features = [] } = strategy;
    this.#strategy = strategy;
    this.#values = parameterValues(strategy, given);
    this.#names = typeof features === "function" ? features(this.#values) : features;
    const shown = Object.entries(this.#values).map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`);
    this.name = [strategy.name, ...shown].join(" ");
  }

  reset(context: DecisionContext): void {
    const { tape } = context;
    const { warmup = 0, begin } = this.#strategy;
    const own = typeof warmup === "function" ? warmup(this.#values) : warmup;
    this.#pipeline = this.#names.length === 0 ? undefined : new FeaturePipeline(this.#names, tape);
    this.#features = new Float32Array(tape.symbols * this.#names.length);
    this.#next = 0;
    this.#warmup = Math.max(own, this.#pipeline?.warmup ?? 0);
    const moment: Moment = {
      context,
      // Set before the first decision.
      intents: undefined as unknown as IntentColumns,
      features: this.#features,
      names: this.#pipeline?.names ?? [],
      views: [],
    };
    for (let s = 0; s < tape.symbols; s++) moment.views.push(new LiveSymbolView(moment, s));
    this.#moment = moment;
    begin?.(tape.instruments.map(({ symbol }) => symbol));
  }

  moved(bars: number): void {
    this.#next -= bars;
    this.#pipeline?.moved(bars);
  }

  decide(context: DecisionContext, intents: IntentColumns): void {
    const moment = this.#moment;
    if (moment === undefined) return;
    const { tape, bar } = context;
    for (; this.#next <= bar; this.#next++) this.#pipeline?.update(tape, this.#next, this.#features, 0);
    if (bar + (context.firstBar ?? 0) < this.#warmup) return;
    moment.context = context;
    moment.intents = intents;
    for (const view of moment.views) if (view.present) this.#strategy.decide(view, this.#values);
  }
}
