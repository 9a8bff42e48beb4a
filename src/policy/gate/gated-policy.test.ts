import { describe, expect, it } from "vitest";
import { Direction, type IntentColumns, intentColumns, parseTimeframe } from "../../core/index.ts";
import { MahalanobisDistance, RowLimits, RowVerdict } from "../../features/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { HeldPolicy } from "../contexts/context-policy.ts";
import type { DecisionContext } from "../policy.ts";
import { GatedPolicy } from "./gated-policy.ts";

const tape = syntheticTape({
  seed: 1,
  bars: 40,
  timeframe: parseTimeframe("1h"),
  symbols: ["AAAUSDT", "BBBUSDT", "CCCUSDT", "DDDUSDT"],
});
/** Two features that vary alike and alone: the squared distance is nearly that from the origin. */
const distance = MahalanobisDistance.ofRows([1, 1, 1, -1, -1, 1, -1, -1], 2);
const limits = new RowLimits(distance, 3, 12);

/** Rows near, further and far; the last one is no number. */
const ROW = Float32Array.of(0.5, 0, 2, 1, 9, 9, Number.NaN, 0);
const rows = { firstBar: 0, at: () => ROW };

function wanting(wanted: readonly number[], asynchronous: boolean): HeldPolicy {
  const decide = (_: DecisionContext, { direction, size }: IntentColumns): void => {
    direction.set(wanted);
    size.fill(0.8);
  };
  return {
    name: "inner",
    firstBar: 7,
    reset: () => {},
    decide: asynchronous ? (at, intents) => Promise.resolve(decide(at, intents)) : decide,
    explain: () => ({ symbols: wanted.map(() => ({ reason: "its own" })) }),
  };
}

function contextOf(positions: readonly number[]): DecisionContext {
  return { tape, bar: 10, desk: { position: (s: number) => positions[s] } } as unknown as DecisionContext;
}

const { long, short, flat, hold } = Direction;

describe("a policy behind a row gate", () => {
  it.each([true, false])(
    "trades unusual rows at half size, and opens nothing on far ones (promised: %s)",
    async (promised) => {
      const policy = new GatedPolicy(wanting([long, short, long, long], promised), limits, rows, 2);
      const context = contextOf([0, 0, -1, 0]);
      await policy.reset(context);
      const intents = intentColumns(4);
      await policy.decide(context, intents);
      expect([...intents.direction], "what is turned is closed, and not turned").toEqual([long, short, flat, hold]);
      expect([...intents.size]).toEqual([0.8, 0.4, 0, 0]);
      expect(policy.firstBar).toBe(7);
      expect(policy.explain().symbols.map(({ reason }) => reason)).toEqual([
        "its own",
        expect.stringContaining("half the size"),
        expect.stringContaining("nothing is opened"),
        expect.stringContaining("nothing is opened"),
      ]);
    },
  );

  it("lets what is held be held and closed on any row", async () => {
    const policy = new GatedPolicy(wanting([hold, flat, flat, hold], false), limits, rows, 2);
    const context = contextOf([1, 1, 1, 1]);
    await policy.reset(context);
    const intents = intentColumns(4);
    await policy.decide(context, intents);
    expect([...intents.direction]).toEqual([hold, flat, flat, hold]);
    expect(policy.explain().symbols.every(({ reason }) => reason === "its own")).toBe(true);
  });

  it("has limits that come back from JSON as they were, to the last bit", () => {
    const again = RowLimits.of(JSON.parse(JSON.stringify(limits.data)) as typeof limits.data);
    for (let at = 0; at < ROW.length; at += 2) expect(again.verdict(ROW, at)).toBe(limits.verdict(ROW, at));
    expect([0, 2, 4, 6].map((at) => again.verdict(ROW, at))).toEqual([
      RowVerdict.open,
      RowVerdict.half,
      RowVerdict.closed,
      RowVerdict.closed,
    ]);
    expect(again.data).toEqual(limits.data);
  });
});
