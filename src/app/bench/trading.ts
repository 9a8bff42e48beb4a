/** @file What trading costs: records a second that the journal takes, flushed and not, and days a second that are simulated. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exactText } from "../../core/index.ts";
import { type Entry, JOURNAL_FILE, SqliteJournal, simulateDay } from "../../trade/index.ts";
import { type Benchmark, fastestMs, type Measurement, quantile } from "./benchmark.ts";

const FLUSHED = 500;
const LIGHT = 5_000;
const REPEATS = 3;
const DAYS = 5;

function rounded(samples: Float64Array, share: number): number {
  return Number(quantile(samples, share).toFixed(3));
}

/** As large as an order's. */
export function benchIntent(i: number): Entry {
  return {
    kind: "intent",
    request: {
      clientOrderId: `lbench00000000-${i.toString(36)}-e0`,
      symbol: "BTCUSDT",
      side: "buy",
      purpose: "entry",
      type: "market",
      timeInForce: "ioc",
      quantity: exactText("0.013"),
      reduceOnly: false,
      stopPrice: exactText("94012.5"),
      targetPrice: exactText("99120.1"),
    },
    brackets: { stopDistance: 0.02, targetDistance: 0.03, trailDistance: 0, maxBars: 0 },
    strategy: "bench",
    decision: i,
    leg: "e",
    attempt: 0,
    quote: `q${i}`,
    clamps: [],
  };
}

export const journalBenchmark: Benchmark = {
  name: "journal",
  summary: "records/s that the journal takes: each flushed to the disk before the next, and without flushing",
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-journal-"));
    const journal = new SqliteJournal(join(folder, JOURNAL_FILE));
    try {
      let written = 0;
      const samples = new Float64Array(FLUSHED);
      const measure = async (name: string, records: number, durable: boolean): Promise<Measurement> => {
        const ms = await fastestMs(context, REPEATS, () => {
          for (let i = 0; i < records; i++) {
            const startMs = context.clock.elapsedMs();
            journal.append([benchIntent(++written)], written, durable);
            if (durable) samples[i] = context.clock.elapsedMs() - startMs;
          }
        });
        const flush = durable ? { flushP50Ms: rounded(samples, 0.5), flushP99Ms: rounded(samples, 0.99) } : {};
        const value = Math.round((records / ms) * 1_000);
        return {
          name,
          value,
          unit: "records/s",
          detail: { records, synchronous: durable ? "FULL" : "NORMAL", ...flush },
        };
      };
      return [await measure("journal", FLUSHED, true), await measure("journal-light", LIGHT, false)];
    } finally {
      journal.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const engineBenchmark: Benchmark = {
  name: "engine",
  summary: "days/s: trading days of two symbols simulated with every fault, and checked after every input",
  async run(context) {
    let records = 0;
    let broken = 0;
    const ms = await fastestMs(context, REPEATS, () => {
      records = 0;
      for (let seed = 1; seed <= DAYS; seed++) {
        const day = simulateDay({ seed });
        records += day.records;
        if (day.violation !== undefined) broken++;
      }
    });
    const value = Number(((DAYS / ms) * 1_000).toFixed(2));
    return [
      {
        name: "engine",
        value,
        unit: "days/s",
        detail: { days: DAYS, symbols: 2, recordsADay: records / DAYS, broken },
      },
    ];
  },
};
