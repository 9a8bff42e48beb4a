import { describe, expect, test } from "vitest";
import { Direction, parseTimeframe } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { Entry } from "../engine/entries.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { orderStory } from "../journal/order-story.ts";
import { observationRecord } from "./decision-record.ts";
import { replayPaper } from "./replay.ts";

const TAPE = syntheticTape({ seed: 3, bars: 90, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });

/** Long the first symbol for ten bars, flat for ten, and says why. */
function talking(): Policy {
  const seen = { account: new Float32Array([0.5, -1]), market: new Float32Array(3_000) };
  return {
    name: "talking",
    reset: () => {},
    decide: ({ bar }, intents) => {
      seen.market[0] = bar;
      intents.direction[0] = bar % 20 < 10 ? Direction.long : Direction.flat;
      intents.size[0] = 0.5;
    },
    explain: () => ({
      value: 0.25,
      symbols: [{ probabilities: { long: 0.75, flat: 0.25 } }, { reason: "left alone" }],
    }),
    observed: () => seen,
  };
}

async function play(sizing: Parameters<typeof resolveSizingConfig>[0]) {
  const journal = new MemoryJournal();
  const decision: DecisionConfig = {
    exchange: resolveExchangeConfig({}),
    sizing: resolveSizingConfig(sizing),
    risk: resolveRiskConfig({}),
  };
  const played = await replayPaper({
    members: [{ name: "replay", tape: TAPE, policy: () => ({ policy: talking() }), decision }],
    exchange: decision.exchange,
    from: 60,
    to: 90,
    balance: 10_000,
    seed: 1,
    journal,
  });
  return { records: [...journal.read(0)], played };
}

const decisions = (records: ReadonlyArray<{ entry: Entry }>) =>
  records.flatMap(({ entry }) => (entry.kind === "decision" ? [entry] : []));

describe("a decision stands in the journal with what it was made on", () => {
  test("observation, thoughts, sizing and verdicts of every symbol, at every bar", async () => {
    const { records } = await play({ scheme: "fixed-fraction", fraction: 0.2 });
    const all = decisions(records);
    expect(all).toHaveLength(29);
    for (const { why } of all) {
      expect(why?.value).toBe(0.25);
      expect(why?.observation?.hash).toMatch(/^[0-9a-f]{32}$/);
      expect(why?.observation?.values).toEqual({
        account: Buffer.from(new Float32Array([0.5, -1]).buffer).toString("base64"),
      });
      expect(why?.symbols.map(({ symbol }) => symbol)).toEqual(["BTCUSDT", "ETHUSDT"]);
      expect(why?.symbols[1]).toMatchObject({ reason: "left alone", sent: false });
    }
    const bought = all.find(({ targets }) => targets.some(({ lots }) => lots > 0));
    const [own] = bought?.why?.symbols ?? [];
    expect(own).toMatchObject({
      direction: "long",
      size: 0.5,
      held: 0,
      sent: true,
      probabilities: { long: 0.75, flat: 0.25 },
    });
    expect(own.scheme).toBeCloseTo(2_000, 0);
    expect(own.allowed).toBeCloseTo(1_000, 0);
    expect(bought?.targets.find(({ symbol }) => symbol === "BTCUSDT")?.lots).toBe(own.target);
    const hashes = new Set(all.map(({ why }) => why?.observation?.hash));
    expect(hashes.size, "every input is part of the hash").toBe(all.length);
  });

  test("explained beside its order", async () => {
    const { records } = await play({ scheme: "fixed-fraction", fraction: 0.2 });
    const intent = records.find(({ entry }) => entry.kind === "intent")?.entry as Extract<Entry, { kind: "intent" }>;
    const text = orderStory(records, intent.request.clientOrderId)?.lines.join("\n") ?? "";
    expect(text).toContain("thought  long 0.75, flat 0.25, value 0.25");
    expect(text).toMatch(/sized {4}long 0\.5 of \d+(\.\d+)?, \d+(\.\d+)? after limits; lots 0 to [1-9]\d*/);
    expect(text).toMatch(/saw {6}observation [0-9a-f]{32}/);
  });

  test("under budgets it holds what each class has, uses and may still use; they fold into the state", async () => {
    const { records } = await play({
      scheme: "budget",
      budget: {
        allocation: { cryptoSpot: 0, cryptoFutures: 8_000, forex: 0, options: 0 },
        threshold: 5_000,
        riskShare: { cryptoSpot: 0, cryptoFutures: 0.5, forex: 0, options: 0 },
      },
    });
    const wallets = decisions(records).map(({ why }) => why?.wallet?.[0]);
    expect(wallets[0]).toMatchObject({ assetClass: "cryptoFutures", used: 0 });
    for (const one of wallets) {
      expect(one?.usable).toBe(Math.max(0, Math.min((one?.budget ?? 0) - (one?.used ?? 0), one?.wallet ?? 0)));
    }
    expect(wallets.some((one) => (one?.used ?? 0) > 0)).toBe(true);
  });
});

const hash = (inputs: Record<string, Float32Array>) => observationRecord(inputs).hash;

describe("the hash of an observation", () => {
  test("changes with any value, any name and any length", () => {
    const base = { a: new Float32Array([1, 2]), b: new Float32Array([3]) };
    const others = [
      { ...base, b: new Float32Array([3.0000002]) },
      { ...base, b: new Float32Array([]) },
      { a: new Float32Array([1]), b: new Float32Array([2, 3]) },
      { a: base.a, c: base.b },
      { ...base, b: new Float32Array([-0]) },
    ];
    expect(new Set([base, ...others].map(hash)).size).toBe(6);
    expect(hash({ b: base.b, a: base.a }), "not with the order of names").toBe(hash(base));
  });
});
