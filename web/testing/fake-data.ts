/** @file What the fake API answers before anything is done to it: a small world that every screen has something to show of. */
import type {
  Coverage,
  DataSet,
  Feature,
  Indicator,
  Job,
  LogLine,
  MarketSession,
  RequestLimit,
  Series,
  Session,
  SessionRisk,
  Token,
  Trade,
  TradeEvent,
  Wallet,
} from "../../src/server/contract/index.ts";

/** The moment at which the world stands: 2026-03-02 12:00 UTC. */
export const WORLD_MS = Date.UTC(2026, 2, 2, 12);
export const HOUR = 3_600_000;

/** A small generator with a seed of its own: the world is the same each time. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function sessionsOf(): Session[] {
  const base = {
    account: "paper account 1",
    currency: "USDT",
    timeframe: "1h",
    causes: {},
    running: true,
    connected: true,
    reconciled: true,
    initialBalance: "10000",
    startedMs: WORLD_MS - 9 * 24 * HOUR,
    lastRowMs: WORLD_MS - HOUR,
    lastRecordMs: WORLD_MS - 4_000,
    working: [],
  };
  return [
    {
      ...base,
      id: "paper/tidemark-3",
      mode: "paper",
      name: "tidemark-3",
      model: "tidemark/3",
      symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
      assetClasses: ["cryptoFutures"],
      status: "active",
      classes: [{ assetClass: "cryptoFutures", open: true }],
      equity: "10482.114203",
      cash: "10391.55",
      fees: "61.2034",
      funding: "-4.1182",
      dayEquity: "10377.02",
      dayProfit: "105.094203",
      peakEquity: "10510.99",
      seq: 48_211,
      positions: [
        {
          session: "paper/tidemark-3",
          symbol: "BTCUSDT",
          assetClass: "cryptoFutures",
          quantity: "0.052",
          entryPrice: "64210.5",
          markPrice: "65890.1",
          unrealised: "87.3392",
          stopPrice: "62980",
          targetPrice: "68400",
          nakedMs: 0,
          notional: "3426.2852",
          liquidationPrice: "51200",
          liquidationDistance: 0.223,
          manual: true,
          barsHeld: 14,
        },
        {
          session: "paper/tidemark-3",
          symbol: "SOLUSDT",
          assetClass: "cryptoFutures",
          quantity: "-11.4",
          entryPrice: "142.31",
          markPrice: "142.03",
          unrealised: "3.192",
          stopPrice: null,
          targetPrice: null,
          nakedMs: 6_400,
          notional: "1619.142",
          liquidationPrice: null,
          liquidationDistance: null,
          manual: false,
          barsHeld: 1,
        },
      ],
    },
    {
      ...base,
      id: "paper/momentum-1",
      mode: "paper",
      name: "momentum-1",
      model: "momentum/1",
      symbols: ["BTCUSDT"],
      assetClasses: ["cryptoSpot"],
      status: "active",
      equity: "4987.02",
      cash: "4987.02",
      fees: "9.11",
      funding: "0",
      dayEquity: "4991.5",
      dayProfit: "-4.48",
      peakEquity: "5012",
      initialBalance: "5000",
      seq: 9_120,
      positions: [],
    },
  ];
}

export function tradesOf(count = 180): Trade[] {
  const next = chance(7);
  return Array.from({ length: count }, (_, i): Trade => {
    const symbol = ["BTCUSDT", "ETHUSDT", "SOLUSDT"][Math.floor(next() * 3)];
    const price = symbol === "BTCUSDT" ? 60_000 : symbol === "ETHUSDT" ? 3_100 : 140;
    const entry = price * (0.95 + next() * 0.1);
    const isLong = next() > 0.42;
    const change = (next() - 0.47) * 0.02;
    const quantity = 600 / entry;
    const gross = entry * change * quantity;
    const fees = entry * quantity * 0.0011;
    const exitMs = WORLD_MS - (count - i) * 5 * HOUR + Math.floor(next() * HOUR);
    return {
      session: "paper/tidemark-3",
      model: "tidemark/3",
      symbol,
      side: isLong ? "long" : "short",
      entryMs: exitMs - Math.floor(1 + next() * 30) * HOUR,
      exitMs,
      quantity: quantity.toFixed(4),
      entryPrice: entry.toFixed(2),
      exitPrice: (entry * (1 + (isLong ? change : -change))).toFixed(2),
      grossProfit: gross.toFixed(4),
      fees: fees.toFixed(4),
      funding: ((next() - 0.5) * 0.2).toFixed(4),
      netProfit: (gross - fees).toFixed(4),
      exitReason: ["ours", "stop", "target", "time"][Math.floor(next() * 4)],
      orders: [`p7c1-${i}-e0`, `p7c1-${i}-x0`],
    };
  });
}

export function jobsOf(): Job[] {
  return [
    {
      id: "train-20260302-1130",
      kind: "train",
      line: "tidemark train --set training.total_steps=400000",
      state: "running",
      by: "page",
      startedMs: WORLD_MS - 22 * 60_000,
      endedMs: null,
      progress: {
        label: "training",
        done: 182_272,
        total: 400_000,
        unit: "steps",
        figures: { return: "+1.84 %", KL: "0.0091", "policy loss": "-0.0123" },
        rate: 143,
        etaMs: 1_522_000,
        atMs: WORLD_MS - 1_500,
      },
      error: null,
    },
    {
      id: "fetch-20260302-0900",
      kind: "fetch",
      line: "tidemark fetch --symbols BTCUSDT,ETHUSDT,SOLUSDT --timeframe 1h",
      state: "done",
      by: "command line",
      startedMs: WORLD_MS - 3 * HOUR,
      endedMs: WORLD_MS - 3 * HOUR + 94_000,
      progress: {
        label: "fetching",
        done: 26_304,
        total: 26_304,
        unit: "bars",
        figures: {},
        rate: null,
        etaMs: null,
        atMs: WORLD_MS - 3 * HOUR,
      },
      error: null,
    },
    {
      id: "leak-20260301-1800",
      kind: "verify-leak",
      line: "tidemark verify leak --model tidemark/3",
      state: "done",
      by: "page",
      startedMs: WORLD_MS - 18 * HOUR,
      endedMs: WORLD_MS - 18 * HOUR + 41_000,
      progress: null,
      error: null,
    },
    {
      id: "stress-20260301-0900",
      kind: "stress",
      line: "tidemark stress --model tidemark/3",
      state: "done",
      by: "page",
      startedMs: WORLD_MS - 27 * HOUR,
      endedMs: WORLD_MS - 27 * HOUR + 61_000,
      progress: null,
      error: null,
    },
    {
      id: "backtest-20260228-1010",
      kind: "backtest",
      line: "tidemark backtest --model tidemark/2",
      state: "failed",
      by: "page",
      startedMs: WORLD_MS - 50 * HOUR,
      endedMs: WORLD_MS - 50 * HOUR + 3_000,
      progress: null,
      error: {
        code: "DATA_MISSING",
        what: "No candles of DOGEUSDT at 1h are stored",
        fix: "Fetch them: tidemark fetch --symbols DOGEUSDT.",
      },
    },
  ];
}

export function seriesOf(): Series[] {
  const span = { timeframe: "1h", firstMs: Date.UTC(2023, 0, 1), lastMs: WORLD_MS - HOUR };
  const session = { id: "paper/tidemark-3", running: true };
  return [
    ...["BTCUSDT", "ETHUSDT", "SOLUSDT"].map((symbol) => ({
      ...span,
      session,
      venue: null,
      symbol,
      kind: null,
      synthetic: null,
    })),
    ...dataOf().map(({ venue, symbol, kind, timeframe, firstMs, lastMs, synthetic }) => ({
      session: null,
      venue,
      symbol,
      kind,
      timeframe,
      firstMs,
      lastMs,
      synthetic,
    })),
  ];
}

export const MARKET_SESSIONS: readonly MarketSession[] = [
  { name: "Asia", fromHour: 23, toHour: 7 },
  { name: "Europe", fromHour: 7, toHour: 15 },
  { name: "US", fromHour: 13, toHour: 21 },
];

const indicator = (name: string, title: string, overPrice: boolean, levels: number[] = []): Indicator => ({
  name,
  pattern: name.replaceAll(/\d+/g, "#"),
  title,
  overPrice,
  levels,
  source: "made up",
});

export function indicatorsOf(): Indicator[] {
  return [
    indicator("ema50", "Exponential moving average", true),
    indicator("boll20", "Bollinger bands, 2 deviations", true),
    indicator("rsi14", "Relative strength index", false, [30, 70]),
    indicator("macd12-26-9", "MACD: line, signal, histogram", false, [0]),
    indicator("atr14", "Average true range", false),
  ];
}

export function dataOf(): DataSet[] {
  const base = {
    venue: "bybit",
    kind: "perpetual",
    timeframe: "1h",
    synthetic: false,
    damage: null,
    quote: "USDT",
    lotStep: "0.001",
    takerFeeBps: 5.5,
    maxLeverage: 100,
    guessed: [],
    findings: [],
    firstMs: Date.UTC(2023, 0, 1),
    lastMs: WORLD_MS - HOUR,
  };
  const bars = Math.floor((base.lastMs - base.firstMs) / HOUR) + 1;
  return [
    {
      ...base,
      symbol: "BTCUSDT",
      bars,
      gaps: 0,
      missingBars: 0,
      fundingStamps: 3_462,
      markBars: 0,
      bytes: 1_204_331,
      tickSize: "0.1",
    },
    {
      ...base,
      symbol: "ETHUSDT",
      bars: bars - 7,
      gaps: 2,
      missingBars: 7,
      fundingStamps: 3_462,
      markBars: 0,
      bytes: 1_180_004,
      tickSize: "0.01",
      findings: ["7 bars are missing around 2024-06-11 02:00"],
    },
    {
      ...base,
      symbol: "SOLUSDT",
      firstMs: Date.UTC(2024, 3, 1),
      bars: 16_800,
      gaps: 0,
      missingBars: 0,
      fundingStamps: 2_100,
      markBars: 0,
      bytes: 740_120,
      tickSize: "0.01",
      guessed: ["maxLeverage"],
    },
  ];
}

export function featuresOf(): Feature[] {
  return [
    {
      name: "return_1",
      group: "returns",
      description: "Logarithmic return of the last bar.",
      warmup: 1,
      source: "candles",
    },
    {
      name: "rsi_14",
      group: "momentum",
      description: "Relative strength of 14 bars, Wilder's smoothing.",
      warmup: 14,
      source: "candles",
    },
    {
      name: "atr_14",
      group: "volatility",
      description: "Average true range of 14 bars as a share of the close.",
      warmup: 14,
      source: "candles",
    },
    {
      name: "funding_z",
      group: "funding",
      description: "Funding rate against its last 90 stamps.",
      warmup: 720,
      source: "funding",
    },
  ];
}

/** Three years of hours, one month of which has holes. */
export function coverageOf(): Coverage["items"] {
  return Array.from({ length: 38 }, (_, i) => {
    const monthMs = Date.UTC(2023, i);
    const expected = (Math.min(Date.UTC(2023, i + 1), WORLD_MS) - monthMs) / HOUR;
    return { monthMs, expected: Math.floor(expected), bars: Math.floor(i === 14 ? expected * 0.93 : expected) };
  });
}

