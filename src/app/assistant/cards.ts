/** @file Records of this machine as the assistant reads them: sets of candles, reports, sessions, decisions. */
import type { DecisionCard, PerformanceCard, SessionCard, TradingSignal } from "../../assistant/index.ts";
import { timeframeMs } from "../../core/index.ts";
import { type ReportSummary, unavailable } from "../../evaluate/index.ts";
import type { StoredKey } from "../../market/index.ts";
import type { Entry, SessionView } from "../../trade/index.ts";

/** Decisions of a session that count as its latest signals. */
export const MOST_DECISIONS = 20;
/** Decisions of a session that can be explained. */
export const MOST_EXPLAINED = 2_000;
const HOUR_MS = 3_600_000;

/**
 * Of several sets of a symbol one of the wanted venue; of those the wanted timeframe, then the longest bars up to an hour,
 * then the shortest above. Undefined of none.
 */
export function preferredSet(keys: readonly StoredKey[], venue: string, timeframe: string): StoredKey | undefined {
  const rank = (key: StoredKey): number => {
    if (key.timeframe === timeframe) return 0;
    const ms = timeframeMs(key.timeframe);
    return ms <= HOUR_MS ? 1 + 1 / ms : 2 + ms;
  };
  const own = keys.filter((key) => key.venue === venue);
  return [...(own.length > 0 ? own : keys)].sort((a, b) => rank(a) - rank(b))[0];
}

export function performanceCard({ id, policy, synthetic, verdict }: ReportSummary): PerformanceCard {
  const { statistics } = policy;
  const noSharpe = unavailable(statistics, "year");
  return {
    name: policy.name,
    source: `report ${id}`,
    fromMs: statistics.fromMs,
    toMs: statistics.toMs,
    isInSample: verdict.inSample !== null,
    isSynthetic: synthetic,
    totalReturn: statistics.totalReturn,
    maxDrawdown: statistics.maxDrawdown,
    sharpe: noSharpe === null ? statistics.sharpe : null,
    ...(noSharpe === null ? {} : { noSharpe }),
    winRate: statistics.winRate,
    trades: statistics.trades,
    costShare: statistics.costShare ?? undefined,
    headline: verdict.headline,
  };
}

export function sessionCard(session: string, isRunning: boolean, view: SessionView): SessionCard {
  return {
    session,
    mode: view.mode,
    status: view.status,
    causes: Object.keys(view.causes),
    isRunning,
    equity: Number(view.equity),
    dayEquity: Number(view.dayEquity),
    peakEquity: Number(view.peakEquity),
    fees: Number(view.fees),
    asOfMs: view.lastRowMs,
    positions: view.positions.map(({ symbol, quantity, stopPrice }) => ({
      symbol,
      side: quantity.startsWith("-") ? "short" : "long",
      quantity: quantity.replace("-", ""),
      stop: stopPrice ?? null,
    })),
  };
}

/** What was recorded of the decisions of a session, oldest first; the newest where there are many. */
export function decisionCards(session: string, entries: readonly Entry[]): DecisionCard[] {
  const decided = entries.flatMap((entry) => (entry.kind === "decision" ? [entry] : [])).slice(-MOST_EXPLAINED);
  return decided.flatMap(({ strategy, closeMs, targets, why }) =>
    (why?.symbols ?? []).map((own) => ({
      session,
      strategy,
      symbol: own.symbol,
      closeMs,
      direction: own.direction,
      size: own.size,
      probabilities: own.probabilities ?? {},
      figures: own.figures ?? {},
      reason: own.reason ?? null,
      value: why?.value ?? null,
      scheme: own.scheme,
      allowed: own.allowed,
      stopShare: targets.find(({ symbol }) => symbol === own.symbol)?.stopDistance ?? 0,
      verdicts: own.verdicts,
      isSent: own.sent,
    })),
  );
}

/** What the models of a session decided last. */
export function decisionSignals(session: string, entries: readonly Entry[]): TradingSignal[] {
  const signals = entries.flatMap((entry) =>
    entry.kind === "decision"
      ? entry.targets.map(({ symbol, lots }) => ({
          symbol,
          timeMs: entry.closeMs,
          direction: lots > 0 ? "long" : lots < 0 ? "short" : "flat",
          source: `${entry.strategy} in ${session}`,
        }))
      : [],
  );
  return signals.slice(-MOST_DECISIONS);
}
