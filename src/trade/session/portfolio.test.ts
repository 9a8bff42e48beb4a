import { describe, expect, test } from "vitest";
import { Direction, intentColumns, parseTimeframe, Random } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape, tapePart } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, type RiskConfig, resolveRiskConfig } from "../../risk/index.ts";
import { ALL_ROWS } from "../engine/config.ts";
import type { Entry } from "../engine/entries.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import type { Member } from "./portfolio.ts";
import { type ReplayMember, replayPaper } from "./replay.ts";
import { reproduce } from "./reproduce.ts";

const TAPE = syntheticTape({
  seed: 3,
  bars: 400,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
});
const EXCHANGE = resolveExchangeConfig({ harsh: true, leverage: 3 });

function decision(risk: Partial<RiskConfig> = {}): DecisionConfig {
  return {
    exchange: EXCHANGE,
    sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.5 }),
    risk: resolveRiskConfig(risk),
  };
}

/** By chance, by its own tape and by the money of the account; with brackets of its own. */
function wild(seed: number, symbols: number): Policy {
  return {
    name: `wild ${seed}`,
    reset: () => {},
    decide: ({ bar, desk }, intents) => {
      const random = new Random(seed + bar * 7919);
      for (let s = 0; s < symbols; s++) {
        if (random.uniform() > 0.2) continue;
        intents.direction[s] = [Direction.flat, Direction.long, Direction.short][random.below(3)];
        intents.size[s] = Math.min(1, (random.uniform() * desk.equity) / 10_000);
        intents.stopDistance[s] = random.uniform() * 0.02;
        intents.targetDistance[s] = random.uniform() < 0.5 ? random.uniform() * 0.02 : 0;
        intents.maxBars[s] = random.uniform() < 0.3 ? 20 : 0;
      }
    },
  };
}

/** Both as one policy over all symbols: what a session of the two has to come to. */
function both(): Policy {
  const parts = [
    { policy: wild(1, 2), from: 0, own: intentColumns(2) },
    { policy: wild(2, 1), from: 2, own: intentColumns(1) },
  ];
  return {
    name: "both",
    reset: () => {},
    decide: (context, intents) => {
      for (const { policy, from, own } of parts) {
        own.direction.fill(Direction.hold);
        for (const name of ["size", "stopDistance", "targetDistance", "maxBars"] as const) own[name].fill(0);
        void policy.decide(context, own);
        for (const name of ["direction", "size", "stopDistance", "targetDistance", "maxBars"] as const)
          intents[name].set(own[name], from);
      }
    },
  };
}

function members(risk: Partial<RiskConfig> = {}): ReplayMember[] {
  return [
    {
      name: "a",
      model: "a/1",
      tape: tapePart(TAPE, 0, 2),
      decision: decision(),
      policy: () => ({ policy: wild(1, 2) }),
    },
    {
      name: "b",
      model: "b/7",
      tape: tapePart(TAPE, 2, 1),
      decision: decision(risk),
      policy: () => ({ policy: wild(2, 1) }),
    },
  ];
}

async function play(risk: Partial<RiskConfig> = {}) {
  const journal = new MemoryJournal();
  const range = { from: 60, to: 400 };
  const played = await replayPaper({
    members: members(risk),
    exchange: EXCHANGE,
    ...range,
    balance: 10_000,
    seed: 5,
    journal,
    spec: {},
  });
  return { played, journal, records: [...journal.read(0)] };
}

const entriesOf = <K extends Entry["kind"]>(records: ReadonlyArray<{ entry: Entry }>, kind: K) =>
  records.flatMap(({ entry }) => (entry.kind === kind ? [entry as Extract<Entry, { kind: K }>] : []));

