/** @file An account at Bybit in the venue's own words: typed commands, and questions read to their last page. */
import type {
  AmendOrderParamsV5,
  CancelAllOrdersParamsV5,
  CancelOrderParamsV5,
  OrderParamsV5,
  SetTradingStopParamsV5,
} from "bybit-api";
import type { z } from "zod";
import type { BybitOutcome } from "./outcome.ts";
import type { BybitRest } from "./rest.ts";
import {
  accountInfoSchema,
  type ExecutionRow,
  executionRowSchema,
  type KeyInfo,
  keyInfoSchema,
  type LinearContractRow,
  linearContractSchema,
  type OrderRow,
  orderRowSchema,
  type PositionRow,
  pageSchema,
  positionRowSchema,
  priceLimitSchema,
  readRows,
  type SpotContractRow,
  spotContractSchema,
  type WalletRow,
  walletRowSchema,
} from "./rows.ts";

export type BybitCategory = "linear" | "spot";
export type CreateOrder = Omit<OrderParamsV5, "category">;
export type AmendOrder = Omit<AmendOrderParamsV5, "category">;
export type CancelOrder = Omit<CancelOrderParamsV5, "category">;
export type CancelAll = Omit<CancelAllOrdersParamsV5, "category">;
export type TradingStop = Omit<SetTradingStopParamsV5, "category">;

/** A venue that goes on telling of further pages is in trouble. */
const MAX_PAGES = 200;
/** The longest range that executions and history are told of in one question. */
const WEEK_MS = 604_800_000;

type Page = { readonly list: readonly unknown[]; readonly next: string };

export class BybitAccount {
  readonly rest: BybitRest;
  readonly category: BybitCategory;
  /** Rows that could not be read since the start: schema drift shows here. */
  unreadable = 0;

  constructor(rest: BybitRest, category: BybitCategory) {
    this.rest = rest;
    this.category = category;
  }

  create(order: CreateOrder): Promise<BybitOutcome> {
    const protects = order.reduceOnly === true || order.orderFilter === "StopOrder";
    const lane = protects ? "cancel" : "trade";
    const command = { group: "create", lane, where: `order ${order.orderLinkId ?? ""}` } as const;
    return this.rest.send(command, (client) => client.submitOrder({ ...order, category: this.category }));
  }

  amend(change: AmendOrder): Promise<BybitOutcome> {
    const command = { group: "amend", lane: "trade", where: `amend ${change.orderLinkId ?? ""}` } as const;
    return this.rest.send(command, (client) => client.amendOrder({ ...change, category: this.category }));
  }

  cancel(order: CancelOrder): Promise<BybitOutcome> {
    const command = {
      group: "cancel",
      lane: "cancel",
      where: `cancel ${order.orderLinkId ?? order.orderId ?? ""}`,
    } as const;
    return this.rest.send(command, (client) => client.cancelOrder({ ...order, category: this.category }));
  }

  cancelAll(scope: CancelAll): Promise<BybitOutcome> {
    const command = { group: "cancel-all", lane: "cancel", where: "cancel all" } as const;
    return this.rest.send(command, (client) => client.cancelAllOrders({ ...scope, category: this.category }));
  }

  tradingStop(stop: TradingStop): Promise<BybitOutcome> {
    const command = { group: "trading-stop", lane: "cancel", where: `trading stop ${stop.symbol}` } as const;
    return this.rest.send(command, (client) => client.setTradingStop({ ...stop, category: "linear" }));
  }

  setLeverage(symbol: string, leverage: string): Promise<BybitOutcome> {
    const command = { group: "leverage", lane: "trade", where: `leverage ${symbol}` } as const;
    const request = { category: "linear", symbol, buyLeverage: leverage, sellLeverage: leverage } as const;
    return this.rest.send(command, (client) => client.setLeverage(request));
  }

  /** An order by client id among the open and recent ones; undefined where the venue knows none. */
  async recentOrder(symbol: string, orderLinkId: string): Promise<OrderRow | undefined> {
    const question = { group: "orders", where: `order ${orderLinkId}`, schema: pageSchema } as const;
    const page = await this.rest.ask(question, (client) =>
      client.getActiveOrders({ category: this.category, symbol, orderLinkId }),
    );
    return this.#rows(orderRowSchema, page.list).find((row) => row.orderLinkId === orderLinkId);
  }

  /** An order by client id in the history: a little late, and without fills for a day only. */
  async pastOrder(symbol: string, orderLinkId: string): Promise<OrderRow | undefined> {
    const question = { group: "history", where: `history of order ${orderLinkId}`, schema: pageSchema } as const;
    const page = await this.rest.ask(question, (client) =>
      client.getHistoricOrders({ category: this.category, symbol, orderLinkId }),
    );
    return this.#rows(orderRowSchema, page.list).find((row) => row.orderLinkId === orderLinkId);
  }

