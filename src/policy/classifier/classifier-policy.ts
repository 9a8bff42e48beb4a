/** @file A classifier as a policy: features in, probabilities out, and a stated rule that makes intents of them. */
import { Direction, type IntentColumns, TidemarkError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { Permission } from "../../risk/index.ts";
import { requireMatch, type TradedTerms } from "../model-file.ts";
import type { FeatureRows } from "../model-policy.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "../policy.ts";
import { baseSide } from "./base-side.ts";
import type { Classifier } from "./classifier.ts";
import { type EdgeRule, type Wish, wish } from "./edge-rule.ts";
import { CLASSIFIER_HISTORY, RollingVolatility } from "./volatility.ts";

export class ClassifierPolicy implements Policy {
  readonly name: string;
  readonly #terms: TradedTerms;
  readonly #folder: string;
  readonly #classifier: Classifier;
  readonly #rule: EdgeRule;
  readonly #rows: FeatureRows;
  readonly #wish: Wish = { side: 0, size: 0, edge: 0, expected: 0 };
  #volatility = new RollingVolatility(0);
  /** Whether bars before the run have been shown, which its memory keeps. */
  #watched = false;
  #probabilities = new Float64Array(0);
  #wished = new Float64Array(0);
  #edges = new Float64Array(0);
  #expected = new Float64Array(0);
  #sides = new Int8Array(0);
  /** `[F+1]` of a rule with a base: the features and its side. */
  #input = new Float32Array(0);
  #bases = new Int8Array(0);

  constructor(
    name: string,
    terms: TradedTerms,
    folder: string,
    classifier: Classifier,
    rule: EdgeRule,
    rows: FeatureRows,
  ) {
    this.name = name;
    this.#terms = terms;
    this.#folder = folder;
    this.#classifier = classifier;
    this.#rule = rule;
    this.#rows = rows;
  }

  get firstBar(): number {
    return this.#rows.firstBar + CLASSIFIER_HISTORY;
  }

  watch(tape: MarketTape, bar: number): void {
    if (!this.#watched) this.#volatility = new RollingVolatility(tape.symbols);
    this.#watched = true;
    this.#volatility.feedTo(tape, bar);
  }

  /** What is remembered by number of a bar moves with the rows of a window. */
  shift(bars: number): void {
    this.#volatility.moved(bars);
    for (let s = 0; s < this.#wished.length; s++) this.#wished[s] -= bars;
  }

  reset({ tape, bar, desk }: DecisionContext): void {
    requireMatch(this.#terms, tape, this.#folder);
    if (bar < this.firstBar) {
      throw new TidemarkError("DATA_TOO_SHORT", {
        what: `${this.name} can decide from bar ${this.firstBar} of these data on, was asked to from bar ${bar}`,
        where: `${this.#rows.firstBar} bars for the features, ${CLASSIFIER_HISTORY} for the volatility`,
        fix: "Begin later, or give candles from further back.",
      });
    }
    const { symbols } = tape;
    if (!this.#watched) this.#volatility = new RollingVolatility(symbols);
    this.#watched = false;
    this.#probabilities = new Float64Array(symbols * this.#classifier.data.classes);
    // What is held already, after a restart, counts from its entry.
    this.#wished = Float64Array.from({ length: symbols }, (_, s) =>
      desk.position(s) === 0 ? Number.NEGATIVE_INFINITY : desk.entryBar(s),
    );
    this.#edges = new Float64Array(symbols);
    this.#expected = new Float64Array(symbols);
    this.#sides = new Int8Array(symbols);
    this.#bases = new Int8Array(symbols);
    this.#input = new Float32Array(this.#classifier.data.features);
  }

  /** The sides of a base that is a model, for the bar that is decided next. @param sides `[S]` */
  take(sides: Int8Array): void {
    this.#bases.set(sides);
  }

  decide({ tape, desk, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    const { classes } = this.#classifier.data;
    const { base } = this.#rule;
    const features = this.#classifier.data.features - (base === undefined ? 0 : 1);
    const found = this.#wish;
    this.#volatility.feedTo(tape, bar);
    const row = this.#rows.at(bar);
    for (let s = 0; s < tape.symbols; s++) {
      const sigma = this.#volatility.of(s);
      if (tape.present[bar * tape.symbols + s] === 0 || sigma === 0) continue;
      if (base === undefined) this.#classifier.write(row, s * features, this.#probabilities, s * classes);
      else {
        if (base.kind !== "model") this.#bases[s] = baseSide(base, tape, bar, s);
        this.#input.set(row.subarray(s * features, (s + 1) * features));
        this.#input[features] = this.#bases[s];
        this.#classifier.write(this.#input, 0, this.#probabilities, s * classes);
      }
      const held = Math.sign(desk.position(s));
      const age = bar - this.#wished[s];
      wish(this.#rule, s, this.#probabilities, s * classes, sigma, held, age, found, this.#bases[s]);
      this.#edges[s] = found.edge;
      this.#expected[s] = found.expected;
      this.#sides[s] = found.side;
      if (found.size > 0) this.#wished[s] = bar;
      this.#intend(s, sigma, held, permissions[s], intents);
    }
  }

  #intend(s: number, sigma: number, held: number, permission: number, intents: IntentColumns): void {
    const { side, size } = this.#wish;
    const { bracket, horizon } = this.#rule;
    if (side === held && side !== 0) return;
    const may = (permission & (side > 0 ? Permission.long : Permission.short)) !== 0;
    if (side === 0 || !may) {
      if (held !== 0 && side !== held) intents.direction[s] = Direction.flat;
      return;
    }
    intents.direction[s] = side > 0 ? Direction.long : Direction.short;
    intents.size[s] = size;
    if (bracket === undefined) return;
    const reach = sigma * Math.sqrt(horizon);
    intents.stopDistance[s] = reach * (side > 0 ? bracket.lower : bracket.upper);
    intents.targetDistance[s] = reach * (side > 0 ? bracket.upper : bracket.lower);
    intents.maxBars[s] = horizon;
  }

  explain(): DecisionExplanation {
    const { classes } = this.#classifier.data;
    return {
      symbols: Array.from(this.#sides, (side, s) => ({
        probabilities: Object.fromEntries(
          Array.from({ length: classes }, (_, c) => [`class ${c}`, this.#probabilities[s * classes + c]]),
        ),
        figures: {
          expected: this.#expected[s],
          edge: this.#edges[s],
          ...(this.#rule.base === undefined ? {} : { base: this.#bases[s] }),
        },
        reason:
          side === 0
            ? "the expected move does not pay for its cost"
            : this.#edges[s] > 0
              ? "the expected move pays for its cost"
              : "nothing pays for leaving",
      })),
    };
  }
}
