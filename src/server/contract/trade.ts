/** @file Sessions of the trading engine: what they hold, what they did, why, and the words to them. */
import { z } from "zod";
import { assetClassSchema, decimalText, modeSchema, nextCursor, timeMs } from "./common.ts";

export const positionSchema = z.object({
  session: z.string(),
  symbol: z.string(),
  assetClass: assetClassSchema,
  quantity: decimalText,
  entryPrice: decimalText,
  /** The last price that the session knows; null before the first. */
  markPrice: decimalText.nullable(),
  unrealised: decimalText.nullable(),
  /** Value at the mark, above zero; null before the first price. */
  notional: decimalText.nullable().optional(),
  liquidationPrice: decimalText.nullable().optional(),
  /** Share of the mark that the price may move against the position before it. */
  liquidationDistance: z.number().nullable().optional(),
  /** Whether a person set stop or target. */
  manual: z.boolean().optional(),
  stopPrice: decimalText.nullable(),
  targetPrice: decimalText.nullable(),
  /** Time without a stop at the venue, 0 where it has one. */
  nakedMs: z.number(),
  barsHeld: z.number(),
  /** Changes with what a person sees of it: a command that names it is refused where it has become another. */
  version: z.string().optional(),
});
export type Position = z.infer<typeof positionSchema>;

export const orderSchema = z.object({
  session: z.string(),
  clientOrderId: z.string(),
  orderId: z.string(),
  symbol: z.string(),
  side: z.string(),
  quantity: decimalText,
  filled: decimalText,
  averagePrice: z.string(),
  /** intended, working, unknown, filled, cancelled, rejected, ... */
  life: z.string(),
  sentMs: timeMs,
  /** As of a position. */
  version: z.string().optional(),
});
export type Order = z.infer<typeof orderSchema>;

export const sessionSchema = z.object({
  /** "paper/name". */
  id: z.string(),
  mode: modeSchema,
  name: z.string(),
  model: z.string(),
  account: z.string(),
  currency: z.string(),
  timeframe: z.string(),
  symbols: z.array(z.string()),
  assetClasses: z.array(assetClassSchema),
  /** active, reducing or halted. */
  status: z.string(),
  /** Why it is not active, by cause. */
  causes: z.record(z.string(), z.string()),
  /** Whether a process runs it now. */
  running: z.boolean(),
  connected: z.boolean(),
  reconciled: z.boolean(),
  initialBalance: decimalText,
  equity: decimalText,
  cash: decimalText,
  fees: decimalText,
  funding: decimalText,
  dayEquity: decimalText,
  dayProfit: decimalText,
  peakEquity: decimalText,
  startedMs: timeMs,
  /** Open time of the last complete bar. */
  lastRowMs: timeMs,
  /** Of the last record that this reflects. */
  seq: z.number(),
  lastRecordMs: timeMs,
  positions: z.array(positionSchema),
  /** Asset classes that the session trades, and whether they may open. */
  classes: z.array(z.object({ assetClass: z.string(), open: z.boolean() })).optional(),
  /** Orders that are on their way, at the venue, or of unknown fate. */
  working: z.array(orderSchema),
  /** What the engine holds the session to, as it began with it; zero sets no limit. */
  limits: z
    .object({
      /** Loss of a UTC day, and from the highest equity, as a share: beyond it the session halts. */
      dailyLoss: z.number(),
      maxDrawdown: z.number(),
      /** Notional in the session's currency. */
      maxPositionNotional: z.number(),
      maxTotalNotional: z.number(),
      maxConcurrent: z.number(),
      maxTotalLeverage: z.number(),
      /** Loss of an order at its stop, as a share of equity. */
      maxOrderLoss: z.number(),
    })
    .nullable()
    .optional(),
});
export type Session = z.infer<typeof sessionSchema>;
export const sessionsSchema = z.object({ items: z.array(sessionSchema) });

/** How many requests a session's venue takes now: empty of one that does not run, and where nobody counts them. */
export const requestsSchema = z.object({
  items: z.array(
    z.object({
      /** "address", "connections", or a kind such as "create". */
      name: z.string(),
      left: z.number(),
      /** Of so many in any span of that length: nine tenths of what the venue states. */
      most: z.number(),
      spanMs: z.number(),
    }),
  ),
});
export type RequestLimit = z.infer<typeof requestsSchema>["items"][number];