  /** All working orders of a symbol, or of everything that settles in a coin. */
  async openOrders(scope: { readonly symbol: string } | { readonly settleCoin: string }): Promise<OrderRow[]> {
    const question = { group: "orders", where: "open orders", schema: pageSchema } as const;
    return this.#rows(
      orderRowSchema,
      await this.#pages((cursor) =>
        this.rest.ask(question, (client) =>
          client.getActiveOrders({ category: this.category, ...scope, openOnly: 0, limit: 50, ...cursor }),
        ),
      ),
    );
  }

  /** Executions of a week or less, oldest first. */
  async executions(fromMs: number, toMs: number): Promise<ExecutionRow[]> {
    const rows: ExecutionRow[] = [];
    for (let startTime = Math.max(0, Math.floor(fromMs)); startTime <= toMs; startTime += WEEK_MS) {
      const endTime = Math.min(Math.ceil(toMs), startTime + WEEK_MS - 1);
      const question = { group: "executions", where: "executions", schema: pageSchema } as const;
      const list = await this.#pages((cursor) =>
        this.rest.ask(question, (client) =>
          client.getExecutionList({ category: this.category, startTime, endTime, limit: 100, ...cursor }),
        ),
      );
      rows.push(...this.#rows(executionRowSchema, list).reverse());
    }
    return rows;
  }

  /** Rows of a symbol, flat ones too: two in hedge mode. */
  async positionsOf(symbol: string): Promise<PositionRow[]> {
    const question = { group: "positions", where: `position ${symbol}`, schema: pageSchema } as const;
    const page = await this.rest.ask(question, (client) => client.getPositionInfo({ category: "linear", symbol }));
    return this.#rows(positionRowSchema, page.list);
  }

  /** All positions that settle in a coin and are not flat. */
  async positions(settleCoin: string): Promise<PositionRow[]> {
    const question = { group: "positions", where: "positions", schema: pageSchema } as const;
    const list = await this.#pages((cursor) =>
      this.rest.ask(question, (client) =>
        client.getPositionInfo({ category: "linear", settleCoin, limit: 200, ...cursor }),
      ),
    );
    return this.#rows(positionRowSchema, list);
  }

  async wallet(): Promise<WalletRow | undefined> {
    const question = { group: "wallet", where: "wallet", schema: pageSchema } as const;
    const page = await this.rest.ask(question, (client) => client.getWalletBalance({ accountType: "UNIFIED" }));
    return this.#rows(walletRowSchema, page.list)[0];
  }

  async marginMode(): Promise<string> {
    const question = { group: "account", where: "account", schema: accountInfoSchema } as const;
    return (await this.rest.ask(question, (client) => client.getAccountInfo())).marginMode;
  }

  keyInfo(): Promise<KeyInfo> {
    const question = { group: "key", where: "key", schema: keyInfoSchema } as const;
    return this.rest.ask(question, (client) => client.getQueryApiKey());
  }

  async contracts(symbol: string): Promise<Array<LinearContractRow | SpotContractRow>> {
    const question = { group: "public", where: `contract ${symbol}`, schema: pageSchema } as const;
    const page = await this.rest.ask(question, (client) =>
      client.getInstrumentsInfo({ category: this.category, symbol }),
    );
    const schema: z.ZodType<LinearContractRow | SpotContractRow> =
      this.category === "linear" ? linearContractSchema : spotContractSchema;
    return this.#rows(schema, page.list);
  }

  /** The band of prices that orders may name now. */
  async priceLimit(symbol: string): Promise<{ readonly buyLmt: string; readonly sellLmt: string }> {
    const question = { group: "public", where: `price limit ${symbol}`, schema: priceLimitSchema } as const;
    return this.rest.ask(question, (client) => client.getOrderPriceLimit({ category: this.category, symbol }));
  }

  async #pages(ask: (cursor: { cursor?: string }) => Promise<z.infer<typeof pageSchema>>): Promise<unknown[]> {
    const all: unknown[] = [];
    let next = "";
    for (let i = 0; i < MAX_PAGES; i++) {
      const page: Page = await ask(next === "" ? {} : { cursor: next }).then((told) => ({
        list: told.list,
        next: told.nextPageCursor ?? "",
      }));
      all.push(...page.list);
      if (page.next === "" || page.next === next || page.list.length === 0) break;
      ({ next } = page);
    }
    return all;
  }

  #rows<T>(schema: z.ZodType<T>, list: unknown): T[] {
    const { rows, unreadable } = readRows(schema, list);
    this.unreadable += unreadable;
    return rows;
  }
}
