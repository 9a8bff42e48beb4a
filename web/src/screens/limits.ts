/** @file How much of each limit a session uses, from what it tells of itself and from the configuration. */
import type { Session } from "../api/contract.ts";
import { valueAt } from "../lib/schema.ts";

export type Limit = {
  readonly name: string;
  readonly used: number;
  /** Null where the configuration sets none. */
  readonly limit: number | null;
  /** How both are read: a share, a multiple, or a count. */
  readonly unit: "share" | "multiple" | "count";
  /** Whether it is no use of a limit at all. */
  readonly hasNone?: true;
};

/** Notional of everything that is held, at the mark where one is known. */
export function notionalOf({ positions }: Session): number {
  return positions.reduce(
    (sum, { quantity, markPrice, entryPrice }) => sum + Math.abs(Number(quantity)) * Number(markPrice ?? entryPrice),
    0,
  );
}

type Known = NonNullable<Session["limits"]>;

/** What the session began with; the configuration only where an older one tells nothing of it. */
function limitAt(session: Session, risk: unknown, name: keyof Known, key: string): number | null {
  const value = session.limits?.[name] ?? valueAt(risk, key);
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}

export function limitsOf(session: Session, risk: unknown): Limit[] {
  const equity = Number(session.equity);
  const peak = Number(session.peakEquity);
  const day = Number(session.dayEquity);
  const naked = session.positions.filter(({ nakedMs }) => nakedMs > 0).length;
  return [
    {
      name: "Loss of the day",
      used: day > 0 ? Math.max(0, 1 - equity / day) : 0,
      limit: limitAt(session, risk, "dailyLoss", "daily_loss"),
      unit: "share",
    },
    {
      name: "Below its peak",
      used: peak > 0 ? Math.max(0, 1 - equity / peak) : 0,
      limit: limitAt(session, risk, "maxDrawdown", "max_drawdown"),
      unit: "share",
    },
    {
      name: "Leverage",
      used: equity > 0 ? notionalOf(session) / equity : 0,
      limit: limitAt(session, risk, "maxTotalLeverage", "max_total_leverage"),
      unit: "multiple",
    },
    {
      name: "Positions at once",
      used: session.positions.length,
      limit: limitAt(session, risk, "maxConcurrent", "max_concurrent"),
      unit: "count",
    },
    { name: "Without a stop", used: naked, limit: null, unit: "count", hasNone: true },
  ];
}
