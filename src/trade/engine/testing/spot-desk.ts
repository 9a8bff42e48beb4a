/** @file A desk of spot: its venue keeps stop and target as orders of their own. A holding of 1 is guarded at 95 and 110. */
import { exactText } from "../../../core/index.ts";
import type { BrokerExecution, BrokerOrder, OrderRequest } from "../../broker.ts";
import type { EngineConfig } from "../config.ts";
import type { Effect } from "../entries.ts";
import { Desk } from "./desk.ts";

const SPOT = { attachedBrackets: false, protection: "orders", shortSelling: false } as const;

export const requests = (effects: readonly Effect[]): OrderRequest[] =>
  effects.flatMap((effect) => (effect.do === "submit" ? [effect.request] : []));
export const cancels = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.do === "cancel" ? [effect.request.clientOrderId ?? ""] : []));
export const brief = (effects: readonly Effect[]) =>
  requests(effects).map(({ protects, side, quantity, trigger }) => [protects, side, quantity, trigger?.price]);

/** Follows a spot holding of 1, bought at 100, with a stop at 95 and a target at 110. */
export class SpotDesk extends Desk {
  stop = "";
  target = "";

  constructor(over: Partial<EngineConfig> = {}) {
    super(over, SPOT);
  }

  accept(id: string): readonly Effect[] {
    return this.give({
      kind: "submitted",
      clientOrderId: id,
      outcome: { outcome: "acknowledged", orderId: id, duplicate: false },
    });
  }

  /** What the venue says of one of our orders. */
  told(id: string, over: Partial<BrokerOrder>): BrokerOrder {
    const { request } = this.engine.state.orders[id];
    return this.order({ orderId: id, clientOrderId: id, side: request.side, quantity: request.quantity, ...over });
  }

  tell(id: string, over: Partial<BrokerOrder>): readonly Effect[] {
    return this.event({ kind: "order", order: this.told(id, over) });
  }

  execute(id: string, quantity: string, over: Partial<BrokerExecution> = {}): readonly Effect[] {
    return this.fill(quantity, "sell", { clientOrderId: id, orderId: id, executionId: `${id} ${this.nowMs}`, ...over });
  }

  /** The whole of one has filled. */
  filled(id: string, quantity = "1"): readonly Effect[] {
    return [...this.execute(id, quantity), ...this.tell(id, { status: "filled", filled: exactText(quantity) })];
  }

  buy(quantity = "1"): readonly Effect[] {
    const [entry] = requests(this.want(quantity, { targetDistance: 0.1 }));
    this.accept(entry.clientOrderId);
    this.fill(quantity, "buy", { clientOrderId: entry.clientOrderId });
    return this.tell(entry.clientOrderId, { status: "filled", filled: exactText(quantity) });
  }

  get open(): string[] {
    return this.engine.state.live.filter((id) => this.engine.state.orders[id].request.purpose === "protection");
  }
}

export function guarded(over: Partial<EngineConfig> = {}): SpotDesk {
  const desk = new SpotDesk(over);
  desk.buy();
  desk.stop = desk.open[0];
  const [target] = requests(desk.accept(desk.stop));
  desk.target = target.clientOrderId;
  desk.accept(desk.target);
  desk.nowMs += 1_000;
  desk.quote();
  return desk;
}
