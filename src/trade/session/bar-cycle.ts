/**
 * @file What happens at the close of a bar, in order: the row, the end of the bar that ran, the decision, the open of the next.
 * One function for replays and for live data, so that they differ in where rows and opens come from alone.
 */
import type { Broker } from "../broker.ts";
import type { BarBroker } from "../brokers/paper/paper-broker.ts";
import type { TapeRow } from "../desk/live-tape.ts";
import type { TradeSession } from "./session.ts";
import type { Strategy } from "./strategy.ts";

export type Opens = {
  readonly openMs: number;
  readonly prices: ReadonlyArray<number | null>;
  readonly funding: readonly number[];
  readonly due?: ReadonlyArray<readonly [atOpen: number, within: number]>;
};

export class BarCycle {
  readonly #session: TradeSession;
  readonly #strategy: Strategy;
  readonly #paper: BarBroker | undefined;

  constructor(session: TradeSession, strategy: Strategy, broker: Broker) {
    this.#session = session;
    this.#strategy = strategy;
    this.#paper = "openBar" in broker ? (broker as BarBroker) : undefined;
  }

  /** A row is complete: the bar that ran ends. */
  async close(openMs: number, rows: readonly TapeRow[]): Promise<void> {
    const { name, live } = this.#strategy;
    const ran = live.begun;
    this.#session.deliver({ kind: "row", strategy: name, openMs, rows, late: false });
    if (this.#paper !== undefined) {
      if (!ran) this.#paper.openBar();
      this.#paper.closeBar();
    }
    await this.#session.idle();
    this.#session.deliver({ kind: "closed", strategy: name });
  }

  /** The decision at the close of the newest row. */
  async decide(): Promise<void> {
    const { name, live, barMs } = this.#strategy;
    const closeMs = live.lastOpenMs + barMs;
    const saw = this.#session.engine.state.seq;
    const targets = await this.#strategy.decide();
    const why = this.#strategy.why();
    this.#session.deliver({
      kind: "decision",
      strategy: name,
      closeMs,
      targets,
      saw,
      ...(why === undefined ? {} : { why }),
    });
    await this.#session.idle();
  }

  /** The next bar begins at these prices: on paper, orders fill there. */
  async open(opens: Opens): Promise<void> {
    this.#session.deliver({ kind: "open", strategy: this.#strategy.name, ...opens });
    this.#paper?.openBar();
    await this.#session.idle();
  }
}
