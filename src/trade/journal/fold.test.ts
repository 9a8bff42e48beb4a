import { describe, expect, test } from "vitest";
import { canonicalJson, exactText, sha256Hex } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import type { Entry } from "../engine/entries.ts";
import { type EngineState, emptyState, FOLD_VERSION } from "../engine/state.ts";
import { ACK, Desk, holding } from "../engine/testing/desk.ts";
import { foldedSnapshot, foldJournal } from "./fold.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { journalTrades, TradeReader } from "./trades.ts";

/** Counts the records that were read. */
class CountingJournal extends MemoryJournal {
  reads = 0;

  override *read(seq: number) {
    for (const record of super.read(seq)) {
      this.reads++;
      yield record;
    }
  }
}

function journalOf(entries: readonly Entry[]): CountingJournal {
  const journal = new CountingJournal();
  for (const [i, entry] of entries.entries()) journal.append([entry], i, true);
  return journal;
}

function whole(journal: MemoryJournal): EngineState {
  const state = emptyState();
  for (const { entry, atMs } of journal.read(0)) applyEntry(state, entry, atMs);
  return state;
}

describe("the state of a journal without reading all of it", () => {
  test("snapshot and tail give what all records give, and only the tail is read", () => {
    const journal = journalOf(holding().entries);
    const before = foldJournal(journal);
    journal.writeSnapshot(canonicalJson(before), before.seq, 0);
    const { entries } = holding();
    for (const entry of entries.slice(-3)) journal.append([entry], 99, true);
    journal.reads = 0;
    const state = foldJournal(journal);
    expect(journal.reads).toBe(3);
    expect(canonicalJson(state)).toBe(canonicalJson(whole(journal)));
  });

  test("a state from before is moved on, and one of a longer journal is not believed", () => {
    const journal = journalOf(holding().entries);
    const known = foldJournal(journal);
    journal.append([{ kind: "alarm", code: "x", text: "" }], 100, true);
    journal.reads = 0;
    expect(foldJournal(journal, known).seq).toBe(journal.lastSeq);
    expect(journal.reads).toBe(1);
    const other = { ...emptyState(), seq: journal.lastSeq + 1, session: "other" };
    expect(foldJournal(journal, other).session).toBe("test");
  });
});

/** Opened, protected, reduced, closed by its stop, refused, and commanded. */
function eventful(): Desk {
  const desk = holding({ unknownPositions: "refuse" });
  desk.want("0.5");
  desk.answer(ACK);
  desk.fill("0.5", "sell", { executionId: "less" });
  desk.event({ kind: "order", order: desk.order({ status: "filled", filled: exactText("0.5") }) });
  desk.give({
    kind: "command",
    command: "change-protection",
    symbol: "BTCUSDT",
    stopPrice: exactText("97"),
    by: "a",
    reason: "",
  });
  desk.pass(3_000);
  desk.fill("0.5", "sell", { clientOrderId: "", role: "stop", executionId: "out" });
  const foreign = { symbol: "ETHUSDT", leg: "both", quantity: exactText("2"), entryPrice: exactText("5") } as const;
  for (let look = 0; look < 2; look++) {
    desk.pass(3_000);
    desk.snapshot({ positions: [{ ...foreign, updatedMs: 0 }] });
  }
  desk.give({ kind: "command", command: "halt", by: "a", reason: "" });
  desk.give({ kind: "started", process: "2" });
  return desk;
}

