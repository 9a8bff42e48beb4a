/**
 * @file A strategy at work: policy and decision step over one growing tape. What it does at the close of a bar is what a
 * backtest does there, step by step. Sizing and risk look at the whole account, whatever else trades in it.
 */
import { clearIntents, type IntentColumns, intentColumns } from "../../core/index.ts";
import { AccountStatus } from "../../exchange/index.ts";
import { type DecisionContext, DeskView, type HeldPolicy, type Policy } from "../../policy/index.ts";
import { type DecisionConfig, DecisionLog, DecisionStep } from "../../risk/index.ts";
import type { LiveDesk } from "../desk/live-desk.ts";
import type { LiveRows } from "../desk/live-rows.ts";
import type { LiveTape } from "../desk/live-tape.ts";
import { partOfDesk } from "../desk/part-desk.ts";
import type { DecisionWhy } from "../engine/decision-why.ts";
import type { Entry, Target } from "../engine/entries.ts";
import { decisionWhy } from "./decision-record.ts";

/** What decides, and what it remembers by numbers of rows: all of it, or all but the features, which have rows of their own. */
export type LivePolicy = Policy & Pick<HeldPolicy, "shift">;

export type StrategyParts = {
  readonly name: string;
  /** Of the strategy's symbols alone. */
  readonly live: LiveTape;
  /** Of the account. */
  readonly desk: LiveDesk;
  /** Where the strategy's symbols begin among those of the account. Default: 0. */
  readonly from?: number;
  readonly policy: LivePolicy;
  readonly decision: DecisionConfig;
  /** Features of the tape; a rule needs none. */
  readonly rows?: LiveRows;
};

export class Strategy {
  readonly name: string;
  readonly live: LiveTape;
  readonly desk: LiveDesk;
  readonly step: DecisionStep;
  readonly #from: number;
  readonly #policy: LivePolicy;
  readonly #rows: LiveRows | undefined;
  /** Of the strategy's symbols, and of all that the account trades: what is not its own is held as it is. */
  readonly #intents: IntentColumns;
  readonly #all: IntentColumns;
  readonly #context: DecisionContext;
  readonly #log = new DecisionLog();
  /** What the policy's sizes are multiplied by, in [0, 1]. */
  scale = 1;
  /** The bar of the last decision; the policy is begun anew where bars lie between. */
  #decided = -2;
  #observed = -1;

  constructor({ name, live, desk, from = 0, policy, decision, rows }: StrategyParts) {
    this.name = name;
    this.live = live;
    this.desk = desk;
    this.#from = from;
    this.#policy = policy;
    this.#rows = rows;
    this.step = new DecisionStep(desk, decision.sizing, decision.risk, { recorder: this.#log });
    const { symbols } = live.tape;
    const isAlone = symbols === desk.tape.symbols;
    this.#intents = intentColumns(symbols);
    this.#all = isAlone ? this.#intents : intentColumns(desk.tape.symbols);
    const own = isAlone ? desk : partOfDesk(desk, live.tape, from);
    this.#context = {
      tape: live.tape,
      desk: new DeskView(own, 0),
      exchange: own,
      account: 0,
      bar: live.lastBar,
      permissions: new Uint8Array(symbols),
    };
  }

  /** Features, permissions and the account's day at the newest complete bar, decided or not. Twice does no harm. */
  observe(): void {
    const bar = this.live.lastBar;
    if (bar === this.#observed) return;
    this.#observed = bar;
    this.#rows?.advance(this.live.tape, bar);
    this.#context.bar = bar;
    const { permissions } = this.#context;
    for (let s = 0; s < permissions.length; s++) permissions[s] = this.step.permissions(0, this.#from + s);
  }

  /** Before the oldest `rows` of the tape go: features read what they have not read yet. */
  beforeDrop(rows: number): void {
    this.#rows?.advance(this.live.tape, this.live.lastBar);
    this.step.move(rows);
  }

  /** The rows of the tape have moved down by `rows`: what is remembered of them goes along. */
  moved(rows: number): void {
    const context = this.#context;
    this.#rows?.moved(rows);
    if (this.#policy.moved === undefined) this.#policy.shift?.(rows);
    else this.#policy.moved(rows);
    // That of the account moves with the account.
    if (context.exchange !== this.desk) context.exchange.liquidity.moved(rows);
    context.firstBar = (context.firstBar ?? 0) + rows;
    context.bar -= rows;
    this.#decided -= rows;
    this.#observed -= rows;
  }

  /** What is wanted at the close of the newest complete bar; nothing of an account that was liquidated. */
  async decide(): Promise<Target[]> {
    return (await this.think()) ? this.size() : [];
  }

  /** The policy's part: what it sees now is what it decides on. False where the account was liquidated. */
  async think(): Promise<boolean> {
    this.#log.clear();
    if (this.desk.book.status[0] !== AccountStatus.active) return false;
    const bar = this.live.lastBar;
    this.observe();
    if (this.#decided !== bar - 1) await this.#policy.reset(this.#context);
    this.#decided = bar;
    clearIntents(this.#intents);
    const pending = this.#policy.decide(this.#context, this.#intents);
    if (pending instanceof Promise) await pending;
    if (this.scale !== 1) for (let s = 0; s < this.#intents.size.length; s++) this.#intents.size[s] *= this.scale;
    return true;
  }

  /** Sizing and risk on the account as it is now. */
  size(): Target[] {
    if (this.#all !== this.#intents) {
      clearIntents(this.#all);
      for (const [name, column] of Object.entries(this.#intents)) {
        this.#all[name as keyof IntentColumns].set(column, this.#from);
      }
    }
    this.step.apply(0, this.#all);
    return this.desk.takeTargets();
  }

  /** What entries change in a strategy besides its account: its scale, and budgets that were read anew. */
  apply(entry: Entry): void {
    if (entry.kind === "scale" && entry.strategy === this.name) this.scale = entry.factor;
    if (entry.kind === "command" && entry.command === "reload" && entry.budget !== undefined) {
      this.step.sizer.reload(entry.budget);
    }
  }

  /** Why the last decision came out as it did; undefined where nothing was decided. */
  why(): DecisionWhy | undefined {
    if (this.#log.count === 0) return undefined;
    const own = { from: this.#from, symbols: this.live.tape.symbols };
    return decisionWhy(this.#policy, this.step, this.desk, this.#log, own);
  }
}
