/** @file Three million minutes of one market from a CSV file, by the command that a user types: processor time and peak memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random, TidemarkError } from "../../core/index.ts";
import type { BenchContext, Benchmark } from "./benchmark.ts";

const ROWS = 3_000_000;
const FILE = "BTCUSDT-1m.csv";
/** What the process says of itself when it ends, written where nobody else writes. */
const USAGE =
  "import{writeSync}from'node:fs';process.on('exit',()=>{const{maxRSS,userCPUTime,systemCPUTime}=process.resourceUsage();" +
  "writeSync(3,JSON.stringify({maxRSS,cpuUs:userCPUTime+systemCPUTime}))})";

type Usage = { readonly maxRSS: number; readonly cpuUs: number };

/** A walk of prices with two decimals, in the layout that most exchanges hand out. */
function writeRows(path: string): void {
  const random = new Random(1);
  const file = openSync(path, "w");
  try {
    writeSync(file, "timestamp,open,high,low,close,volume\n");
    let close = 7_200;
    let text = "";
    for (let row = 0; row < ROWS; row++) {
      const open = close;
      close = open * (1 + 0.001 * (random.uniform() - 0.5));
      const high = Math.max(open, close) * (1 + 0.0003 * random.uniform());
      const low = Math.min(open, close) * (1 - 0.0003 * random.uniform());
      const prices = [open, high, low, close].map((price) => price.toFixed(2)).join(",");
      text += `${Date.UTC(2020, 0, 1) + row * 60_000},${prices},${(50 * random.uniform()).toFixed(6)}\n`;
      if (text.length < 1 << 20) continue;
      writeSync(file, text);
      text = "";
    }
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

async function importedBy(launcher: string, folder: string, signal: AbortSignal): Promise<Usage> {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${USAGE}`, launcher, "import", FILE, "--quiet"],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe", "pipe"], signal },
  );
  const said = ["", ""];
  for (const [i, at] of [2, 3].entries()) {
    child.stdio[at]?.on("data", (bytes: Buffer) => {
      said[i] += bytes.toString();
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new TidemarkError("CHECK_FAILED", { what: `The import ended with ${code}: ${said[0].slice(-600)}` });
  return JSON.parse(said[1]) as Usage;
}

export const importBenchmark: Benchmark = {
  name: "import",
  long: true,
  summary: "rows per CPU second: three million rows of CSV by the command, and the most memory that it held; a minute",
  async run({ launcher, signal, onProgress }: BenchContext) {
    if (launcher === undefined) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: "import starts the program itself, and was not told where it is",
        fix: "Run it with `tidemark bench import`.",
      });
    }
    const folder = mkdtempSync(join(tmpdir(), "tidemark-import-"));
    try {
      onProgress({ label: "writes the file", done: 0, total: 2, unit: "steps" });
      writeRows(join(folder, FILE));
      signal.throwIfAborted();
      onProgress({ label: "imports it", done: 1, total: 2, unit: "steps" });
      const { maxRSS, cpuUs } = await importedBy(launcher, folder, signal);
      const detail = {
        rows: ROWS,
        cpuSeconds: Math.round(cpuUs / 1e5) / 10,
        peakMB: Math.round((maxRSS * 1_024) / 1e6),
      };
      return [{ name: "import", value: Math.round(ROWS / (cpuUs / 1e6)), unit: "rows/CPU s", detail }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