export const ordersSchema = z.object({ items: z.array(orderSchema) });
export const positionsSchema = z.object({ items: z.array(positionSchema) });

/** A record of the journal, told in one line. */
export const eventSchema = z.object({
  session: z.string(),
  seq: z.number(),
  atMs: timeMs,
  kind: z.string(),
  symbol: z.string().nullable(),
  /** info, good, warn, bad. */
  level: z.enum(["info", "good", "warn", "bad"]),
  text: z.string(),
});
export type TradeEvent = z.infer<typeof eventSchema>;
export const eventsSchema = z.object({ items: z.array(eventSchema), nextCursor });

const recordSchema = z.object({ seq: z.number(), atMs: timeMs, kind: z.string(), entry: z.unknown() });

/** "What did we know when we sent this order." */
export const storySchema = z.object({
  session: z.string(),
  clientOrderId: z.string(),
  lines: z.array(z.string()),
  records: z.array(recordSchema),
});
export type OrderStory = z.infer<typeof storySchema>;

/** What a decision was made on: what the policy thought of each symbol, how that was sized, what the risk gate said. */
const whySchema = z.object({
  value: z.number().nullable(),
  symbols: z.array(
    z.object({
      symbol: z.string(),
      probabilities: z.record(z.string(), z.number()).optional(),
      figures: z.record(z.string(), z.number()).optional(),
      reason: z.string().optional(),
      direction: z.string(),
      size: z.number(),
      scheme: z.number(),
      allowed: z.number(),
      held: z.number(),
      target: z.number(),
      sent: z.boolean(),
      verdicts: z.array(z.string()),
    }),
  ),
});

export const decisionSchema = z.object({
  session: z.string(),
  seq: z.number(),
  atMs: timeMs,
  /** The close at which it was made. */
  closeMs: timeMs,
  targets: z.array(
    z.object({
      symbol: z.string(),
      quantity: decimalText,
      stopDistance: z.number(),
      targetDistance: z.number(),
      regime: z.string().nullable(),
    }),
  ),
  /** Null where an older program wrote it. */
  why: whySchema.nullable().optional(),
  /** What became of it: orders sent, refusals with their codes, what was clamped or dropped. */
  outcomes: z.array(z.object({ kind: z.string(), symbol: z.string(), code: z.string(), text: z.string() })),
});
export type Decision = z.infer<typeof decisionSchema>;
export const decisionsSchema = z.object({ items: z.array(decisionSchema), nextCursor });

export const tradeSchema = z.object({
  session: z.string(),
  model: z.string(),
  symbol: z.string(),
  side: z.enum(["long", "short"]),
  entryMs: timeMs,
  exitMs: timeMs,
  quantity: decimalText,
  entryPrice: decimalText,
  exitPrice: decimalText,
  grossProfit: decimalText,
  fees: decimalText,
  funding: decimalText,
  netProfit: decimalText,
  exitReason: z.string(),
  orders: z.array(z.string()),
});
export type Trade = z.infer<typeof tradeSchema>;

/** One of the eight history tables: asset class by mode. Totals are over the whole filter. */
export const historySchema = z.object({
  assetClass: assetClassSchema,
  mode: modeSchema,
  currency: z.string(),
  items: z.array(tradeSchema),
  nextCursor,
  totals: z.object({
    trades: z.number(),
    profit: decimalText,
    fees: decimalText,
    funding: decimalText,
    /** Share of trades with a net profit above zero; null without trades. */
    winRate: z.number().nullable(),
    /** Net profit a trade; null without trades. */
    expectancy: decimalText.nullable(),
  }),
});
export type History = z.infer<typeof historySchema>;

const COMMANDS = [
  "halt",
  "resume",
  "flatten",
  "close-only",
  "close-position",
  "cancel-order",
  "change-protection",
  "switch-class",
] as const;
/**
 * POST sessions/{mode}/{name}/commands, with the header `idempotency-key`: sent twice it acts once, in the engine too. What a
 * command is about stands beside it: a symbol (close-position, change-protection), an order, a class.
 */