export function riskOf(): SessionRisk[] {
  const known = { valueAtRisk: -0.0182, expectedShortfall: -0.0271, volatility: 0.0109 };
  const sample = { sampleValueAtRisk: -0.0201, sampleShortfall: -0.0312, worstDay: -0.0388 };
  const unknown = { valueAtRisk: null, expectedShortfall: null, volatility: null };
  return sessionsOf().map(({ id, mode, currency, equity }, i) => ({
    session: id,
    mode,
    currency,
    equity,
    days: i === 0 ? 64 : 9,
    ...(i === 0 ? known : unknown),
    ...sample,
  }));
}

export function requestsOf(): RequestLimit[] {
  return [
    { name: "address", left: 497, most: 540, spanMs: 5_000 },
    { name: "create", left: 2, most: 9, spanMs: 1_000 },
    { name: "cancel", left: 9, most: 9, spanMs: 1_000 },
    { name: "connections", left: 447, most: 450, spanMs: 300_000 },
  ];
}

export function logOf(level: string | null): LogLine[] {
  const lines: readonly LogLine[] = [
    { atMs: WORLD_MS - 4_000, level: "info", text: 'submitted {"clientOrderId":"p7c1-181-e0"}' },
    { atMs: null, level: "warn", text: "the venue answers slowly: 1,812 ms" },
    { atMs: WORLD_MS - HOUR, level: "info", text: 'alarm {"code":"command.resume","text":"page: by hand"}' },
    { atMs: null, level: "error", text: "a notice could not be sent: 429" },
  ];
  return lines.filter((one) => level === null || one.level === level || one.level === "error");
}

