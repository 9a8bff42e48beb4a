/**
 * @file Everything that trades in one account: strategies side by side, each on symbols of its own, over one desk. What one
 * of them orders is seen by those that decide after it at the same close, in the order in which they were given.
 */
import type { ExchangeConfig } from "../../exchange/index.ts";
import { type MarketTape, tapesBeside } from "../../market/index.ts";
import { type DecisionConfig, rowWindow } from "../../risk/index.ts";
import { LiveDesk } from "../desk/live-desk.ts";
import type { LiveRows } from "../desk/live-rows.ts";
import { LiveTape } from "../desk/live-tape.ts";
import type { Entry } from "../engine/entries.ts";
import { type LivePolicy, Strategy } from "./strategy.ts";

/** One strategy, before it has rows. */
export type Member = {
  readonly name: string;
  readonly decision: DecisionConfig;
  readonly policy: (live: LiveTape) => { readonly policy: LivePolicy; readonly rows?: LiveRows };
};

export type PortfolioOptions = {
  /** Of the rows of all together; the strategy's own where there is one. */
  readonly name: string;
  readonly members: readonly Member[];
  /** The rows that each begins with: the same bars. */
  readonly histories: readonly MarketTape[];
  /** Rows of room beyond the history; a few more where the figures that are read need them. */
  readonly room: number;
  readonly exchange: ExchangeConfig;
  readonly balance: number;
};

export class Portfolio {
  readonly name: string;
  /** Of the symbols of all, in the order of the strategies. */
  readonly live: LiveTape;
  readonly desk: LiveDesk;
  readonly strategies: readonly Strategy[];
  /** Rows are let go in multiples of `grid`, and `keep` of them stay. */
  readonly #grid: number;
  readonly #keep: number;
  readonly #followers: Array<(rows: number) => void> = [];

  constructor({ name, members, histories, room, exchange, balance }: PortfolioOptions) {
    this.name = name;
    const isAlone = members.length === 1;
    const history = isAlone ? histories[0] : tapesBeside(histories);
    const { grid, least } = rowWindow(history.barMs);
    const cooldown = Math.max(...members.map(({ decision }) => decision.risk.cooldownBars));
    // What strategies were given to begin with is what they may look back on, and half of the room beside it.
    const keep = Math.max(history.bars, least, cooldown + 2);
    const capacity = Math.max(history.bars + room, keep + grid, 2 * grid);
    this.#grid = grid;
    this.#keep = Math.max(keep, Math.floor(capacity / 2));
    this.live = new LiveTape(history, capacity);
    this.desk = new LiveDesk(name, this.live, exchange);
    this.desk.reset(balance);
    let from = 0;
    this.strategies = members.map((member, i) => {
      const live = isAlone ? this.live : this.live.part(from, histories[i]);
      const { decision } = member;
      const made = new Strategy({ name: member.name, live, desk: this.desk, from, decision, ...member.policy(live) });
      from += live.tape.symbols;
      return made;
    });
  }

  get barMs(): number {
    return this.live.tape.barMs;
  }

  get symbols(): string[] {
    return this.live.tape.instruments.map(({ symbol }) => symbol);
  }

  strategyNamed(name: string): Strategy | undefined {
    return this.strategies.find((strategy) => strategy.name === name);
  }

  /** Rows that a full tape is to let go before another comes; 0 where there is room. */
  rowsToDrop(): number {
    const { tape, full } = this.live;
    return full ? Math.floor((tape.bars - this.#keep) / this.#grid) * this.#grid : 0;
  }

  /** Whoever else counts rows of the tape: told when they have moved down. */
  follow(moved: (rows: number) => void): void {
    this.#followers.push(moved);
  }

  #drop(rows: number): void {
    for (const strategy of this.strategies) strategy.beforeDrop(rows);
    this.live.drop(rows);
    this.desk.moved(rows);
    for (const strategy of this.strategies) strategy.moved(rows);
    for (const moved of this.#followers) moved(rows);
  }

  observe(): void {
    for (const strategy of this.strategies) strategy.observe();
  }

  /** One entry of the journal. @param replaying whether the decisions of the past are read, and not made */
  apply(entry: Entry, replaying: boolean): void {
    if (entry.kind === "compacted") {
      if (entry.strategy === this.name) this.#drop(entry.rows);
      return;
    }
    this.desk.apply(entry, replaying);
    for (const strategy of this.strategies) strategy.apply(entry);
  }
}