export const commandRequestSchema = z.strictObject({
  command: z.enum(COMMANDS),
  reason: z.string().max(500),
  symbol: z.string().max(100).optional(),
  clientOrderId: z.string().max(100).optional(),
  stopPrice: decimalText.max(40).optional(),
  /** Null takes the target away. */
  targetPrice: decimalText.max(40).nullable().optional(),
  assetClass: assetClassSchema.optional(),
  open: z.boolean().optional(),
  /** Of the position or order as it was seen; the header `if-match` says the same. */
  ifVersion: z.string().max(40).optional(),
});
/**
 * POST live/changes: what raises live risk. It asks for the tier live (POST session/live) and the phrase "raise NAME" with the
 * session's name, and is carried out some seconds later, unless it is taken back before.
 */
export const liveChangeRequestSchema = z.strictObject({
  session: z.string().max(200),
  command: z.enum(["resume", "switch-class"]),
  assetClass: assetClassSchema.optional(),
  phrase: z.string().max(300),
  reason: z.string().max(500),
});
/** POST engine/commands: every running session at once; only what lowers risk. */
export const allCommandSchema = z.strictObject({
  command: z.enum(["halt", "flatten", "close-only"]),
  reason: z.string().max(500),
});
export const commandSchema = z.object({
  id: z.string(),
  session: z.string(),
  command: z.enum(COMMANDS),
  by: z.string(),
  reason: z.string(),
  askedMs: timeMs,
  /** accepted: it takes its time, and `sessions/{mode}/{name}/commands` tells its end. */
  state: z.enum(["accepted", "done", "refused", "unknown"]),
  /** The session's status afterwards; null where it is not known. */
  status: z.string().nullable(),
  error: z.object({ code: z.string(), what: z.string(), fix: z.string().optional() }).nullable(),
});
export type Command = z.infer<typeof commandSchema>;

export const liveChangeSchema = z.object({
  id: z.string(),
  session: z.string(),
  command: z.enum(["resume", "switch-class"]),
  assetClass: assetClassSchema.nullable(),
  askedMs: timeMs,
  /** When it is carried out. */
  actsMs: timeMs,
  state: z.enum(["waiting", "taken-back", "sent"]),
  /** What the engine said; null until it was sent. */
  answer: commandSchema.nullable(),
});
export type LiveChange = z.infer<typeof liveChangeSchema>;
export const liveChangesSchema = z.object({ items: z.array(liveChangeSchema) });
export const commandsSchema = z.object({ items: z.array(commandSchema) });

/** A line of what a session's process said; `atMs` is null where the line has no time. */
export const logLineSchema = z.object({
  atMs: timeMs.nullable(),
  level: z.enum(["info", "warn", "error"]),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
/** The newest lines, newest first. */
export const logSchema = z.object({ items: z.array(logLineSchema) });

/** What the next day may cost a session: returns, losses below 0; null where its days are too few. */
export const sessionRiskSchema = z.object({
  session: z.string(),
  mode: modeSchema,
  currency: z.string(),
  equity: decimalText,
  days: z.number(),
  valueAtRisk: z.number().nullable(),
  expectedShortfall: z.number().nullable(),
  volatility: z.number().nullable(),
  sampleValueAtRisk: z.number().nullable(),
  sampleShortfall: z.number().nullable(),
  worstDay: z.number().nullable(),
});
export type SessionRisk = z.infer<typeof sessionRiskSchema>;
/** `tail` is the share of days that are worse than the value at risk. */
export const riskSchema = z.object({ tail: z.number(), items: z.array(sessionRiskSchema) });

/** What an asset class may use, summed over the running sessions of a mode. */
export const walletSchema = z.object({
  items: z.array(
    z.object({
      mode: modeSchema,
      assetClass: assetClassSchema,
      currency: z.string(),
      /** B_A: the budget of the class. */
      budget: decimalText,
      wallet: decimalText,
      /** Notional that is held now. */
      inUse: decimalText,
      /** min(budget left, wallet left), never below zero. */
      usableNow: decimalText,
      allocation: z.number(),
    }),
  ),
});
export type Wallet = z.infer<typeof walletSchema>;