export function walletOf(): Wallet {
  return {
    items: [
      {
        mode: "paper",
        assetClass: "cryptoFutures",
        currency: "USDT",
        budget: "6000",
        wallet: "10391.55",
        inUse: "5045.42",
        usableNow: "954.58",
        allocation: 6_000,
      },
      {
        mode: "paper",
        assetClass: "cryptoSpot",
        currency: "USDT",
        budget: "2500",
        wallet: "4987.02",
        inUse: "0",
        usableNow: "2500",
        allocation: 2_500,
      },
    ],
  };
}

export function eventsOf(): TradeEvent[] {
  const words: readonly (readonly [string, TradeEvent["level"], string | null, string])[] = [
    ["decision", "info", "BTCUSDT", "decided at the close of 11:00: 0.052 BTCUSDT, -11.4 SOLUSDT"],
    ["intent", "info", "SOLUSDT", "sell 11.4 SOLUSDT is to be sent, quote 142.31"],
    ["broker", "good", "SOLUSDT", "filled 11.4 SOLUSDT at 142.31"],
    ["denied", "warn", "ETHUSDT", "MAX_CONCURRENT: two positions are held, the limit is two"],
    ["alarm", "bad", "SOLUSDT", "SOLUSDT has no stop at the venue"],
    ["command", "good", null, "close-only taken back by page: by hand"],
  ];
  return Array.from({ length: 60 }, (_, i): TradeEvent => {
    const [kind, level, symbol, text] = words[i % words.length];
    return {
      session: "paper/tidemark-3",
      seq: 48_152 + i,
      atMs: WORLD_MS - (60 - i) * 47_000,
      kind,
      symbol,
      level,
      text,
    };
  });
}

export function tokensOf(): Token[] {
  return [
    {
      id: "t1",
      name: "grafana",
      tier: "view",
      createdMs: WORLD_MS - 20 * 24 * HOUR,
      expiresMs: WORLD_MS + 70 * 24 * HOUR,
      lastUsedMs: WORLD_MS - 60_000,
    },
  ];
}
