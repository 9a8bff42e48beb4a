/**
 * @file The canary's tripwires: any one of them sends it back to paper at once, its protective orders kept, while the
 * champion trades on. None needs statistics but the one on slippage.
 */
import { ensureNever } from "../../core/index.ts";
import { bet, FRESH_BETTING } from "../evidence/betting.ts";

export type TripwireSettings = {
  /** Shares of equity. */
  readonly dayLoss: number;
  readonly drawdown: number;
  /** Of 50 orders, and in a row. */
  readonly rejects: number;
  readonly rejectsInARow: number;
  readonly nakedMs: number;
  readonly quoteAgeMs: number;
  readonly clockSkewMs: number;
  readonly acknowledgeMs: number;
  /** Deviation of slippage less its model, basis points: the unit of the test. */
  readonly slippageBps: number;
  /** Capital of the test on slippage that is an alarm. */
  readonly slippageEvidence: number;
};

export const TRIPWIRE_DEFAULTS: TripwireSettings = {
  dayLoss: 0.01,
  drawdown: 0.04,
  rejects: 3,
  rejectsInARow: 3,
  nakedMs: 5_000,
  quoteAgeMs: 2_000,
  clockSkewMs: 1_000,
  acknowledgeMs: 1_000,
  slippageBps: 5,
  slippageEvidence: 20,
};

export type CanaryFact =
  /** Day's result and fall from the peak, as shares of equity. */
  | { readonly kind: "equity"; readonly day: number; readonly drawdown: number }
  | { readonly kind: "order"; readonly rejected: boolean; readonly acknowledgeMs?: number }
  | { readonly kind: "replay"; readonly equal: boolean }
  | { readonly kind: "naked"; readonly ms: number }
  | { readonly kind: "quote"; readonly ageMs: number }
  | { readonly kind: "clock"; readonly skewMs: number }
  | { readonly kind: "slippage"; readonly overModelBps: number };

const ORDERS = 50;
const LATENCIES = 20;

export class Tripwires {
  readonly #settings: TripwireSettings;
  readonly #dayLoss: number;
  readonly #rejected: boolean[] = [];
  readonly #latencies: number[] = [];
  #slippage = FRESH_BETTING;

  /** @param dayDeviation of the equity out of sample: a day's loss may not exceed three of them either */
  constructor(settings: TripwireSettings, dayDeviation: number) {
    this.#settings = settings;
    this.#dayLoss = Math.min(settings.dayLoss, 3 * dayDeviation);
  }

  /** What went off, in words, or undefined. */
  feed(fact: CanaryFact): string | undefined {
    const s = this.#settings;
    switch (fact.kind) {
      case "equity":
        if (fact.day < -this.#dayLoss)
          return `the day lost ${percent(-fact.day)}, the limit is ${percent(this.#dayLoss)}`;
        return over("the drawdown is", fact.drawdown, s.drawdown, percent);
      case "order":
        return this.#order(fact);
      case "replay":
        return fact.equal ? undefined : "a decision did not replay to the same action";
      case "naked":
        return over("a position stood without a stop for", fact.ms, s.nakedMs, milliseconds);
      case "quote":
        return over("an order's quote was old by", fact.ageMs, s.quoteAgeMs, milliseconds);
      case "clock":
        return over("the clock is off by", Math.abs(fact.skewMs), s.clockSkewMs, milliseconds);
      case "slippage":
        this.#slippage = bet(this.#slippage, fact.overModelBps / s.slippageBps);
        return Math.exp(this.#slippage.logCapital) >= s.slippageEvidence
          ? `slippage lies above its model, with evidence of ${Math.exp(this.#slippage.logCapital).toFixed(0)} to 1`
          : undefined;
      default:
        return ensureNever(fact);
    }
  }

  #order({ rejected, acknowledgeMs }: CanaryFact & { kind: "order" }): string | undefined {
    const { rejects, rejectsInARow, acknowledgeMs: limit } = this.#settings;
    push(this.#rejected, rejected, ORDERS);
    const many = this.#rejected.filter(Boolean).length;
    if (rejected && many >= rejects) return `${many} of the last ${this.#rejected.length} orders were rejected`;
    if (this.#rejected.length >= rejectsInARow && this.#rejected.slice(-rejectsInARow).every(Boolean)) {
      return `${rejectsInARow} orders in a row were rejected`;
    }
    if (acknowledgeMs === undefined) return undefined;
    push(this.#latencies, acknowledgeMs, LATENCIES);
    // The 99th percentile of twenty is their largest.
    return this.#latencies.length < LATENCIES
      ? undefined
      : over("orders were acknowledged after", Math.max(...this.#latencies), limit, milliseconds);
  }
}

function push<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

function over(words: string, value: number, limit: number, show: (v: number) => string): string | undefined {
  return value > limit ? `${words} ${show(value)}, the limit is ${show(limit)}` : undefined;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}
