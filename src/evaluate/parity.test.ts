import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { verifyParity } from "./parity-suite.ts";

const TAPE = syntheticTape({ seed: 3, bars: 4_000, timeframe: parseTimeframe("5m") });

async function hashes(seed: number): Promise<string[]> {
  return (await verifyParity({ tape: TAPE, seed })).results.map((result) => result.backtestHash);
}

describe("environment and backtest", () => {
  it("trade the same to the last bit on every path of the kernel", async () => {
    const suite = await verifyParity({ tape: TAPE, seed: 1 });
    expect(suite.missing, JSON.stringify(suite.results.map((result) => result.paths))).toEqual([]);
    for (const result of suite.results) {
      expect(result.environmentHash, result.name).toBe(result.backtestHash);
      expect(result.fills, result.name).toBeGreaterThan(20);
    }
    expect(suite.passed).toBe(true);
  });

  it("give the same hashes when they are run again, and others with another seed", async () => {
    const first = await hashes(2);
    expect(await hashes(2)).toEqual(first);
    expect(await hashes(3)).not.toEqual(first);
  });
});
