/**
 * @file What every broker must keep, whatever stands behind it. Called with a way to open one against a place that the test
 * controls; registers the tests. A broker that can't do a thing says so in its capabilities and is not asked for it.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DecimalText, decimal, exactText, floorToStep } from "../../core/index.ts";
import type { Broker, BrokerEvent, BrokerExecution, OrderRequest, ProtectionRequest } from "../broker.ts";

/** How the place behind the broker treats the next matching request. */
export type PlannedFault =
  /** The request takes effect and its reply is lost. */
  | "lost-reply"
  /** The request is lost on its way. */
  | "lost-request"
  /** The next execution is reported twice. */
  | "duplicate-execution"
  /** The private stream drops, misses what happens meanwhile, and comes back. */
  | "reconnect";

export type BrokerHarness = {
  readonly broker: Broker;
  /** A symbol with tick 0.1, minimum notional 5, and 10,000 of quote currency in the account. */
  readonly symbol: string;
  /** Default: 0.001. */
  readonly lotStep?: string;
  /** Puts the market there; resting orders and triggers react. */
  setQuote(bid: string, ask: string): Promise<void>;
  /** Lets what is under way arrive; where orders fill at opens, the next bar is played at the quote. */
  settle(): Promise<void>;
  /** With `capabilities.targets` alone: the order as the whole target that it comes to, with brackets at these prices. */
  readonly whole?: (order: OrderRequest) => OrderRequest;
  /** Absent where the place has no such fault. */
  readonly fault?: (fault: PlannedFault) => void;
  close(): Promise<void>;
};

