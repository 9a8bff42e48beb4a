/**
 * @file Stop and target of a spot holding. The venue attaches none to market orders, so each is a conditional order of its
 * own, which puts nothing aside until it is triggered. Their client ids end with what they are.
 */
import type { DecimalText } from "../../../core/index.ts";
import type { BybitAccount, BybitOutcome, OrderRow } from "../../../venues/index.ts";
import type { ProtectionRequest } from "../../broker.ts";
import { DUPLICATE_CODES } from "./reject-codes.ts";
import { amount, SPOT_STOP, SPOT_TARGET } from "./translate.ts";

const ACCEPTED: BybitOutcome = { kind: "accepted", result: {} };
const MAX_ID = 36;

export class SpotProtection {
  readonly #account: BybitAccount;

  constructor(account: BybitAccount) {
    this.#account = account;
  }

  /** Places, replaces or takes away what the request names, the stop first. The first failure is the outcome. */
  async protect(request: ProtectionRequest): Promise<BybitOutcome> {
    const open = await this.#account.openOrders({ symbol: request.symbol }).catch(() => undefined);
    if (open === undefined)
      return { kind: "unknown", reason: "what protects the holding could not be asked; nothing was sent" };
    for (const [suffix, wanted] of [
      [SPOT_STOP, request.stopPrice],
      [SPOT_TARGET, request.targetPrice],
    ] as const) {
      if (wanted === undefined) continue;
      const outcome = await this.#set(request, open, suffix, wanted);
      if (outcome.kind !== "accepted") return outcome;
    }
    return ACCEPTED;
  }

  /** Stop and target that stand for a symbol. */
  async legs(symbol: string): Promise<{ stopPrice?: DecimalText; targetPrice?: DecimalText }> {
    const open = await this.#account.openOrders({ symbol });
    const stop = open.find(({ orderLinkId }) => orderLinkId.endsWith(SPOT_STOP));
    const target = open.find(({ orderLinkId }) => orderLinkId.endsWith(SPOT_TARGET));
    return {
      ...(stop === undefined ? {} : { stopPrice: amount(stop.triggerPrice) }),
      ...(target === undefined ? {} : { targetPrice: amount(target.triggerPrice) }),
    };
  }

  async #set(
    request: ProtectionRequest,
    open: readonly OrderRow[],
    suffix: string,
    wanted: DecimalText | null,
  ): Promise<BybitOutcome> {
    const standing = open.filter(({ orderLinkId }) => orderLinkId.endsWith(suffix));
    const [first] = standing;
    if (
      wanted !== null &&
      standing.length === 1 &&
      amount(first.triggerPrice) === wanted &&
      amount(first.qty) === request.quantity
    )
      return ACCEPTED;
    if (wanted !== null) {
      // The new one stands before the old one goes, so that there is always one.
      const placed = await this.#account.create({
        symbol: request.symbol,
        side: request.held === "long" ? "Sell" : "Buy",
        orderType: "Market",
        qty: request.quantity,
        orderLinkId: request.clientOrderId.slice(0, MAX_ID - suffix.length) + suffix,
        isLeverage: 0,
        marketUnit: "baseCoin",
        orderFilter: "StopOrder",
        triggerPrice: wanted,
      });
      const placedBefore = placed.kind === "refused" && DUPLICATE_CODES.has(placed.retCode);
      if (placed.kind !== "accepted" && !placedBefore) return placed;
    }
    for (const { symbol, orderId } of standing) {
      const gone = await this.#account.cancel({ symbol, orderId });
      if (gone.kind === "unknown") return gone;
    }
    return ACCEPTED;
  }
}
