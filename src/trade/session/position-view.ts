/** @file What a session shows of a position: its worth at the newest mark, its protection, and how far its liquidation is. */
import { type Decimal, type DecimalText, decimal, decimalOfNumber, exactText } from "../../core/index.ts";
import { cash, entryPrice, multiplierOf, unrealised } from "../engine/ledger.ts";
import type { EngineState, PositionState } from "../engine/state.ts";
import { positionVersion } from "../engine/version.ts";

export type PositionView = {
  readonly symbol: string;
  readonly assetClass: string | undefined;
  readonly strategy: string;
  readonly quantity: DecimalText;
  readonly entryPrice: DecimalText;
  readonly entryMs: number;
  /** Newest mark, or the last trade where the venue gives none; undefined before the first quote. */
  readonly markPrice: DecimalText | undefined;
  readonly markMs: number;
  /** Value at the mark, above zero, and profit at it, quote currency; fees and funding apart. */
  readonly notional: DecimalText | undefined;
  readonly unrealisedProfit: DecimalText | undefined;
  /** The venue's where it gives one; otherwise where equity would meet maintenance while all other prices stand. */
  readonly liquidationPrice: DecimalText | undefined;
  /** Share of the mark that the price may move against the position before it. */
  readonly liquidationDistance: number | undefined;
  readonly stopPrice: DecimalText | undefined;
  readonly targetPrice: DecimalText | undefined;
  /** Whether a person set stop or target. */
  readonly manual: boolean;
  /** Time without a stop, 0 where it has one. */
  readonly nakedMs: number;
  readonly barsHeld: number;
  /** What a command names, so that it is refused where the position has changed since. */
  readonly version: string;
};

const DIGITS = 12;

export function rounded(value: Decimal): DecimalText {
  return exactText(value.toSignificantDigits(DIGITS));
}

export function positionViews(state: EngineState): PositionView[] {
  return Object.entries(state.positions).map(([symbol, position]) => {
    const quote = state.quotes[symbol] as EngineState["quotes"][string] | undefined;
    const mark = quote === undefined ? undefined : decimal(quote.mark ?? quote.last);
    const value = mark?.mul(position.quantity).mul(multiplierOf(state, symbol));
    const liquidation = position.liquidationPrice ?? liquidationPrice(state, symbol, position, mark);
    return {
      symbol,
      assetClass: state.classes[symbol],
      strategy: position.strategy,
      quantity: position.quantity,
      entryPrice: rounded(entryPrice(position)),
      entryMs: position.entryMs,
      markPrice: mark === undefined ? undefined : exactText(mark),
      markMs: quote?.timeMs ?? 0,
      notional: value === undefined ? undefined : rounded(value.abs()),
      unrealisedProfit:
        value === undefined ? undefined : rounded(value.minus(decimal(position.cost).mul(multiplierOf(state, symbol)))),
      liquidationPrice: liquidation,
      liquidationDistance:
        liquidation === undefined || mark === undefined || mark.isZero()
          ? undefined
          : mark.minus(liquidation).abs().div(mark).toNumber(),
      stopPrice: position.venue.stopPrice,
      targetPrice: position.venue.targetPrice,
      manual: position.manual !== undefined,
      nakedMs: position.nakedMs === 0 ? 0 : state.nowMs - position.nakedMs,
      barsHeld: position.barsHeld,
      version: positionVersion(symbol, position),
    };
  });
}

/**
 * Where equity of a cross-margined account meets the maintenance of all positions when this price alone moves:
 * `p = (Q p0 - (E - M)) / (Q - |Q| m)`, Q the signed quantity times multiplier, E equity at the mark p0, M the maintenance of
 * the other positions, m this one's rate. Example: equity 1,000, long 10 at a mark of 1,000, m 0.5 %: 9,000 / 9.95 = 904.52.
 * Undefined where no price above zero does it.
 */
function liquidationPrice(
  state: EngineState,
  symbol: string,
  position: PositionState,
  mark: Decimal | undefined,
): DecimalText | undefined {
  const rate = state.maintenance[symbol] as number | undefined;
  if (rate === undefined || mark === undefined) return undefined;
  const quantity = decimal(position.quantity).mul(multiplierOf(state, symbol));
  const equity = cash(state).plus(unrealised(state));
  const free = equity.minus(othersMaintenance(state, symbol));
  const below = quantity.minus(quantity.abs().mul(decimalOfNumber(rate)));
  if (below.isZero()) return undefined;
  const price = quantity.mul(mark).minus(free).div(below);
  return price.gt(0) ? rounded(price) : undefined;
}

function othersMaintenance(state: EngineState, symbol: string): Decimal {
  let sum = decimal("0");
  for (const [name, { quantity }] of Object.entries(state.positions)) {
    const quote = state.quotes[name] as EngineState["quotes"][string] | undefined;
    if (name === symbol || quote === undefined) continue;
    const value = decimal(quantity)
      .mul(quote.mark ?? quote.last)
      .mul(multiplierOf(state, name))
      .abs();
    sum = sum.plus(value.mul(decimalOfNumber(state.maintenance[name] ?? 0)));
  }
  return sum;
}