describe("a snapshot at any place", () => {
  test("and the records behind it give what all records give", () => {
    const { entries } = eventful();
    const all = canonicalJson(whole(journalOf(entries)));
    const state = emptyState();
    for (const [i, entry] of entries.entries()) {
      applyEntry(state, structuredClone(entry), i);
      const journal = journalOf(entries);
      journal.writeSnapshot(JSON.stringify(state), state.seq, i);
      expect(canonicalJson(foldJournal(journal)), `behind record ${state.seq}, ${entry.kind}`).toBe(all);
    }
  });

  test("of another fold is not believed: the records say what is", () => {
    const { entries } = eventful();
    const journal = journalOf(entries);
    for (const fold of [FOLD_VERSION + 1, undefined]) {
      const other = { ...emptyState(), fold, session: "other", seq: entries.length - 1 };
      journal.writeSnapshot(JSON.stringify(other), other.seq, 0);
      expect(foldedSnapshot(journal)).toBeUndefined();
      journal.reads = 0;
      const state = foldJournal(journal);
      expect(journal.reads).toBe(entries.length);
      expect(canonicalJson(state)).toBe(canonicalJson(whole(journal)));
    }
  });

  test("of another fold, and earlier records archived, is told: there is nothing to begin at", () => {
    const journal = journalOf(eventful().entries);
    const read = journal.read.bind(journal);
    journal.read = (seq) => read(Math.max(seq, 5));
    expect(() => foldJournal(journal)).toThrow(/goes on at record 6, and what came after record 0/);
  });

  test("the version of the fold is of what the fold gives", () => {
    const { entries } = eventful();
    // Where the state alone is another, old snapshots are of another fold: raise FOLD_VERSION, then renew the digest.
    expect({
      entries: sha256Hex(canonicalJson(entries)).slice(0, 16),
      state: sha256Hex(canonicalJson({ ...whole(journalOf(entries)), fold: 0 })).slice(0, 16),
      version: FOLD_VERSION,
    }).toEqual({ entries: "b209b3e6b9e652da", state: "d47ceda84cd66bf7", version: 1 });
  });

  test("of a program that knew less is filled up with what is empty", () => {
    const { entries } = eventful();
    const state = emptyState();
    for (const [i, entry] of entries.slice(0, 4).entries()) applyEntry(state, structuredClone(entry), i);
    const { dust: _, foreign: __, beganMs: ___, ...older } = state;
    const journal = journalOf(entries.slice(0, 4));
    journal.writeSnapshot(JSON.stringify(older), state.seq, 0);
    expect(foldJournal(journal)).toMatchObject({ dust: {}, foreign: {}, beganMs: 0, session: "test" });
  });
});

function closed(): Desk {
  const desk = holding();
  desk.fill("1", "sell", { clientOrderId: "", role: "stop", executionId: "out" });
  return desk;
}

describe("closed trades, record by record", () => {
  test("a trade names strategy, class and mode, and the record that closed it", () => {
    const [trade, ...rest] = journalTrades(closed().entries);
    expect(rest).toEqual([]);
    expect(trade).toMatchObject({
      strategy: "s",
      model: "s",
      mode: "live",
      assetClass: "cryptoFutures",
      exitReason: "stop",
    });
    expect(closed().entries[trade.exitSeq - 1]).toMatchObject({ event: { execution: { executionId: "out" } } });
  });

  test("a fee that was kept in the coin is a fee, and what it leaves of a lot keeps no trade open", () => {
    const desk = new Desk({}, { attachedBrackets: false, protection: "orders" });
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy", { fee: exactText("0.0013"), feeCurrency: "BTC" });
    const stop = desk.engine.state.live.at(-1) ?? "";
    desk.fill("0.998", "sell", { clientOrderId: stop, role: "stop", price: exactText("110"), fee: exactText("0.2") });
    const [trade, ...rest] = journalTrades(desk.entries);
    expect(rest).toEqual([]);
    // 0.998 sold at 110 for what 0.9987 had cost at 100; fees of 0.0013 at 100 and of 0.2.
    expect(trade).toMatchObject({
      entryPrice: "100",
      exitPrice: "110",
      grossProfit: "9.91",
      fees: "0.33",
      netProfit: "9.58",
    });
  });

  test("read in any two parts, the trades are those of one reading, and nothing is read twice", () => {
    const desk = closed();
    desk.nowMs += 10_000;
    desk.want("-1");
    desk.answer(ACK);
    desk.fill("1", "sell", { executionId: "in2" });
    desk.fill("1", "buy", { clientOrderId: "", role: "stop", executionId: "out2" });
    const all = journalTrades(desk.entries);
    expect(all).toHaveLength(2);
    for (let cut = 0; cut <= desk.entries.length; cut++) {
      const journal = journalOf(desk.entries.slice(0, cut));
      const reader = new TradeReader();
      reader.follow(journal);
      for (const entry of desk.entries.slice(cut)) journal.append([entry], 0, true);
      journal.reads = 0;
      reader.follow(journal);
      expect(journal.reads).toBe(desk.entries.length - cut);
      expect(reader.trades).toEqual(all);
    }
  });
});
