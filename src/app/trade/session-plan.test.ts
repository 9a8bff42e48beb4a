import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { ENGINE_DEFAULTS, type Entry, MemoryJournal } from "../../trade/index.ts";
import { quietContext } from "../testing/context.ts";
import { begunSession, keptExchange, pastSession, requireSameStrategies, sessionName } from "./session-plan.ts";

const EXCHANGE = resolveExchangeConfig({ leverage: 2 });
const STRATEGIES = [{ name: "m-1", symbols: ["BTCUSDT"], barMs: 60_000 }];

function journal(strategySpec: Readonly<Record<string, unknown>>): MemoryJournal {
  const made = new MemoryJournal();
  const session: Entry = {
    kind: "session",
    id: "live/m-1",
    config: {
      ...ENGINE_DEFAULTS,
      mode: "live",
      strategies: STRATEGIES,
      initialBalance: exactText("10000"),
      currency: "USDT",
    },
    capabilities: { name: "" } as never,
    accountId: "1",
    instruments: [],
    strategySpec,
    version: "1",
    seed: 42,
  };
  made.append([{ kind: "feed", state: "up", reason: "" }, session], 1, true);
  return made;
}

describe("a session that goes on", () => {
  const spec = { model: "m/1", fingerprint: "f", decision: { exchange: EXCHANGE } };

  test("has the balance, the chance and the fills that it was begun with, whatever the wallet holds now", () => {
    expect(begunSession(journal(spec), "live/m-1")).toMatchObject({ balance: 10_000, seed: 42, exchange: EXCHANGE });
    expect(begunSession(new MemoryJournal(), "live/m-1")).toBeUndefined();
    const { context, said } = quietContext("/", () => ({}) as never);
    expect(keptExchange(context, EXCHANGE, { ...EXCHANGE, leverage: 5 })).toBe(EXCHANGE);
    expect(said).toEqual([expect.stringContaining("leverage")]);
    keptExchange(context, EXCHANGE, { ...EXCHANGE });
    expect(said).toHaveLength(1);
  });

  test("of one model, from before there were others, is read; one that does not say what decided is told", () => {
    const model = { kind: "model", model: "m/1", fingerprint: "f" };
    expect(pastSession(journal(spec), "live/m-1").members).toMatchObject([{ name: "m-1", spec: model }]);
    expect(() => pastSession(journal({}), "live/m-1")).toThrow(
      expect.objectContaining({ code: "JOURNAL_MISSING" }) as Error,
    );
  });

  test("goes on with the strategies that it was begun with alone", () => {
    const others = [{ ...STRATEGIES[0], symbols: ["BTCUSDT", "ETHUSDT"] }];
    expect(() => requireSameStrategies(journal(spec), "s", { strategies: STRATEGIES })).not.toThrow();
    expect(() => requireSameStrategies(journal(spec), "s", { strategies: others })).toThrow(
      expect.objectContaining({ code: "SESSION_MIX" }) as Error,
    );
  });
});

function named(...names: string[]): string {
  return sessionName(
    names.map((name) => ({ name })),
    undefined,
  );
}

test("a session is called like what decides in it, or as it is told; a long name is cut to one of its own", () => {
  expect([named("a-1"), named("a-1", "trend")]).toEqual(["a-1", "a-1+trend"]);
  const long = Array.from({ length: 9 }, (_, i) => `strategy-${i}`);
  expect(named(...long)).toMatch(/^strategy-0\+8-[0-9a-f]{8}$/);
  expect(named(...long)).not.toBe(named(...long.slice(0, 8), "strategy-9"));
  expect(sessionName([{ name: "a" }], "mine")).toBe("mine");
  expect(() => sessionName([{ name: "a" }], "../x")).toThrow(
    expect.objectContaining({ code: "USAGE_ARGUMENT" }) as Error,
  );
});
