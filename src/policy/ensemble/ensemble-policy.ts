/**
 * @file Several policies that decide as one: the mean of the positions that they want, made smaller by how far they are apart.
 * What one training has learned by chance cancels out; what all have learned stays.
 */
import { clearIntents, Direction, type IntentColumns, intentColumns } from "../../core/index.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "../policy.ts";

/** A member: what is asked of a network that decides. */
export type EnsembleMember = Policy & { readonly firstBar: number };

/**
 * Each member sees the account that they share. What it wants is a position in [-1, 1] (its size, short below zero); "hold" is
 * what it wanted last. With mean m and deviation d (of the population) over the members, the size is |m| (1 - d): five of one mind
 * trade as one alone would, and those who stand against each other trade nothing. A position that was closed otherwise (by its
 * stop, say) is wanted by nobody any more; after a start with a position, a member that has only held has no voice yet.
 */
export class EnsemblePolicy implements Policy {
  readonly name: string;
  readonly #members: readonly EnsembleMember[];
  /** `[K]` of the last decision. */
  #wishes: IntentColumns[] = [];
  /** `[K][S]` positions that are wanted; NaN where nothing was said. */
  #wanted: Float64Array[] = [];
  #mean = new Float64Array(0);
  #deviation = new Float64Array(0);
  #held = new Float64Array(0);
  /** `[S]` size of the last wish; NaN before the first. */
  #size = new Float64Array(0);

  constructor(name: string, members: readonly EnsembleMember[]) {
    this.name = name;
    this.#members = members;
  }

  get firstBar(): number {
    return Math.max(...this.#members.map(({ firstBar }) => firstBar));
  }

  async reset(context: DecisionContext): Promise<void> {
    const { symbols } = context.tape;
    const { desk } = context;
    this.#wishes = this.#members.map(() => intentColumns(symbols));
    this.#held = Float64Array.from({ length: symbols }, (_, s) => Math.sign(desk.position(s)));
    this.#wanted = this.#members.map(() => this.#held.map((side) => (side === 0 ? 0 : Number.NaN)));
    this.#size = new Float64Array(symbols).fill(Number.NaN);
    this.#mean = new Float64Array(symbols);
    this.#deviation = new Float64Array(symbols);
    for (const member of this.#members) await member.reset(context);
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    for (const [k, member] of this.#members.entries()) {
      clearIntents(this.#wishes[k]);
      await member.decide(context, this.#wishes[k]);
    }
    for (let s = 0; s < context.tape.symbols; s++) this.#join(s, context.desk.position(s), intents);
  }

  #join(s: number, position: number, intents: IntentColumns): void {
    const side = Math.sign(position);
    const closed = side === 0 && this.#held[s] !== 0 && this.#size[s] !== 0;
    this.#held[s] = side;
    let held = true;
    for (const [k, wish] of this.#wishes.entries()) {
      if (closed) this.#wanted[k][s] = 0;
      if (wish.direction[s] === Direction.hold) continue;
      held = false;
      this.#wanted[k][s] = positionOf(wish, s);
    }
    const { mean, deviation } = agreement(this.#wanted.map((wanted) => wanted[s]));
    this.#mean[s] = mean;
    this.#deviation[s] = deviation;
    if (held) return;
    const size = Math.abs(mean) * (1 - deviation);
    this.#size[s] = size;
    if (size === 0) {
      intents.direction[s] = Direction.flat;
      return;
    }
    intents.direction[s] = mean > 0 ? Direction.long : Direction.short;
    intents.size[s] = size;
    this.#bracket(s, intents);
  }

  /** Of those who want this side now. */
  #bracket(s: number, intents: IntentColumns): void {
    const own = this.#wishes.filter(({ direction }) => direction[s] === intents.direction[s]);
    if (own.length === 0) return;
    for (const column of ["stopDistance", "targetDistance", "trailDistance", "urgency"] as const) {
      intents[column][s] = agreement(own.map((wish) => wish[column][s])).mean;
    }
    intents.maxBars[s] = Math.round(agreement(own.map(({ maxBars }) => maxBars[s])).mean);
  }

  /** The mean of the members' probabilities; in `figures` what each of them wants. */
  explain(): DecisionExplanation {
    const told = this.#members.map((member) => member.explain?.());
    const values = told.flatMap((one) => one?.value ?? []);
    return {
      ...(values.length === 0 ? {} : { value: agreement(values).mean }),
      symbols: Array.from(this.#mean, (mean, s) => {
        const shares = told.flatMap((one) => {
          const own = one?.symbols[s].probabilities;
          return own === undefined ? [] : [own];
        });
        const names = Object.keys(shares[0] ?? {});
        const wanted = this.#wanted.map((own, k) => [`member ${k + 1}`, own[s]] as const);
        return {
          ...(names.length === 0
            ? {}
            : {
                probabilities: Object.fromEntries(
                  names.map((name) => [name, agreement(shares.map((own) => own[name])).mean]),
                ),
              }),
          figures: {
            mean,
            disagreement: this.#deviation[s],
            ...Object.fromEntries(wanted.filter(([, position]) => !Number.isNaN(position))),
          },
        };
      }),
    };
  }

  /** What all see, and what each remembers ("2: state"). */
  observed(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(
      this.#members.flatMap((member, k) =>
        Object.entries(member.observed?.() ?? {}).flatMap(([name, values]) =>
          k === 0 ? [[name, values]] : name === "state" ? [[`${k + 1}: ${name}`, values]] : [],
        ),
      ),
    );
  }
}

function positionOf(wish: IntentColumns, s: number): number {
  if (wish.direction[s] === Direction.long) return wish.size[s];
  return wish.direction[s] === Direction.short ? -wish.size[s] : 0;
}

/** Mean and deviation (population) of what is a number; equal values give that very value and 0. */
function agreement(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    n++;
    const off = value - mean;
    mean += off / n;
    squares += off * (value - mean);
  }
  return { mean, deviation: n === 0 ? 0 : Math.sqrt(squares / n) };
}
