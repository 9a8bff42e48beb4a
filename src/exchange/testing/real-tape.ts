/** @file A stretch of recorded five-minute candles of the five perpetuals, as a tape. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type InstrumentOverrides, parseTimeframe } from "../../core/index.ts";
import { type CandleRow, candlesFromRows, type MarketTape, tapeFromCandles } from "../../market/index.ts";
import { plainInstrument } from "./hand-tape.ts";

const RULES: ReadonlyArray<readonly [symbol: string, rules: InstrumentOverrides]> = [
  ["BTCUSDT", { tickSize: "0.1", lotStep: "0.001" }],
  ["ETHUSDT", { tickSize: "0.01", lotStep: "0.01" }],
  ["SOLUSDT", { tickSize: "0.01", lotStep: "0.1" }],
  ["BNBUSDT", { tickSize: "0.1", lotStep: "0.01" }],
  ["XRPUSDT", { tickSize: "0.0001", lotStep: "0.1" }],
];

/** The bars that open in `[fromMs, toMs)`; `folder` holds one gzipped CSV a symbol, stamped in milliseconds. */
export function realTape(folder: string, fromMs: number, toMs: number): MarketTape {
  const histories = RULES.map(([symbol, rules]) => {
    const lines = gunzipSync(readFileSync(join(folder, `${symbol}.csv.gz`)))
      .toString("utf8")
      .trim()
      .split("\n");
    const rows = lines
      .slice(1)
      .map((line) => line.split(",").map(Number) as unknown as CandleRow)
      .filter(([timeMs]) => timeMs >= fromMs && timeMs < toMs);
    const instrument = plainInstrument({ ...rules, minNotional: 5, takerFeeBps: 5.5 }, symbol);
    return { instrument, candles: candlesFromRows(rows) };
  });
  return tapeFromCandles(histories, parseTimeframe("5m"));
}
