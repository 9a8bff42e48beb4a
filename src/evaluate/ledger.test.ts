import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { appendLedger, countTrials, type LedgerLook, type LedgerSearch, readLedger } from "./ledger.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-ledger-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function look(tradeHash: string, more: Partial<LedgerLook> = {}): LedgerLook {
  return {
    kind: "look",
    data: "d",
    symbols: ["BTCUSDT"],
    timeframe: "1h",
    fromMs: 1_000,
    toMs: 2_000,
    subject: "trend/1",
    tradeHash,
    sharpe: 0.05,
    periods: 100,
    ...more,
  };
}

function search(study: string, trials: number, looks: number): LedgerSearch {
  const { data, symbols, timeframe, fromMs, toMs } = look("");
  return { kind: "search", data, symbols, timeframe, fromMs, toMs, study, trials, looks };
}

describe("the ledger", () => {
  it("keeps what is appended, and says how many lines it can't read", () => {
    const path = join(folder, "deep", "ledger.jsonl");
    expect(readLedger(path)).toEqual({ entries: [], unreadable: 0 });
    appendLedger(path, look("a"));
    appendLedger(path, search("s", 4, 40));
    appendFileSync(path, `{"kind":"look","torn`);
    const { entries, unreadable } = readLedger(path);
    expect(entries).toEqual([look("a"), search("s", 4, 40)]);
    expect(unreadable).toBe(1);
    expect(() => appendLedger("/proc/none/ledger.jsonl", look("a"))).toThrow(
      expect.objectContaining({ code: "FILE_UNWRITABLE" }),
    );
  });

  it("counts each different result of overlapping bars once, whatever made it", () => {
    const own = look("own");
    expect(countTrials([], own)).toMatchObject({ looks: 1, total: 1, deviation: null });
    const entries = [
      own,
      look("b", { subject: "trend/2" }),
      look("b", { subject: "the same again" }),
      look("c", { subject: "rule sma-cross 10/30", fromMs: 1_900, toMs: 9_000 }),
      look("d", { fromMs: 2_000, toMs: 3_000 }),
      look("e", { symbols: ["ETHUSDT", "BTCUSDT"] }),
      look("f", { symbols: ["ETHUSDT"] }),
    ];
    expect(countTrials(entries, own)).toMatchObject({ looks: 4, total: 4 });
  });

  it("counts the looks inside the searches of the market, each search once", () => {
    const found = countTrials([search("s", 15, 150), search("s", 20, 200), search("t", 5, 0)], look("own"));
    expect(found).toEqual({
      looks: 1,
      searches: 2,
      searchTrials: 25,
      searchLooks: 205,
      total: 206,
      deviation: null,
    });
  });

  it("measures how far the results lie apart, those of like length", () => {
    const entries = [0.1, 0.2, 0.9].map((sharpe, i) => look(`l${i}`, { sharpe, periods: i === 2 ? 10 : 100 }));
    const found = countTrials(entries, look("own", { sharpe: 0.3 }));
    expect(found.deviation).toBeCloseTo(0.1, 12);
  });
});
