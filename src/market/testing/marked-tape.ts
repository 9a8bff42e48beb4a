/** @file A tape whose alternative series tell every cell apart, for tests of what copies and changes tapes. */
import { parseTimeframe } from "../../core/index.ts";
import { readCell } from "../alternative/columns.ts";
import { sliceTape } from "../slice.ts";
import { syntheticTape } from "../synthetic/market.ts";
import type { MarketTape } from "../tape.ts";

/** Every cell of each series has a value of its own. */
export function markedTape(): MarketTape {
  const tape = syntheticTape({ seed: 5, bars: 60, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
  const cells = tape.bars * tape.symbols;
  const series = ["fear-greed.index", "bybit.premium"].map((id) => ({
    id,
    source: id.split(".")[0],
    licence: "",
    cadenceMs: 1_000,
    lagMs: 0,
    provenance: "recorded" as const,
  }));
  const of = (base: number): Float64Array => Float64Array.from({ length: cells }, (_, i) => base + i);
  return sliceTape({ ...tape, alternative: { series, value: [of(1e3), of(2e3)], age: [of(3e3), of(4e3)] } }, 0, 60);
}

/** `[value, age, value, age]` of a cell; empty without such columns. */
export function joinedCell({ alternative }: MarketTape, cell: number): number[] {
  return alternative === undefined ? [] : readCell(alternative, cell);
}
