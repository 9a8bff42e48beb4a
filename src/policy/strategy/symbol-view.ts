/** @file What a strategy sees of one symbol, over the columns of a tape. */
import { Direction, type IntentColumns, TidemarkError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { Permission } from "../../risk/choices.ts";
import type { DecisionContext } from "../policy.ts";
import type { OrderBrackets, SymbolView } from "./strategy.ts";

/** What all symbols of a strategy share at a bar. */
export type Moment = {
  context: DecisionContext;
  intents: IntentColumns;
  /** `[S*F]` of the bar. */
  features: Float32Array;
  readonly names: readonly string[];
  readonly views: SymbolView[];
};

type Column = "open" | "high" | "low" | "close" | "volume" | "funding";

export class LiveSymbolView implements SymbolView {
  readonly index: number;
  readonly #moment: Moment;

  constructor(moment: Moment, index: number) {
    this.#moment = moment;
    this.index = index;
  }

  get #tape(): MarketTape {
    return this.#moment.context.tape;
  }

  get name(): string {
    return this.#tape.instruments[this.index].symbol;
  }

  /** Row of the tape at hand, which may be a stretch of the history. */
  get #row(): number {
    return this.#moment.context.bar;
  }

  get bar(): number {
    const { bar, firstBar = 0 } = this.#moment.context;
    return firstBar + bar;
  }

  get barMs(): number {
    return this.#tape.barMs;
  }

  get timeMs(): number {
    return this.#tape.timeMs[this.#row];
  }

  get present(): boolean {
    return this.#tape.present[this.#row * this.#tape.symbols + this.index] === 1;
  }

  #at(column: Column, back: number): number {
    if (!(back >= 0)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `A strategy asked for a bar that has not happened: back = ${back}`,
        where: `${this.name}, bar ${this.bar}`,
        fix: "Ask for 0 (this bar) or more bars back.",
      });
    }
    const bar = this.#row - Math.floor(back);
    if (bar < 0 && (this.#moment.context.firstBar ?? 0) > 0) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `The strategy looks ${Math.floor(back)} bars back, and ${this.#row} before this one are kept`,
        where: `${this.name}, bar ${this.bar}`,
        fix: "Say so by its `warmup`: as many are kept. A backtest runs without --stream, or keeps more with --keep-bars.",
      });
    }
    return bar < 0 ? Number.NaN : this.#tape[column][bar * this.#tape.symbols + this.index];
  }

  open(back = 0): number {
    return this.#at("open", back);
  }

  high(back = 0): number {
    return this.#at("high", back);
  }

  low(back = 0): number {
    return this.#at("low", back);
  }

  close(back = 0): number {
    return this.#at("close", back);
  }

  volume(back = 0): number {
    return this.#at("volume", back);
  }

  funding(back = 0): number {
    return this.#at("funding", back);
  }

  highest(bars: number): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let back = 1; back <= bars; back++) most = Math.max(most, this.high(back));
    return most;
  }

  lowest(bars: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let back = 1; back <= bars; back++) least = Math.min(least, this.low(back));
    return least;
  }

  mean(bars: number): number {
    let sum = 0;
    for (let back = 1; back <= bars; back++) sum += this.close(back);
    return sum / bars;
  }

  deviation(bars: number): number {
    const mean = this.mean(bars);
    let squares = 0;
    for (let back = 1; back <= bars; back++) squares += (this.close(back) - mean) ** 2;
    return Math.sqrt(squares / bars);
  }

  feature(name: string): number {
    const { names, features } = this.#moment;
    const column = names.indexOf(name);
    if (column >= 0) return features[this.index * names.length + column];
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The strategy reads "${name}" and does not name it among its features`,
      fix: names.length === 0 ? `Add features: ["${name}"].` : `It names ${names.join(", ")}.`,
    });
  }

  get exposure(): number {
    const { desk } = this.#moment.context;
    const { multiplier } = this.#tape.instruments[this.index];
    return desk.equity > 0 ? (desk.position(this.index) * multiplier * this.close()) / desk.equity : 0;
  }

  get entryPrice(): number {
    return this.#moment.context.desk.entryPrice(this.index);
  }

  get barsHeld(): number {
    const entry = this.#moment.context.desk.entryBar(this.index);
    return this.#moment.context.desk.position(this.index) === 0 ? 0 : this.#row - entry;
  }

  get mayLong(): boolean {
    return (this.#moment.context.permissions[this.index] & Permission.long) !== 0;
  }

  get mayShort(): boolean {
    return (this.#moment.context.permissions[this.index] & Permission.short) !== 0;
  }

  other(name: string): SymbolView {
    const found = this.#moment.views.find((view) => view.name === name);
    if (found !== undefined) return found;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The strategy asks for ${name}, which is not on the tape`,
      fix: `Name it with --symbols; there are ${this.#moment.views.map((view) => view.name).join(", ")}.`,
    });
  }

  #want(direction: Direction, size: number, { stop = 0, target = 0, trail = 0, bars = 0 }: OrderBrackets): void {
    const { intents } = this.#moment;
    const s = this.index;
    if (!(size >= 0 && size <= 1)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `A size is a share of what sizing allows, in [0, 1], was ${size}`,
        where: `${this.name}, bar ${this.bar}`,
        fix: "Keep it between 0 and 1.",
      });
    }
    intents.direction[s] = direction;
    intents.size[s] = size;
    intents.stopDistance[s] = stop;
    intents.targetDistance[s] = target;
    intents.trailDistance[s] = trail;
    intents.maxBars[s] = bars;
  }

  long(size: number, brackets: OrderBrackets = {}): void {
    this.#want(Direction.long, size, brackets);
  }

  short(size: number, brackets: OrderBrackets = {}): void {
    this.#want(Direction.short, size, brackets);
  }

  flat(): void {
    this.#want(Direction.flat, 0, {});
  }
}
