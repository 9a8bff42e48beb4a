import { describe, expect, it } from "vitest";
import {
  clearIntents,
  Direction,
  defaultInstrument,
  type IntentColumns,
  intentColumns,
  parseTimeframe,
} from "../../core/index.ts";
import { createTape } from "../../market/index.ts";
import type { DecisionContext } from "../policy.ts";
import { ContextPolicy, type HeldPolicy } from "./context-policy.ts";
import { contextName, REGIME_FEATURES, regimeAt } from "./contexts.ts";

const BARS = 700;
const HOUR = 3_600_000;
const TAPE = createTape([defaultInstrument("AUSDT")], parseTimeframe("1h"), BARS);
TAPE.bars = BARS;
for (let t = 0; t < BARS; t++) {
  const close = 100 + 5 * Math.sin(t / 9);
  TAPE.present[t] = 1;
  TAPE.timeMs[t] = t * HOUR;
  TAPE.open[t] = close;
  TAPE.close[t] = close;
  TAPE.high[t] = close + 0.5;
  TAPE.low[t] = close - 0.5;
  TAPE.volume[t] = 1;
}

/** Wants one thing, always. */
function wanting(direction: Direction): HeldPolicy {
  return {
    name: "inner",
    firstBar: 10,
    reset: () => {},
    decide: (_context, intents: IntentColumns) => {
      intents.direction[0] = direction;
      intents.size[0] = 0.7;
    },
    explain: () => ({ symbols: [{ reason: "its own" }] }),
  };
}

const EVERYWHERE = ["Asia", "Europe", "US", "evening"].flatMap((session) =>
  ["trend up", "trend down", "range", "high volatility", "none"].map((regime) => `${session}/${regime}`),
);

async function decided(approved: readonly string[], wanted: Direction, position: number, bar: number) {
  const policy = new ContextPolicy(wanting(wanted), approved, TAPE);
  const context = { tape: TAPE, bar, desk: { position: () => position } } as unknown as DecisionContext;
  await policy.reset(context);
  const intents = intentColumns(1);
  clearIntents(intents);
  await policy.decide(context, intents);
  return { policy, direction: intents.direction[0], size: intents.size[0] };
}

describe("contexts", () => {
  it("are the session by the regime; where two are open, the one that opened first", () => {
    const hours = [0, 6.9, 7, 12, 14, 15, 20, 21, 22, 23];
    expect(hours.map((hour) => contextName(hour * HOUR, 2).replace("/range", "")).join(" ")).toBe(
      "Asia Asia Europe Europe Europe US US evening evening Asia",
    );
    expect(contextName(0, 3)).toBe("Asia/high volatility");
    const regimes = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [1, 0, 0, 1],
      [0, 0, 0, 0],
    ].map((row) => regimeAt(Float32Array.from(row), 0));
    expect(regimes).toEqual([0, 1, 2, 3, 4]);
    expect(REGIME_FEATURES).toHaveLength(4);
  });
});

describe("a policy that is held to contexts", () => {
  const { long, short, hold, flat } = Direction;
  const bar = 500;
  /** Closes at 500 h + 1 h: 21:00. */
  const here = EVERYWHERE.filter((name) => name.startsWith("evening/"));
  const elsewhere = EVERYWHERE.filter((name) => !name.startsWith("evening/"));

  it("opens where its context is approved, as it would anyway", async () => {
    expect(await decided(here, long, 0, bar)).toMatchObject({ direction: long, size: 0.7 });
  });

  it("opens nothing elsewhere, adds to nothing, and says why", async () => {
    const { policy, ...found } = await decided(elsewhere, long, 0, bar);
    expect(found).toEqual({ direction: hold, size: 0 });
    expect(policy.explain().symbols[0].reason).toMatch(/^evening\/.* is not approved$/);
    expect(await decided(elsewhere, long, 3, bar)).toMatchObject({ direction: hold, size: 0 });
  });

  it("closes what it holds, in place of turning it around, and what it wants to close", async () => {
    expect(await decided(elsewhere, short, 3, bar)).toMatchObject({ direction: flat, size: 0 });
    expect(await decided(elsewhere, flat, 3, bar)).toMatchObject({ direction: flat });
    const { policy } = await decided(elsewhere, flat, 3, bar);
    expect(policy.explain().symbols[0].reason).toBe("its own");
  });

  it("begins when its regime is known as well", () => {
    expect(new ContextPolicy(wanting(long), EVERYWHERE, TAPE).firstBar).toBeGreaterThan(10);
  });
});
