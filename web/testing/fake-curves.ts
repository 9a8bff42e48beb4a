/** @file The fake world's equity, candles, decisions, and the story of an order. */
import * as world from "./fake-data.ts";

export function equityOf(start: number): Record<string, Float64Array> {
  const next = world.chance(3);
  const length = 9 * 24;
  let value = start;
  let peak = start;
  const equity = Float64Array.from({ length }, () => (value *= 1 + (next() - 0.48) * 0.004));
  return {
    timeMs: Float64Array.from({ length }, (_, i) => world.WORLD_MS - (length - i) * 3_600_000),
    equity,
    budget: new Float64Array(length).fill(start * 0.97),
    drawdown: equity.map((one) => one / (peak = Math.max(peak, one)) - 1),
  };
}

export function candlesOf(query: URLSearchParams): Record<string, Float64Array> {
  const barMs = 3_600_000;
  const to = Math.floor(Number(query.get("to") ?? world.WORLD_MS) / barMs) * barMs;
  const from = Math.ceil(Number(query.get("from") ?? to - 1_000 * barMs) / barMs) * barMs;
  const length = Math.max(0, Math.floor((to - from) / barMs) + 1);
  const scale = query.get("symbol") === "BTCUSDT" ? 60_000 : query.get("symbol") === "ETHUSDT" ? 3_000 : 140;
  const price = (ms: number): number =>
    scale * (1 + 0.08 * Math.sin(ms / 4e8) + 0.03 * Math.sin(ms / 5.1e7) + 0.01 * Math.sin(ms / 9.7e6));
  const times = Float64Array.from({ length }, (_, i) => from + i * barMs);
  const open = times.map((ms) => price(ms));
  const close = times.map((ms) => price(ms + barMs));
  return {
    timeMs: times,
    open,
    high: open.map((one, i) => Math.max(one, close[i]) * 1.002),
    low: open.map((one, i) => Math.min(one, close[i]) * 0.998),
    close,
    volume: times.map((ms) => 800 + 600 * Math.abs(Math.sin(ms / 7.7e6))),
  };
}

/** What the server would draw over these candles is not made here: a line through the closes and one below them. */
export function linesOf(query: URLSearchParams): Record<string, Float64Array> {
  const { timeMs, close } = candlesOf(query);
  const names = (query.get("names") ?? "").split(",");
  const shape: Readonly<Record<string, (i: number) => number>> = {
    boll: (i) => close[i] * 1.01,
    rsi: (i) => 50 + 30 * Math.sin(timeMs[i] / 3e7),
    macd: (i) => close[i] * 0.004 * Math.sin(timeMs[i] / 2e7),
    atr: (i) => close[i] * 0.004,
  };
  const parts: Readonly<Record<string, readonly string[]>> = {
    boll: [".upper", ".middle", ".lower"],
    macd: [".line", ".signal", ".histogram"],
  };
  /** Of four regimes one after the other, each of forty hours. */
  const isIn = (regime: number, i: number): number => (Math.floor(timeMs[i] / 1.44e8) % 5 === regime ? 1 : 0);
  return {
    timeMs,
    ...Object.fromEntries(
      names.flatMap((name) => {
        if (name === "regime")
          return ["up", "down", "range", "volatile"].map((part, regime) => [
            `regime.${part}`,
            Float64Array.from(timeMs, (_, i) => isIn(regime, i)),
          ]);
        const family = name.replaceAll(/[\d-]/g, "");
        const value = shape[family] ?? ((i: number) => close[i]);
        return (parts[family] ?? [""]).map((part, step) => [
          `${name}${part}`,
          Float64Array.from(timeMs, (_, i) => value(i) * (family === "boll" ? 1 - step * 0.01 : 1)),
        ]);
      }),
    ),
  };
}

function at(minutes: number): string {
  return new Date(world.WORLD_MS - minutes * 60_000).toISOString();
}

export function storyOf(session: string, order: string): object {
  return {
    session,
    clientOrderId: order,
    lines: [
      `${at(61)}  #48152    decided at the close of 11:00 by tidemark/3: wants 0.052 BTCUSDT, regime trend`,
      `${at(60.9)}  #48153    quote 64210.4 / 64210.6`,
      `${at(60.8)}  #48154    the gate passed it: 3,338.95 USDT of 6,000 budget, stop 62,980 loses 1.07 % of equity`,
      `${at(60.7)}  #48155    sent: buy 0.052 BTCUSDT, limit 64,243`,
      `${at(60.6)}  #48157    filled 0.052 at 64,210.5, fee 1.8364`,
      `${at(60.5)}  #48158    stop 62,980 and target 68,400 confirmed by the venue`,
    ],
    records: [
      {
        seq: 48_152,
        atMs: world.WORLD_MS - 61 * 60_000,
        kind: "decision",
        entry: { strategy: "tidemark/3", targets: [{ symbol: "BTCUSDT", quantity: "0.052" }] },
      },
    ],
  };
}

export function decisionsOf(session: string, symbol: string | null): object[] {
  return Array.from({ length: 20 }, (_, i) => ({
    session,
    seq: 48_000 - i * 9,
    atMs: world.WORLD_MS - i * 3_600_000 + 2_000,
    closeMs: world.WORLD_MS - i * 3_600_000,
    why: {
      value: 0.0142,
      symbols: [
        {
          symbol: symbol ?? "BTCUSDT",
          probabilities: { long: 0.61, flat: 0.27, short: 0.12 },
          figures: { advantage: 0.0031 },
          direction: i % 4 === 0 ? "long" : "hold",
          size: 0.34,
          scheme: 3_564,
          allowed: 3_338.95,
          held: 0,
          target: i % 4 === 0 ? 0.052 : 0,
          sent: i % 8 === 0,
          verdicts: i % 8 === 4 ? ["MAX_CONCURRENT"] : [],
        },
      ],
    },
    targets: [
      {
        symbol: symbol ?? "BTCUSDT",
        quantity: i % 4 === 0 ? "0.052" : "0",
        stopDistance: 0.019,
        targetDistance: 0.04,
        regime: i % 3 === 0 ? "trend" : "calm",
      },
    ],
    outcomes:
      i % 4 === 0
        ? [
            {
              kind: i % 8 === 0 ? "intent" : "denied",
              symbol: symbol ?? "BTCUSDT",
              code: i % 8 === 0 ? "" : "MAX_CONCURRENT",
              text: i % 8 === 0 ? "buy 0.052 was sent" : "two positions are held, the limit is two",
            },
          ]
        : [],
  }));
}