export function testBrokerContract(name: string, open: () => Promise<BrokerHarness>): void {
  describe(`${name} keeps the broker contract`, () => {
    let place: BrokerHarness;
    let events: BrokerEvent[];
    let count = 0;

    const order = (over: Partial<OrderRequest> = {}): OrderRequest => {
      const plain: OrderRequest = {
        clientOrderId: `contract-${++count}`,
        symbol: place.symbol,
        side: "buy",
        purpose: "entry",
        type: "market",
        timeInForce: "ioc",
        quantity: exactText("0.1"),
        reduceOnly: false,
        ...over,
      };
      return place.whole?.(plain) ?? plain;
    };
    const takesTargets = (): boolean => place.broker.capabilities.targets;
    /** Sent, and at work: a whole target is so until the next open, which then decides on it. */
    const putToWork = async (sent: OrderRequest): Promise<void> => {
      await place.broker.submit(sent);
      if (!takesTargets()) await place.settle();
    };
    /** Why the place would not have the order: at once, or where whole targets are taken at the next open. */
    const refusalOf = async (sent: OrderRequest): Promise<string | undefined> => {
      const told = await place.broker.submit(sent);
      await place.settle();
      if (told.outcome === "rejected") return told.code;
      const found = await place.broker.orderByClientId(place.symbol, sent.clientOrderId);
      return found?.status === "cancelled" ? found.reason : undefined;
    };
    const resting = (over: Partial<OrderRequest> = {}): OrderRequest =>
      order({ type: "limit", timeInForce: "gtc", price: exactText("90"), ...over });
    const executions = (): BrokerExecution[] => events.flatMap((e) => (e.kind === "execution" ? [e.execution] : []));
    /** Sets stop and target of 0.1 that are held; the ids that name them where they are orders of their own. */
    const guard = async (stopPrice: string, targetPrice?: string): Promise<{ stop: string; target: string }> => {
      const prices = { stop: stopPrice, target: targetPrice };
      const ids = { stop: `contract-${++count}_s`, target: `contract-${count}_t` };
      if (takesTargets()) {
        // What is held, wanted once more with other brackets.
        const target = targetPrice === undefined ? {} : { targetPrice: exactText(targetPrice) };
        const told = await place.broker.submit(
          order({ quantity: exactText("0"), stopPrice: exactText(stopPrice), ...target }),
        );
        expect(told.outcome).toBe("acknowledged");
      } else if (place.broker.capabilities.protection === "position") {
        const request = { symbol: place.symbol, held: "long", quantity: exactText("0.1") } as const;
        const target = targetPrice === undefined ? {} : { targetPrice: exactText(targetPrice) };
        const told = await place.broker.protect({
          ...request,
          stopPrice: exactText(stopPrice),
          ...target,
          clientOrderId: ids.stop,
        });
        expect(told.outcome).toBe("acknowledged");
      } else {
        for (const leg of ["stop", "target"] as const) {
          const price = prices[leg];
          if (price === undefined) continue;
          const told = await place.broker.submit(
            order({
              clientOrderId: ids[leg],
              side: "sell",
              purpose: "protection",
              protects: leg,
              reduceOnly: true,
              quantity: floorToStep(decimal(await held()), decimal(place.lotStep ?? "0.001")).toFixed() as DecimalText,
              trigger: { price: exactText(price), when: leg === "stop" ? "falls" : "rises", by: "last" },
            }),
          );
          expect(told.outcome).toBe("acknowledged");
        }
      }
      await place.settle();
      return ids;
    };
    /** Stop and target of the position, or those orders, as the venue shows them. */
    const protection = async (): Promise<Array<string | undefined>> => {
      if (place.broker.capabilities.protection === "position") {
        const leg = (await place.broker.positions()).find(({ quantity }) => quantity !== "0");
        return [leg?.stopPrice, leg?.targetPrice];
      }
      const working = await place.broker.openOrders();
      return ["stop", "target"].map((role) => working.find((one) => one.role === role)?.triggerPrice);
    };
    /** Fees that were kept in the coin itself leave less than was bought. */
    const keptInCoin = (): string =>
      executions()
        .filter(({ feeCurrency }) => place.symbol.startsWith(feeCurrency))
        .reduce((sum, { fee }) => sum.plus(fee), decimal("0"))
        .toFixed();
    const held = async (): Promise<string> => {
      const legs = await place.broker.positions();
      return legs
        .filter(({ symbol }) => symbol === place.symbol)
        .reduce((sum, { quantity }) => sum.plus(quantity), decimal("0"))
        .toFixed();
    };

    beforeEach(async () => {
      place = await open();
      events = [];
      await place.setQuote("100", "100.1");
      await place.broker.start([place.symbol], (event) => events.push(event));
      await place.settle();
    });
    afterEach(async () => {
      await place.broker.stop();
      await place.close();
    });

    test("says what it can, who the account is and what the venue demands", async () => {
      const mode = await place.broker.accountMode();
      expect(mode.accountId.length).toBeGreaterThan(0);
      const rules = (await place.broker.rules()).find(({ symbol }) => symbol === place.symbol);
      expect([rules?.tick, rules?.lotStep, rules?.minNotional]).toEqual(["0.1", place.lotStep ?? "0.001", "5"]);
    });

    test("a market order is acknowledged, filled, and shows in position, order and executions", async () => {
      const sent = order();
      expect((await place.broker.submit(sent)).outcome).toBe("acknowledged");
      await place.settle();
      const filled = executions().filter(({ clientOrderId }) => clientOrderId === sent.clientOrderId);
      const total = filled.reduce((sum, { quantity }) => sum.plus(quantity), decimal("0"));
      expect(total.toFixed(), "executions sum to the order").toBe("0.1");
      expect(await held()).toBe(decimal("0.1").minus(keptInCoin()).toFixed());
      const found = await place.broker.orderByClientId(place.symbol, sent.clientOrderId);
      expect([found?.status, found?.filled]).toEqual(["filled", "0.1"]);
      expect(filled.every(({ fee, kind }) => kind === "trade" && decimal(fee).gt(0))).toBe(true);
    });

    test("one client id is one order, however often it is sent", async () => {
      const sent = order();
      await place.broker.submit(sent);
      const again = await place.broker.submit(sent);
      await place.settle();
      expect(again).toMatchObject({ outcome: "acknowledged", duplicate: true });
      expect(await held()).toBe(decimal("0.1").minus(keptInCoin()).toFixed());
    });

    test("an order that never was is undefined, not an error", async () => {
      expect(await place.broker.orderByClientId(place.symbol, "never-sent")).toBeUndefined();
    });

    test("a resting order is open, can be cancelled, and a second cancel says that it is gone", async () => {
      const sent = resting();
      await putToWork(sent);
      const working = await place.broker.openOrders();
      expect(working.map(({ clientOrderId }) => clientOrderId)).toContain(sent.clientOrderId);
      const request = { symbol: place.symbol, clientOrderId: sent.clientOrderId };
      expect((await place.broker.cancel(request)).outcome).toBe("acknowledged");
      await place.settle();
      expect((await place.broker.cancel(request)).outcome).toBe("gone");
      expect((await place.broker.orderByClientId(place.symbol, sent.clientOrderId))?.status).toBe("cancelled");
      expect(await held(), "what was cancelled fills no more").toBe("0");
    });

    test("a reduce-only order without a position is refused, and never opens one", async () => {
      const refusal = await refusalOf(order({ side: "sell", purpose: "exit", reduceOnly: true }));
      // To be flat is a whole target like any other, and is reached already.
      expect(refusal).toBe(takesTargets() ? undefined : "reduce-only");
      expect([await held(), executions()]).toEqual(["0", []]);
    });

    test("too small an order is refused with its code", async () => {
      const refusal = await refusalOf(order({ quantity: exactText("0.001") }));
      expect(refusal).toBe(takesTargets() ? "refusedMinNotional" : "min-notional");
      expect(await held()).toBe("0");
    });

    test("what was executed can be read again from a cursor, once each", async () => {
      const start = await place.broker.executionsSince("time:0");
      await place.broker.submit(order());
      await place.settle();
      const page = await place.broker.executionsSince(start.cursor);
      const streamed = [...new Set(executions().map(({ executionId }) => executionId))];
      expect(page.executions.map(({ executionId }) => executionId)).toEqual(streamed);
      expect((await place.broker.executionsSince(page.cursor)).executions).toEqual([]);
    });

    test("stop and target protect what is held, close it when they are met, and leave nothing behind", async () => {
      const { attachedBrackets, protection: kind } = place.broker.capabilities;
      const brackets = { stopPrice: exactText("95"), targetPrice: exactText("110") };
      await place.broker.submit(order(attachedBrackets ? brackets : {}));
      await place.settle();
      const { target } = attachedBrackets ? { target: "" } : await guard("95", "110");
      expect(await protection()).toEqual(["95", "110"]);
      await place.setQuote("94", "94.1");
      await place.settle();
      expect(decimal(await held()).lt(place.lotStep ?? "0.001"), "nothing that could be sold is held").toBe(true);
      expect(executions().at(-1)).toMatchObject({ side: "sell", role: "stop", symbol: place.symbol });
      // Where they are orders, one does not cancel the other: whoever placed them does.
      const left = (await place.broker.openOrders()).map(({ clientOrderId }) => clientOrderId);
      expect(left).toEqual(kind === "orders" ? [target] : []);
      for (const clientOrderId of left) {
        expect((await place.broker.cancel({ symbol: place.symbol, clientOrderId })).outcome).toBe("acknowledged");
      }
      await place.settle();
      expect(await place.broker.openOrders()).toEqual([]);
    });

    test("stop and target of a position can be moved and taken away; where it has none of its own, that is said", async () => {
      const isOwn = place.broker.capabilities.protection === "position" && !takesTargets();
      const request = { symbol: place.symbol, held: "long", quantity: exactText("0.1"), clientOrderId: "c-p" } as const;
      await place.broker.submit(order());
      await place.settle();
      const set = async (change: Partial<ProtectionRequest>): Promise<unknown[]> => {
        const told = await place.broker.protect({ ...request, ...change });
        await place.settle();
        return [told.outcome === "rejected" ? told.code : told.outcome, ...(await protection())];
      };
      const none = [takesTargets() ? "parameter" : "bracket", undefined, undefined];
      const [stopPrice, targetPrice] = [exactText("95"), exactText("110")];
      expect(await set({ stopPrice, targetPrice })).toEqual(isOwn ? ["acknowledged", "95", "110"] : none);
      const moved = { stopPrice: exactText("96"), targetPrice: exactText("112") };
      expect(await set(moved)).toEqual(isOwn ? ["acknowledged", "96", "112"] : none);
      expect(await set({ targetPrice: null })).toEqual(isOwn ? ["acknowledged", "96", undefined] : none);
      if (!takesTargets()) return;
      await guard("95", "110");
      expect(await protection()).toEqual(["95", "110"]);
      await guard("96");
      expect(await protection()).toEqual(["96", undefined]);
    });

    test("cancel-all keeps or takes protective orders as asked", async () => {
      await place.broker.submit(order());
      await place.settle();
      await guard("95");
      await putToWork(resting());
      await place.broker.cancelAll({ symbol: place.symbol, keepProtective: true });
      await place.settle();
      expect((await place.broker.openOrders()).filter(({ role }) => role === "ours")).toEqual([]);
      expect(await protection()).toEqual(["95", undefined]);
      await place.broker.cancelAll({ symbol: place.symbol, keepProtective: false });
      await place.settle();
      // Those of a whole target are no orders: they stand until another target comes.
      expect(await protection()).toEqual([takesTargets() ? "95" : undefined, undefined]);
    });

    test("a reply that is lost is unknown, and the order is found by its client id", async ({ skip }) => {
      skip(place.fault === undefined, "the place loses no replies");
      place.fault?.("lost-reply");
      const sent = order();
      expect((await place.broker.submit(sent)).outcome).toBe("unknown");
      await place.settle();
      expect((await place.broker.orderByClientId(place.symbol, sent.clientOrderId))?.status).toBe("filled");
    });

    test("a request that is lost is unknown, and there is no such order", async ({ skip }) => {
      skip(place.fault === undefined, "the place loses no requests");
      place.fault?.("lost-request");
      const sent = order();
      expect((await place.broker.submit(sent)).outcome).toBe("unknown");
      await place.settle();
      expect(await place.broker.orderByClientId(place.symbol, sent.clientOrderId)).toBeUndefined();
    });

    test("a stream that comes back has a new generation and says what it may have missed", async ({ skip }) => {
      skip(place.fault === undefined, "the place has no stream");
      const generations = (): number[] =>
        events.flatMap((e) => (e.kind === "connection" && e.state === "up" ? [e.generation] : []));
      const before = generations().at(-1) ?? 0;
      place.fault?.("reconnect");
      await place.settle();
      expect(generations().at(-1)).toBeGreaterThan(before);
      expect(events.some((e) => e.kind === "gap")).toBe(true);
    });
  });
}
