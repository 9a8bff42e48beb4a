/** @file What an assistant knows that was handed over by a program: rows of candles and a list of signals. */
import { TidemarkError } from "../core/index.ts";
import type { AssistantData, GlossaryEntry, Headline, SymbolCandles, TradingSignal } from "./tools/data.ts";

/** One candle, as programs have them. */
export type CandleRow = {
  readonly symbol: string;
  /** Open time, UTC milliseconds. */
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume?: number;
};

const QUOTE = /(USDT|USDC|USD|EUR|BTC)$/;

/** Candles by symbol, sorted by time. Throws CONFIG_VALUE for rows without a price or with two bars of one time. */
function candlesOf(rows: readonly CandleRow[]): Map<string, SymbolCandles> {
  return new Map([...grouped(rows)].map(([symbol, own]) => [symbol, columnsOf(symbol, own)]));
}

function grouped(rows: readonly CandleRow[]): Map<string, CandleRow[]> {
  const out = new Map<string, CandleRow[]>();
  for (const row of rows) {
    const own = out.get(row.symbol);
    if (own === undefined) out.set(row.symbol, [row]);
    else own.push(row);
  }
  return out;
}

function columnsOf(symbol: string, rows: readonly CandleRow[]): SymbolCandles {
  const sorted = [...rows].sort((a, b) => a.timeMs - b.timeMs);
  const refuse = (what: string): never => {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `The candles of ${symbol} ${what}`,
      where: "market data",
      fix: "Give one row a bar with timeMs, open, high, low and close.",
    });
  };
  let barMs = Number.POSITIVE_INFINITY;
  for (const [i, row] of sorted.entries()) {
    for (const key of ["timeMs", "open", "high", "low", "close"] as const) {
      if (!Number.isFinite(row[key]) || row[key] <= 0) refuse(`have no ${key} in row ${i + 1}`);
    }
    if (i === 0) continue;
    const step = row.timeMs - sorted[i - 1].timeMs;
    if (step === 0) refuse(`have two rows of one time, ${new Date(row.timeMs).toISOString()}`);
    barMs = Math.min(barMs, step);
  }
  if (sorted.length < 2) refuse("are fewer than two");
  return {
    symbol,
    source: "the rows that were given",
    quote: QUOTE.exec(symbol)?.[1] ?? "",
    barMs,
    isSynthetic: false,
    timeMs: Float64Array.from(sorted, ({ timeMs }) => timeMs),
    open: Float64Array.from(sorted, ({ open }) => open),
    high: Float64Array.from(sorted, ({ high }) => high),
    low: Float64Array.from(sorted, ({ low }) => low),
    close: Float64Array.from(sorted, ({ close }) => close),
    volume: Float64Array.from(sorted, ({ volume }) => volume ?? 0),
  };
}

/** Data in memory, replaced as a whole. */
export class MemoryData implements AssistantData {
  #candles: ReadonlyMap<string, SymbolCandles>;
  #signals: readonly TradingSignal[];
  readonly #glossary: readonly GlossaryEntry[];
  #headlines: readonly Headline[];

  constructor(
    rows: readonly CandleRow[] = [],
    signals: readonly TradingSignal[] = [],
    glossary: readonly GlossaryEntry[] = [],
    headlines: readonly Headline[] = [],
  ) {
    this.#headlines = headlines;
    this.#candles = candlesOf(rows);
    this.#signals = signals;
    this.#glossary = glossary;
  }

  replaceCandles(rows: readonly CandleRow[]): void {
    this.#candles = candlesOf(rows);
  }

  replaceSignals(signals: readonly TradingSignal[]): void {
    this.#signals = [...signals];
  }

  replaceHeadlines(headlines: readonly Headline[]): void {
    this.#headlines = [...headlines];
  }

  symbols(): readonly string[] {
    return [...this.#candles.keys()];
  }

  candles(symbol: string): Promise<SymbolCandles | undefined> {
    return Promise.resolve(this.#candles.get(symbol));
  }

  signals(): readonly TradingSignal[] {
    return this.#signals;
  }

  decisions(): readonly [] {
    return [];
  }

  performance(): readonly [] {
    return [];
  }

  sessions(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  models(): readonly [] {
    return [];
  }

  alternative(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  headlines(): Promise<readonly Headline[]> {
    return Promise.resolve(this.#headlines);
  }

  glossary(): readonly GlossaryEntry[] {
    return this.#glossary;
  }
}
