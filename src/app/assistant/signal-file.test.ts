import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSignalFile } from "./signal-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, "signals.json");
  writeFileSync(path, content);
  return path;
}

describe("a file of signals", () => {
  it("is a list or an object with one, its words and times as tools write them", () => {
    const rows = [
      { symbol: "BTC/USDT", time: "2026-01-05T10:00", direction: "LONG", confidence: 0.7, size: 0.5 },
      { symbol: "ETHUSDT", timestamp: 1_767_607_200, signal: -1 },
      { symbol: "ETHUSDT", timeMs: 1_767_607_200_000, side: "Sell" },
      { symbol: "SOLUSDT", timestamp: 1_767_607_200_000, signal: 0 },
    ];
    const expected = [
      {
        symbol: "BTCUSDT",
        timeMs: Date.UTC(2026, 0, 5, 10),
        direction: "long",
        confidence: 0.7,
        size: 0.5,
        source: "signals.json",
      },
      { symbol: "ETHUSDT", timeMs: Date.UTC(2026, 0, 5, 10), direction: "short", source: "signals.json" },
      { symbol: "ETHUSDT", timeMs: Date.UTC(2026, 0, 5, 10), direction: "short", source: "signals.json" },
      { symbol: "SOLUSDT", timeMs: Date.UTC(2026, 0, 5, 10), direction: "flat", source: "signals.json" },
    ];
    expect(readSignalFile(file(JSON.stringify(rows)))).toEqual(expected);
    expect(readSignalFile(file(JSON.stringify({ signals: rows })))).toEqual(expected);
  });

  it.each([
    ["{", /no JSON/],
    ['{"a": 1}', /no list/],
    ["null", /no list/],
    ['[{"time": 1}]', /Signal 1: symbol/],
    ['[{"symbol": "BTCUSDT", "direction": "long"}]', /Signal 1 has no time/],
    ['[{"symbol": "BTCUSDT", "time": 1767607200, "direction": "up"}]', /direction "up"/],
    ['[{"symbol": "BTCUSDT", "time": 1767607200, "direction": "constructor"}]', /direction "constructor"/],
    ['[{"symbol": "BTCUSDT", "time": "yesterday", "direction": "long"}]', /Signal 1 has the time "yesterday"/],
    ['[{"symbol": "BTCUSDT", "time": 1767607200, "direction": "long", "confidence": 70}]', /confidence/],
  ])("%s is refused", (content, what) => {
    expect(() => readSignalFile(file(content))).toThrow(what);
  });

  it("that is not there is told by its path", () => {
    expect(() => readSignalFile(join(folder, "none.json"))).toThrow(/none\.json|not/i);
  });
});
