import { describe, expect, test } from "vitest";
import { Direction, parseTimeframe, Random } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { Entry } from "../engine/entries.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { replayPaper } from "./replay.ts";
import { firstDifference, reproduce } from "./reproduce.ts";

const TAPE = syntheticTape({ seed: 8, bars: 200, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });

/** Decides by chance, by its account, and by how many decisions it has made since it began. */
function remembering(seed: number): Policy {
  let made = 0;
  return {
    name: "remembering",
    reset: () => {
      made = 0;
    },
    decide: ({ bar, exchange }, intents) => {
      made++;
      const random = new Random(seed + bar * 7919);
      for (let s = 0; s < intents.size.length; s++) {
        if (random.uniform() > 0.4) continue;
        intents.direction[s] = [Direction.flat, Direction.long, Direction.short][random.below(3)];
        intents.size[s] = (random.uniform() * exchange.book.equity[0] + made) / 20_000;
        intents.stopDistance[s] = 0.005 + random.uniform() * 0.02;
      }
    },
    explain: () => ({ value: made, symbols: [{}, {}] }),
  };
}

const DECISION: DecisionConfig = {
  exchange: resolveExchangeConfig({ harsh: true }),
  sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.3 }),
  risk: resolveRiskConfig({ cooldownBars: 2, dailyLoss: 0.02 }),
};

async function played(): Promise<Array<{ entry: Entry; atMs: number }>> {
  const journal = new MemoryJournal();
  await replayPaper({
    members: [{ name: "replay", tape: TAPE, decision: DECISION, policy: () => ({ policy: remembering(1) }) }],
    exchange: DECISION.exchange,
    from: 60,
    to: 200,
    balance: 10_000,
    seed: 5,
    journal,
    spec: {},
  });
  return [...journal.read(0)];
}

async function again(records: ReadonlyArray<{ entry: Entry; atMs: number }>, seed = 1, sinceMs = 0) {
  const journal = new MemoryJournal();
  for (const { entry, atMs } of records) journal.append([entry], atMs, false);
  const members = [{ name: "replay", decision: DECISION, policy: () => ({ policy: remembering(seed) }) }];
  return reproduce({ journal, rows: "replay", members, exchange: DECISION.exchange, balance: 10_000, sinceMs });
}

describe("decisions of a past session are made again", () => {
  test("every one comes out bit for bit, with fills, stops and refusals in between", async () => {
    const records = await played();
    expect(records.filter(({ entry }) => entry.kind === "intent").length).toBeGreaterThan(50);
    expect(await again(records)).toEqual({ decisions: 139, equal: 139, starts: 1, first: undefined });
  });

  test.each([
    [
      "a size in its last bit",
      (d: Extract<Entry, { kind: "decision" }>) => ({
        ...d,
        targets: d.targets.map((t, i) => (i === 0 ? { ...t, stopDistance: t.stopDistance + 2 ** -58 } : t)),
      }),
      "targets.0.stopDistance",
    ],
    [
      "a thought",
      (d: Extract<Entry, { kind: "decision" }>) => ({
        ...d,
        why: { ...d.why, symbols: d.why?.symbols ?? [], value: 0.5 },
      }),
      "why.value",
    ],
  ])("%s that was altered is found and named, and the rest is still compared", async (_what, alter, path) => {
    const records = await played();
    const index = records.findIndex(({ entry }, i) => i > 300 && entry.kind === "decision" && entry.targets.length > 0);
    const { entry } = records[index];
    if (entry.kind !== "decision") throw new Error("a decision");
    const altered = records.with(index, { ...records[index], entry: alter(entry) });
    const result = await again(altered);
    expect(result.first).toMatchObject({ seq: index + 1, closeMs: entry.closeMs, path });
    expect([result.decisions, result.equal]).toEqual([139, 138]);
  });

  test("another policy, and rows that are not those that were seen, differ", async () => {
    const records = await played();
    expect((await again(records, 2)).equal).toBeLessThan(100);
    const index = records.findIndex(
      ({ entry }, i) => i > 300 && entry.kind === "broker" && entry.event.kind === "execution",
    );
    expect((await again(records.toSpliced(index, 1))).first?.seq).toBeGreaterThan(index);
  });

  test("they follow the size that the session was told, and count from a time on alone", async () => {
    const records = await played();
    const index = records.findIndex(({ entry }, i) => i > 300 && entry.kind === "row");
    const entry: Entry = { kind: "scale", strategy: "replay", factor: 0.1, reason: "canary" };
    const told = records.toSpliced(index, 0, { entry, atMs: records[index].atMs });
    const found = await again(told);
    expect(found.first?.seq).toBeGreaterThan(index);
    const since = found.first?.closeMs ?? 0;
    const late = await again(records, 1, since);
    expect(late.equal).toBe(late.decisions);
    expect(late.decisions).toBe(
      139 - records.filter((r) => r.entry.kind === "decision" && r.entry.closeMs < since).length,
    );
    expect((await again(told, 1, since + TAPE.barMs)).decisions).toBe(late.decisions - 1);
  });

  test("a start in the middle begins the policy anew, as it did then", async () => {
    const records = await played();
    const index = records.findIndex(({ entry }, i) => i > 300 && entry.kind === "decision");
    const restarted = records.toSpliced(index, 0, { atMs: 0, entry: { kind: "started", process: "2" } });
    const result = await again(restarted.map(({ entry, atMs }) => ({ atMs, entry: withoutSight(entry) })));
    expect(result.starts).toBe(2);
    expect(result.first).toMatchObject({ seq: index + 2, path: "why.value", again: "1" });
  });

  test("a start says by which rules is decided from then on", async () => {
    const records = await played();
    const index = records.findIndex(({ entry }, i) => i > 300 && entry.kind === "decision" && entry.targets.length > 0);
    const rules = { ...DECISION, sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.1 }) };
    const first = async (decisions: Readonly<Record<string, DecisionConfig>>) => {
      const started: Entry = { kind: "started", process: "2", decisions };
      const told = records.toSpliced(index, 0, { atMs: 0, entry: started });
      return (await again(told.map(({ entry, atMs }) => ({ atMs, entry: withoutSight(entry) })))).first?.path;
    };
    // What this policy remembers is gone with its process in any case.
    expect(await first({ replay: DECISION })).toBe("why.value");
    expect(await first({ another: rules })).toBe("why.value");
    expect(await first({ replay: rules })).toBe("targets.0.lots");
  });
});

/** Its numbers of records don't hold any more. */
function withoutSight(entry: Entry): Entry {
  if (entry.kind !== "decision") return entry;
  const { saw: _, ...rest } = entry;
  return rest;
}

test("the first difference of two values is named by its path", () => {
  expect(firstDifference("", { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toEqual({
    path: "a.1.b",
    journal: "2",
    again: "3",
  });
  expect(firstDifference("", { a: 1 }, { a: 1, c: null })).toEqual({ path: "c", journal: "nothing", again: "null" });
  expect(firstDifference("", [], {})).toBeDefined();
  expect(firstDifference("", { a: [1] }, { a: [1] })).toBeUndefined();
});
