/**
 * Pairs: two coins that usually go together. Where their ratio is far from its own mean the dear one is sold and the cheap
 * one bought, in equal parts; both are closed when the ratio is back.
 *
 *     tidemark backtest --strategy examples/strategies/pairs.ts --symbols BTCUSDT,ETHUSDT
 */
import type { Strategy, SymbolView } from "tidemark";

let first = "";
let second = "";

/** Score of the log ratio of the two closes against its last bars. */
function score(a: SymbolView, b: SymbolView, bars: number): number {
  let sum = 0;
  let squares = 0;
  for (let back = 1; back <= bars; back++) {
    const ratio = Math.log(a.close(back) / b.close(back));
    sum += ratio;
    squares += ratio * ratio;
  }
  const mean = sum / bars;
  const deviation = Math.sqrt(Math.max(0, squares / bars - mean * mean));
  return deviation > 0 ? (Math.log(a.close() / b.close()) - mean) / deviation : 0;
}

export const strategy = {
  name: "pairs",
  parameters: {
    bars: { default: 96, low: 24, high: 480, log: true },
    entry: { default: 2, low: 1, high: 4 },
    exit: { default: 0.5, low: 0, high: 1.5 },
  },
  warmup: ({ bars }) => bars,
  begin: (symbols) => {
    [first = "", second = ""] = symbols;
  },
  decide: (symbol, { bars, entry, exit }) => {
    // Both legs are decided when the first is asked.
    if (symbol.name !== first || second === "") return;
    const other = symbol.other(second);
    const apart = score(symbol, other, bars);
    if (Math.abs(apart) < exit) {
      symbol.flat();
      other.flat();
    } else if (apart > entry && symbol.mayShort && other.mayLong && symbol.exposure >= 0) {
      symbol.short(0.4);
      other.long(0.4);
    } else if (apart < -entry && symbol.mayLong && other.mayShort && symbol.exposure <= 0) {
      symbol.long(0.4);
      other.short(0.4);
    }
  },
} satisfies Strategy;
