/** @file Feeding candles to an indicator and reading its outputs, for tests. */
import { Bar } from "../bar.ts";
import type { Indicator } from "../indicator.ts";
import type { Candles } from "./synthetic-bars.ts";

/** Every public number of an indicator, those of its parts included. Columns of parts are skipped: they hold old cells. */
function readOutputs(part: object, prefix = ""): Record<string, number> {
  const outputs: Record<string, number> = {};
  for (const [key, value] of Object.entries(part) as [string, unknown][]) {
    if (key === "warmup" || key === "capacity" || key === "nearest") continue;
    if (typeof value === "number") outputs[prefix + key] = value;
    else if (typeof value === "boolean") outputs[prefix + key] = value ? 1 : 0;
    else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
      Object.assign(outputs, readOutputs(value, `${prefix + key}.`));
    }
  }
  return outputs;
}

/** Runs candles `[from, to)` through an indicator; one column an output, row 0 is bar `from`. */
export function runIndicator(
  indicator: Indicator,
  candles: Candles,
  from = 0,
  to = candles.close.length,
): Record<string, Float64Array> {
  const bar = new Bar();
  bar.barMs = candles.tsMs.length > 1 ? candles.tsMs[1] - candles.tsMs[0] : 60_000;
  const columns: Record<string, Float64Array> = {};
  for (let i = from; i < to; i++) {
    feed(bar, candles, i);
    indicator.update(bar);
    for (const [key, value] of Object.entries(readOutputs(indicator))) {
      columns[key] ??= new Float64Array(to - from);
      columns[key][i - from] = value;
    }
  }
  return columns;
}

/** Makes candle `i` the stream's newest bar, beside a made-up market and eight-hour funding. */
function feed(bar: Bar, candles: Candles, i: number): void {
  const tsMs = candles.tsMs[i];
  const funding = tsMs % 28_800_000 === 0 ? 0.0001 * Math.sin(i) : 0;
  bar.set(tsMs, candles.open[i], candles.high[i], candles.low[i], candles.close[i], candles.volume[i], funding);
  if (bar.index === 0) return;
  bar.marketReturn = 0.5 * bar.logReturn + 0.002 * Math.sin(1.7 * i);
  bar.marketCount = 4;
  bar.marketDispersion = Math.abs(bar.marketReturn);
}
