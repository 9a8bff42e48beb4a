/**
 * @file A trained model as the base of meta-labels: the side that it would take at the close of a bar with an account that holds
 * nothing. What it does with a position of its own has no say, so that the side is a matter of the market alone: the same in
 * training and trading, wherever an account stands.
 */
import { clearIntents, Direction, type IntentColumns, intentColumns, invariant } from "../../core/index.ts";
import { createAccountBook, instrumentTerms, Liquidity, type TradeDesk } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type DecisionConfig, Permission } from "../../risk/index.ts";
import type { HeldPolicy } from "../contexts/context-policy.ts";
import { DeskView } from "../desk-view.ts";
import type { DecisionContext } from "../policy.ts";

/** What a model file says of such a base; the model itself lies beside it. JSON as it is. */
export type ModelBase = {
  readonly kind: "model";
  /** "name/version". */
  readonly model: string;
  /** Of its model.json. */
  readonly digest: string;
  /** The last bar that it has learned from. */
  readonly trainToMs: number;
};

/** 1 long, -1 short, 0 neither, of a bar and a symbol. */
export type SideOf = (bar: number, symbol: number) => -1 | 0 | 1;

/** Asks a policy bar by bar, without gaps. */
export class ModelSides {
  readonly #policy: HeldPolicy;
  readonly #decision: DecisionConfig;
  #context: DecisionContext | undefined;
  #intents: IntentColumns = intentColumns(0);
  /** `[S]`. */
  #sides = new Int8Array(0);

  constructor(policy: HeldPolicy, decision: DecisionConfig) {
    this.#policy = policy;
    this.#decision = decision;
  }

  get firstBar(): number {
    return this.#policy.firstBar;
  }

  watch(tape: MarketTape, bar: number): void {
    this.#policy.watch?.(tape, bar);
  }

  shift(bars: number): void {
    this.#policy.shift?.(bars);
  }

  /** Begins at a bar. Rejects with MODEL_MISMATCH or DATA_TOO_SHORT as its policy does. */
  async begin(tape: MarketTape, bar: number, firstBar = 0): Promise<void> {
    this.#context = emptyAccount(tape, this.#decision, bar, firstBar);
    this.#intents = intentColumns(tape.symbols);
    this.#sides = new Int8Array(tape.symbols);
    await this.#policy.reset(this.#context);
  }

  /** `[S]` sides at the close of the bar; valid until the next. */
  async at(tape: MarketTape, bar: number, firstBar = 0): Promise<Int8Array> {
    const known = this.#context;
    invariant(known !== undefined, "a base has begun before it is asked");
    // A history that is streamed may come in another window.
    const context = known.tape === tape ? known : emptyAccount(tape, this.#decision, bar, firstBar);
    this.#context = context;
    context.bar = bar;
    context.firstBar = firstBar;
    context.exchange.book.bar[0] = bar;
    clearIntents(this.#intents);
    await this.#policy.decide(context, this.#intents);
    const { direction } = this.#intents;
    for (let s = 0; s < this.#sides.length; s++) {
      this.#sides[s] = direction[s] === Direction.long ? 1 : direction[s] === Direction.short ? -1 : 0;
    }
    return this.#sides;
  }
}

/** The sides of a range of bars `[from, to)`, worked out once. */
export async function sidesOfModel(
  policy: HeldPolicy,
  decision: DecisionConfig,
  tape: MarketTape,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<SideOf> {
  const asked = new ModelSides(policy, decision);
  const first = Math.max(from, asked.firstBar);
  const S = tape.symbols;
  const table = new Int8Array(Math.max(0, to - first) * S);
  if (first < to) await asked.begin(tape, first);
  for (let bar = first; bar < to; bar++) table.set(await asked.at(tape, bar), (bar - first) * S);
  return (bar, symbol) => (bar < first || bar >= to ? 0 : (table[(bar - first) * S + symbol] as -1 | 0 | 1));
}

/** An account that was just opened and may do all that the model's own rules let such an account do. */
function emptyAccount(tape: MarketTape, decision: DecisionConfig, bar: number, firstBar: number): DecisionContext {
  const book = createAccountBook(1, tape.symbols);
  for (const column of [book.initialBalance, book.balance, book.equity, book.peakEquity]) column.fill(1);
  book.bar[0] = bar;
  const terms = instrumentTerms(tape.instruments, decision.exchange);
  const exchange: TradeDesk = {
    tape,
    book,
    terms,
    liquidity: new Liquidity(tape),
    order: () => invariant(false, "a base that is asked for its side trades nothing"),
  };
  const permissions = terms.longOnly.map((longOnly) => {
    const shorts = decision.risk.allowShort && longOnly === 0;
    return Permission.flat | Permission.long | (shorts ? Permission.short : 0);
  });
  return { tape, exchange, desk: new DeskView(exchange, 0), account: 0, bar, firstBar, permissions };
}
