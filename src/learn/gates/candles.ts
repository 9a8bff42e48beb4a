/** @file Real candles for the gates that need a market, through the same door as every import. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatDay, parseTimeframe, TidemarkError } from "../../core/index.ts";
import { candleFileSource, loadTape, MarketStore, syntheticTape } from "../../market/index.ts";
import type { GateForm, GateMarket } from "./gate.ts";

const TIMEFRAME = parseTimeframe("5m");
const CANDLE_FILE = /\.csv(\.gz)?$/;
const SYNTHETIC_BARS = { short: 8_000, full: 50_000 } as const;

/**
 * The candles of every CSV file of the folder, aligned; the synthetic market where no folder is given.
 * Rejects with DATA_MISSING where the folder holds none.
 */
export async function gateMarket(
  folder: string | undefined,
  form: GateForm,
  signal: AbortSignal | undefined,
): Promise<GateMarket> {
  if (folder === undefined) {
    const tape = syntheticTape({ seed: 1, bars: SYNTHETIC_BARS[form], timeframe: TIMEFRAME });
    return { tape, data: "synthetic market, because no candles were given" };
  }
  const files = candleFiles(folder);
  const root = mkdtempSync(join(tmpdir(), "tidemark-gates-"));
  try {
    const store = new MarketStore(root);
    const symbols: string[] = [];
    for (const file of files) {
      const source = candleFileSource({ path: join(folder, file), venue: "gates" });
      for (const { symbol } of await source.collect(store, signal === undefined ? {} : { signal }))
        symbols.push(symbol);
    }
    const tape = await loadTape({ root, venue: "gates", symbols, timeframe: TIMEFRAME });
    const from = formatDay(tape.timeMs[0]);
    const to = formatDay(tape.timeMs[tape.bars - 1]);
    return { tape, data: `${symbols.join(", ")} ${TIMEFRAME}, ${from} to ${to}` };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function candleFiles(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter((name) => CANDLE_FILE.test(name)).sort((a, b) => (a < b ? -1 : 1));
  if (files.length > 0) return files;
  throw new TidemarkError("DATA_MISSING", {
    what: "There is no such folder, or it holds no .csv or .csv.gz files",
    where: folder,
    fix: "Name a folder of candle files, or leave it out to use the synthetic market.",
  });
}
