/** @file What a rule's edge must exceed: the cost of going in and out, and a margin that the calibration rows have chosen. */
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type Classifier, type EdgeRule, type Wish, wish } from "../../policy/index.ts";
import type { Dataset } from "./dataset.ts";

/** Margins that are tried, in shares of a round trip's cost. */
const MARGINS = [0, 0.25, 0.5, 1, 2];
/** Costs are taken this much higher while the margin is chosen. */
const CAUTION = 1.5;
/** Fewest trades that a margin may be chosen by. */
const LEAST_TRADES = 30;

/** By symbol, basis points of notional: fee, half spread and base slippage, in and out. Impact depends on size and is left out. */
export function roundTripBps({ instruments }: MarketTape, exchange: ExchangeConfig): number[] {
  return instruments.map(
    ({ takerFeeBps }) =>
      2 *
      exchange.costMultiplier *
      ((exchange.takerFeeBps ?? takerFeeBps) + exchange.halfSpreadBps + exchange.baseSlippageBps),
  );
}

/**
 * The margin with the best net result on rows that neither the trees nor their number have seen, with costs one and a
 * half times as high and answers that don't overlap; the widest where none of them trades enough to tell.
 */
export function chooseMargin(classifier: Classifier, rule: EdgeRule, data: Dataset, rows: Int32Array): number {
  const costBps = Math.max(...rule.costBps);
  const candidates = MARGINS.map((share) => share * costBps);
  let best = candidates[candidates.length - 1];
  let highest = 0;
  for (const marginBps of candidates) {
    const { net, trades } = netOf(classifier, { ...rule, marginBps }, data, rows);
    if (trades >= LEAST_TRADES && net > highest) {
      highest = net;
      best = marginBps;
    }
  }
  return best;
}

function netOf(
  classifier: Classifier,
  rule: EdgeRule,
  data: Dataset,
  rows: Int32Array,
): { net: number; trades: number } {
  const p = new Float64Array(classifier.data.classes);
  const found: Wish = { side: 0, size: 0, edge: 0, expected: 0 };
  const busyUntil = new Map<number, number>();
  let net = 0;
  let trades = 0;
  for (const i of rows) {
    const symbol = data.symbol[i];
    if ((busyUntil.get(symbol) ?? -1) >= data.bar[i]) continue;
    classifier.write(data.x, i * data.features, p, 0);
    wish(rule, symbol, p, 0, data.sigma[i], 0, 0, found, data.side[i]);
    if (found.side === 0) continue;
    net += found.side * data.logReturn[i] - CAUTION * rule.costBps[symbol] * 1e-4;
    trades++;
    busyUntil.set(symbol, data.knownAt[i]);
  }
  return { net, trades };
}
