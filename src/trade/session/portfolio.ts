/**
 * @file Everything that trades in one account: strategies side by side, each on symbols of its own, over one desk. What one
 * of them orders is seen by those that decide after it at the same close, in the order in which they were given.
 */
import type { ExchangeConfig } from "../../exchange/index.ts";
import { type MarketTape, tapesBeside } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { LiveDesk } from "../desk/live-desk.ts";
import type { LiveRows } from "../desk/live-rows.ts";
import { LiveTape } from "../desk/live-tape.ts";
import type { Entry } from "../engine/entries.ts";
import { Strategy } from "./strategy.ts";

/** One strategy, before it has rows. */
export type Member = {
  readonly name: string;
  readonly decision: DecisionConfig;
  readonly policy: (live: LiveTape) => { readonly policy: Policy; readonly rows?: LiveRows };
};

export type PortfolioOptions = {
  /** Of the rows of all together; the strategy's own where there is one. */
  readonly name: string;
  readonly members: readonly Member[];
  /** The rows that each begins with: the same bars. */
  readonly histories: readonly MarketTape[];
  /** Rows of room beyond the history. */
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

  constructor({ name, members, histories, room, exchange, balance }: PortfolioOptions) {
    this.name = name;
    const isAlone = members.length === 1;
    const history = isAlone ? histories[0] : tapesBeside(histories);
    this.live = new LiveTape(history, history.bars + room);
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

  observe(): void {
    for (const strategy of this.strategies) strategy.observe();
  }

  /** One entry of the journal. @param replaying whether the decisions of the past are read, and not made */
  apply(entry: Entry, replaying: boolean): void {
    this.desk.apply(entry, replaying);
    for (const strategy of this.strategies) strategy.apply(entry);
  }
}
