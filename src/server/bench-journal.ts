/** @file A session with a long past, for what is measured: bars, decisions, fills and comparisons with its venue. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, defaultInstrument, exactText, MINUTE_MS } from "../core/index.ts";
import { ENGINE_DEFAULTS, type Entry, JOURNAL_FILE, SqliteJournal } from "../trade/index.ts";

export const SESSION = "bench";
/** A month. */
export const BARS = 8_640;
const SYMBOL = "BTCUSDT";
const BAR_MS = 5 * MINUTE_MS;
/** Every so many bars the position is opened or closed. */
export const BARS_A_FILL = 4;
/** Every so many bars journal and venue are compared. */
const BARS_A_LOOK = 12;

const text = exactText;

/** An order, its fill, and its end. */
function fill(count: number, atMs: number): Entry[] {
  const side = count % 2 === 0 ? "buy" : "sell";
  const [clientOrderId, orderId] = [`c${count}`, `o${count}`];
  const quantity = text("0.1");
  const price = text(String(100 + (count % 7)));
  const known = { clientOrderId, symbol: SYMBOL, side, quantity } as const;
  const request = { ...known, type: "market", purpose: "entry", timeInForce: "ioc", reduceOnly: false } as const;
  const filled = { status: "filled", filled: quantity, averagePrice: price, createdMs: atMs, updatedMs: atMs } as const;
  return [
    {
      kind: "intent",
      strategy: SESSION,
      decision: 0,
      leg: "e",
      attempt: 0,
      quote: "q0",
      request,
      brackets: { stopDistance: 0.01, targetDistance: 0.02, trailDistance: 0, maxBars: 0 },
      clamps: [],
    },
    { kind: "submitted", clientOrderId, outcome: { outcome: "acknowledged", orderId, duplicate: false } },
    {
      kind: "broker",
      event: {
        kind: "execution",
        execution: {
          ...known,
          orderId,
          role: "ours",
          executionId: `e${count}`,
          price,
          fee: text("0.01"),
          feeCurrency: "USDT",
          kind: "trade",
          maker: false,
          timeMs: atMs,
        },
      },
    },
    {
      kind: "broker",
      event: {
        kind: "order",
        order: { ...known, ...filled, orderId, role: "ours", type: "market", reduceOnly: false },
      },
    },
  ];
}

/** The venue agrees: what is long over is forgotten then. */
function compared(askedMs: number): Entry {
  const snapshot = { orders: [], positions: [], balances: [], executions: [], cursor: `time:${askedMs}`, askedMs };
  return { kind: "snapshot", snapshot };
}

/** Five-minute bars up to now: a quote, a row and a decision each, an order every fourth, a comparison every hour. */
function* past(nowMs: number, bars: number): Iterable<readonly [atMs: number, entries: Entry[]]> {
  const startMs = nowMs - bars * BAR_MS;
  yield [
    startMs,
    [
      {
        kind: "session",
        id: `paper/${SESSION}`,
        config: {
          ...ENGINE_DEFAULTS,
          mode: "paper",
          strategies: [{ name: SESSION, symbols: [SYMBOL], barMs: BAR_MS }],
          initialBalance: text("10000"),
          currency: "USDT",
        },
        capabilities: {
          name: "paper",
          live: false,
          attachedBrackets: true,
          protection: "position",
          amend: true,
          postOnly: true,
          shortSelling: true,
          targets: true,
          finalOrdersMs: DAY_MS,
        },
        accountId: "paper",
        instruments: [defaultInstrument(SYMBOL)],
        strategySpec: { model: "bench/1" },
        version: "1",
        seed: 1,
      },
      { kind: "started", process: "1" },
      { kind: "broker", event: { kind: "connection", state: "up", generation: 1, reason: "" } },
    ],
  ];
  for (let bar = 0; bar < bars; bar++) {
    const atMs = startMs + (bar + 1) * BAR_MS;
    const last = text(String(100 + (bar % 11)));
    yield [
      atMs,
      [
        { kind: "quote", quote: { symbol: SYMBOL, bid: last, ask: last, last, timeMs: atMs } },
        { kind: "row", strategy: SESSION, openMs: atMs - BAR_MS, rows: [null], late: false },
        {
          kind: "decision",
          strategy: SESSION,
          closeMs: atMs,
          targets: [{ symbol: SYMBOL, quantity: text("0.1"), stopDistance: 0.01, targetDistance: 0.02 }],
        } as unknown as Entry,
        ...(bar % BARS_A_FILL === 0 ? fill(bar / BARS_A_FILL, atMs) : []),
        ...(bar % BARS_A_LOOK === 0 ? [compared(atMs)] : []),
      ],
    ];
  }
}

/** A folder with a page without content and a session that has traded for `bars` bars. */
export function longPast(folder: string, nowMs: number, bars = BARS): void {
  const session = join(folder, "state", "paper", SESSION);
  mkdirSync(session, { recursive: true });
  const journal = new SqliteJournal(join(session, JOURNAL_FILE), { durable: false });
  for (const [atMs, entries] of past(nowMs, bars)) journal.append(entries, atMs, false);
  journal.close();
  const page = join(folder, "page");
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), "<!doctype html><title>Page</title>");
}
