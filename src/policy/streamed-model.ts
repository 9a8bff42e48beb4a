/**
 * @file A trained model over a history that is streamed through a window: its features are computed bar by bar, and only
 * the rows that its network looks back on stay. It decides as on the whole tape, to the last bit.
 */
import { type IntentColumns, InvariantError, TidemarkError } from "../core/index.ts";
import { FeaturePipeline, normalizeRow } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { HeldPolicy } from "./contexts/context-policy.ts";
import { manifestInstruments, type PolicyModel, selectionOf } from "./model-file.ts";
import { openPolicy } from "./open-policy.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "./policy.ts";

export class StreamedModel implements Policy {
  readonly name: string;
  /** Bars of the history before the first that can be decided. */
  readonly firstBar: number;
  readonly #model: PolicyModel;
  readonly #held: HeldPolicy;
  readonly #pipeline: FeaturePipeline;
  /** Normalized rows `[S*F]` of the newest bars, by their number in the whole history modulo its length. */
  readonly #ring: readonly Float32Array[];
  /** Row that is computed next, and the number of row 0 in the whole history. */
  #next = 0;
  #slid = 0;

  /** Throws MODEL_MISMATCH for features of another version. */
  constructor(model: PolicyModel) {
    const { manifest, folder } = model;
    this.#model = model;
    this.#pipeline = new FeaturePipeline(selectionOf(manifest), {
      instruments: manifestInstruments(manifest),
      barMs: manifest.barMs,
    });
    const { fingerprint, symbols, count, warmup } = this.#pipeline;
    if (manifest.normalizer.fingerprint !== fingerprint) {
      throw new TidemarkError("MODEL_MISMATCH", {
        what: "The model's features are computed differently by this version",
        where: folder,
        fix: "Train it anew.",
      });
    }
    const { window, warmup: memory } = manifest.network;
    this.#ring = Array.from({ length: window + memory + 1 }, () => new Float32Array(symbols * count));
    const first = (): number => warmup - this.#slid;
    const rows = {
      get firstBar(): number {
        return first();
      },
      at: (bar: number) => this.#row(bar),
    };
    this.#held = openPolicy(model, rows);
    this.name = this.#held.name;
    this.firstBar = this.#held.firstBar;
  }

  #row(bar: number): Float32Array {
    const { length } = this.#ring;
    if (bar >= this.#next || bar < this.#next - length || bar + this.#slid < this.#pipeline.warmup) {
      throw new InvariantError(`bar ${bar} is one of the ${length} that are kept before ${this.#next}`);
    }
    return this.#ring[(bar + this.#slid) % length];
  }

  #feedTo(tape: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) {
      const row = this.#ring[(this.#next + this.#slid) % this.#ring.length];
      this.#pipeline.update(tape, this.#next, row, 0);
      normalizeRow(this.#model.manifest.normalizer, row, 0);
    }
  }

  watch(tape: MarketTape, bar: number): void {
    this.#feedTo(tape, bar);
    this.#held.watch?.(tape, bar);
  }

  async reset(context: DecisionContext): Promise<void> {
    this.#feedTo(context.tape, context.bar);
    await this.#held.reset(context);
  }

  decide(context: DecisionContext, intents: IntentColumns): void | Promise<void> {
    this.#feedTo(context.tape, context.bar);
    return this.#held.decide(context, intents);
  }

  moved(bars: number): void {
    this.#slid += bars;
    this.#next -= bars;
    this.#pipeline.moved(bars);
    this.#held.shift?.(bars);
  }

  explain(): DecisionExplanation {
    return this.#held.explain();
  }
}
