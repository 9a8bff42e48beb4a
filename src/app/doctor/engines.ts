/** @file Doctor: the native parts, proven by a piece of real work each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileForward, input, mean, Parameters, square } from "../../compute/index.ts";
import { DAY_MS, ExitCode, invariant, parseTimeframe, toError } from "../../core/index.ts";
import { candlesFromRows, MarketStore } from "../../market/index.ts";
import type { AppContext } from "../context.ts";
import { type Check, CheckStatus } from "./check.ts";

async function attempt(context: AppContext, name: string, fix: string, work: () => Promise<string>): Promise<Check> {
  const startMs = context.clock.elapsedMs();
  try {
    const found = await work();
    const tookMs = Math.round(context.clock.elapsedMs() - startMs);
    return { name, status: CheckStatus.ok, found: `${found} in ${tookMs} ms` };
  } catch (thrown) {
    return { name, status: CheckStatus.fail, found: toError(thrown).message, fix, exitCode: ExitCode.usage };
  }
}

const REINSTALL = "Run `npm ci` again on this machine; the package brings a binary for each platform it supports.";

export function checkCompute(context: AppContext): Promise<Check> {
  return attempt(context, "onnxruntime", REINSTALL, async () => {
    const outputs = { y: mean(square(input("x", [4]))) };
    const session = await compileForward({ parameters: new Parameters(), outputs });
    const { y } = await session.run(new Float32Array(0), { x: Float32Array.of(1, 2, 3, 4) });
    invariant(y[0] === 7.5, `the mean of four squares is 7.5, was ${y[0]}`);
    await session.release();
    return "a graph was compiled and run";
  });
}

export function checkStore(context: AppContext): Promise<Check> {
  return attempt(context, "duckdb", REINSTALL, async () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-doctor-"));
    try {
      const store = new MarketStore(folder);
      const key = { venue: "csv", symbol: "PROBE", timeframe: parseTimeframe("1d") };
      await store.mergeCandles(key, candlesFromRows([[DAY_MS, 1, 2, 0.5, 1.5, 10]]));
      const { length, close } = await store.readCandles(key);
      invariant(length === 1 && close[0] === 1.5, "the bar that was written is read back");
      return "a Parquet file was written and read";
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