describe("two strategies in one account", () => {
  test("come to what one policy of both comes to in a backtest of all symbols: one trade hash", async () => {
    const tested = await backtest({
      tape: TAPE,
      policy: both(),
      config: decision(),
      from: 60,
      to: 400,
      balance: 10_000,
      seed: 5,
    });
    const { played } = await play();
    expect(tested.fills.length).toBeGreaterThan(100);
    expect(played.tradeHash).toBe(tested.tradeHash);
    expect(played.finalEquity).toBe(tested.finalEquity);
  });

  test("decide each for its own symbols, and every order names its strategy", async () => {
    const { records, played } = await play();
    for (const [name, symbols] of [
      ["a", ["BTCUSDT", "ETHUSDT"]],
      ["b", ["SOLUSDT"]],
    ] as const) {
      const own = entriesOf(records, "decision").filter(({ strategy }) => strategy === name);
      expect(own).toHaveLength(339);
      for (const { why } of own) expect(why?.symbols.map(({ symbol }) => symbol)).toEqual(symbols);
      const orders = entriesOf(records, "intent").filter(({ strategy }) => strategy === name);
      expect(orders.length).toBeGreaterThan(20);
      for (const { request } of orders) expect(symbols).toContain(request.symbol);
    }
    const { book } = played.broker.exchange;
    for (const [name, column] of Object.entries(book)) {
      if (!ArrayBuffer.isView(column) || name === "stream" || name === "episode") continue;
      expect([...played.desk.book[name as "lots"]], name).toEqual([...(column as Float64Array)]);
    }
  });

  test("share a limit: what the first has ordered at a close counts for the second at that close", async () => {
    const { records } = await play({ maxConcurrent: 1 });
    const mayOpen = entriesOf(records, "decision").filter(({ strategy, why }) => strategy === "b" && why !== undefined);
    const first = new Map(
      entriesOf(records, "decision").flatMap((own) => (own.strategy === "a" ? [[own.closeMs, own.why]] : [])),
    );
    const outcomes = mayOpen.flatMap(({ closeMs, why }) => {
      const [own] = why?.symbols ?? [];
      const asked = own.held === 0 && own.size > 0 && own.direction !== "flat";
      // Held, or ordered at this very close, by the first.
      const taken = first.get(closeMs)?.symbols.some(({ target }) => target !== 0) ?? false;
      const orderedNow = first.get(closeMs)?.symbols.some(({ held, target }) => held === 0 && target !== 0) ?? false;
      return asked ? [{ taken, orderedNow, refused: own.verdicts.includes("maxConcurrent") }] : [];
    });
    expect(outcomes.filter(({ taken, refused }) => taken !== refused)).toEqual([]);
    expect(outcomes.filter(({ orderedNow, refused }) => orderedNow && refused).length).toBeGreaterThan(2);
    expect(outcomes.some(({ refused }) => !refused)).toBe(true);
  });

  test("every decision of both is made again from the journal, across a start in the middle", async () => {
    const { records } = await play();
    const index = records.findIndex(({ entry }, i) => i > 600 && entry.kind === "open");
    const started: Entry = { kind: "started", process: "2" };
    const told = records.toSpliced(index + 1, 0, { ...records[index], entry: started });
    const journal = new MemoryJournal();
    for (const { entry, atMs } of told) journal.append([shifted(entry, index)], atMs, false);
    const given: Member[] = members();
    const result = await reproduce({ journal, rows: ALL_ROWS, members: given, exchange: EXCHANGE, balance: 10_000 });
    expect(result).toEqual({ decisions: 678, equal: 678, starts: 2, first: undefined });
    const other = [given[0], { ...given[1], policy: () => ({ policy: wild(9, 1) }) }];
    const wrong = await reproduce({ journal, rows: ALL_ROWS, members: other, exchange: EXCHANGE, balance: 10_000 });
    expect(wrong.first?.strategy).toBe("b");
  });
});

/** Numbers of records behind the one that was put in between. */
function shifted(entry: Entry, index: number): Entry {
  if (entry.kind !== "decision" || entry.saw === undefined || entry.saw <= index) return entry;
  return { ...entry, saw: entry.saw + 1 };
}
