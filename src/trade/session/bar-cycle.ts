/**
 * @file What happens at the close of a bar, in order: the row, the end of the bar that ran, the decision, the open of the next.
 * One function for replays and for live data, so that they differ in where rows and opens come from alone.
 */
import type { Broker } from "../broker.ts";
import type { BarBroker } from "../brokers/paper/paper-broker.ts";
import type { TapeRow } from "../desk/live-tape.ts";
import type { Portfolio } from "./portfolio.ts";
import type { TradeSession } from "./session.ts";
import type { Strategy } from "./strategy.ts";

export type Opens = {
  readonly openMs: number;
  readonly prices: ReadonlyArray<number | null>;
  readonly funding: readonly number[];
  readonly due?: ReadonlyArray<readonly [atOpen: number, within: number]>;
  readonly marks?: readonly number[];
};

export class BarCycle {
  readonly #session: TradeSession;
  readonly #portfolio: Portfolio;
  readonly #paper: BarBroker | undefined;

  constructor(session: TradeSession, portfolio: Portfolio, broker: Broker) {
    this.#session = session;
    this.#portfolio = portfolio;
    this.#paper = "openBar" in broker ? (broker as BarBroker) : undefined;
  }

  /** A row is complete: the bar that ran ends. */
  async close(openMs: number, rows: readonly TapeRow[]): Promise<void> {
    const { name, live } = this.#portfolio;
    const ran = live.begun;
    this.#session.deliver({ kind: "row", strategy: name, openMs, rows, late: false });
    // A session that has failed has not taken the row: its cause is told, and not what follows from it.
    if (this.#session.failure !== undefined) return;
    if (this.#paper !== undefined) {
      if (!ran) this.#paper.openBar();
      this.#paper.closeBar();
    }
    await this.#session.idle();
    this.#session.deliver({ kind: "closed", strategy: name });
  }

  /** The decisions at the close of the newest row, one strategy after the other. */
  async decide(): Promise<void> {
    for (const strategy of this.#portfolio.strategies) await this.#decide(strategy);
    await this.#session.idle();
  }

  async #decide(strategy: Strategy): Promise<void> {
    const { live, barMs } = this.#portfolio;
    const closeMs = live.lastOpenMs + barMs;
    const saw = this.#session.engine.state.seq;
    const targets = await strategy.decide();
    const why = strategy.why();
    this.#session.deliver({
      kind: "decision",
      strategy: strategy.name,
      closeMs,
      targets,
      saw,
      ...(why === undefined ? {} : { why }),
    });
  }

  /** The next bar begins at these prices: on paper, orders fill there. */
  async open(opens: Opens): Promise<void> {
    this.#session.deliver({ kind: "open", strategy: this.#portfolio.name, ...opens });
    if (this.#session.failure !== undefined) return;
    this.#paper?.openBar();
    await this.#session.idle();
  }
}
