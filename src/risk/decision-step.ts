/**
 * @file The decision step: intents become orders. Sizing says how much, the gate whether at all, the band whether it is
 * worth it. The same object serves training, backtest, paper and live: only the desk behind it differs.
 *
 * - hold: no order; the position and its brackets stay.
 * - flat, or a size of 0: the position is closed.
 * - long or short: the position becomes size times the scheme's notional at the last close, floored to whole lots.
 *   Where opening is refused, what is held on the other side is still closed. Where only closing is allowed, what is held
 *   on the same side may shrink. A target below the venue's minimum is no position.
 * - Symbols are decided by name, so that limits which they share do not depend on the order in which they are given.
 * - A change on the same side smaller than the band is not sent; a close or a reversal always is. An order that is not
 *   sent leaves the brackets as they are.
 */
import { Direction, type IntentColumns, InvariantError } from "../core/index.ts";
import { type ColumnState, restoreColumns, saveColumns, type TradeDesk } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import { Sizer, type SizingConfig } from "../portfolio/index.ts";
import type { RiskConfig } from "./config.ts";
import type { DecisionRecorder } from "./decision-recorder.ts";
import { RiskGate } from "./gate.ts";
import { Permission } from "./permission.ts";
import { PortfolioLimits, usesPortfolioLimits } from "./portfolio-limits.ts";
import { Verdict } from "./verdict.ts";

export type DecisionStepOptions = {
  /** Receives every sizing step and verdict; none in training. */
  readonly recorder?: DecisionRecorder;
};

/** What the step's state needs to continue exactly, as plain JSON. */
export type DecisionState = { readonly step: ColumnState; readonly gate: ColumnState; readonly budgets?: ColumnState };

/** Indices in the order of the names, which are all different. */
function byName(names: readonly string[]): Int32Array {
  return Int32Array.from(names, (_, s) => s).sort((a, b) => (names[a] < names[b] ? -1 : 1));
}

export class DecisionStep {
  readonly sizer: Sizer;
  readonly gate: RiskGate;
  /** `[A*S]` Verdict bits of the last decision. */
  readonly verdicts: Int32Array;
  readonly #desk: TradeDesk;
  readonly #risk: RiskConfig;
  readonly #band: number;
  readonly #recorder: DecisionRecorder | undefined;
  readonly #limits: PortfolioLimits | undefined;
  /** `[S]` lots by what was decided so far. */
  readonly #planned: Float64Array;
  /** `[S]` symbols in the order of their names. */
  readonly #order: Int32Array;

  constructor(desk: TradeDesk, sizing: SizingConfig, risk: RiskConfig, options: DecisionStepOptions = {}) {
    this.#desk = desk;
    this.#risk = risk;
    this.#band = sizing.rebalanceBand;
    this.#recorder = options.recorder;
    this.sizer = new Sizer(desk, sizing);
    this.gate = new RiskGate(desk, this.sizer, risk);
    this.#limits = usesPortfolioLimits(risk) ? new PortfolioLimits(desk, risk) : undefined;
    this.verdicts = new Int32Array(desk.book.accounts * desk.book.symbols);
    this.#planned = new Float64Array(desk.book.symbols);
    this.#order = byName(desk.tape.instruments.map(({ symbol }) => symbol));
  }

  /**
   * Permission bits of what the account may choose for the symbol at the close where it stands. Holding is always
   * allowed, and so is the side that is held already (it may shrink). A liquidated account may choose nothing.
   */
  permissions(account: number, symbol: number): number {
    this.#observe(account);
    const closing = this.gate.closeOnlyVerdicts(account);
    if ((closing & Verdict.liquidated) !== 0) return 0;
    const book = this.#desk.book;
    const held = book.lots[account * book.symbols + symbol];
    let bits: number = Permission.flat;
    if (held > 0 || this.gate.openingVerdicts(account, symbol, 1, this.#planned) === 0) bits |= Permission.long;
    if (held < 0 || this.gate.openingVerdicts(account, symbol, -1, this.#planned) === 0) bits |= Permission.short;
    return bits;
  }

  /** Sends the account's orders for the next open. Every symbol has one intent. */
  apply(account: number, intents: IntentColumns): void {
    this.#observe(account);
    const symbols = this.#desk.book.symbols;
    for (let s = 0; s < symbols; s++) {
      const direction = intents.direction[s];
      // Room that a close gives back is there for every other symbol, whatever their order.
      if (direction === Direction.flat || (direction !== Direction.hold && !(intents.size[s] > 0)))
        this.#planned[s] = 0;
    }
    for (let i = 0; i < symbols; i++) this.#decide(account, this.#order[i], intents);
  }

  #observe(account: number): void {
    const book = this.#desk.book;
    this.gate.observe(account);
    this.sizer.observe(account);
    const first = account * book.symbols;
    // What waits for the open counts as held: another strategy of the account may have ordered it at this very close.
    for (let s = 0; s < book.symbols; s++) {
      this.#planned[s] = book.pending[first + s] === 1 ? book.pendingLots[first + s] : book.lots[first + s];
    }
  }

  #decide(account: number, symbol: number, intents: IntentColumns): void {
    const { book } = this.#desk;
    const row = account * book.symbols + symbol;
    const direction = intents.direction[symbol];
    const size = intents.size[symbol];
    if (direction !== Direction.hold && !(size >= 0 && size <= 1)) this.#refuseSize(account, symbol, size);
    const held = book.lots[row];
    let scheme = 0;
    let verdicts = 0;
    let target = held;
    let sent = false;
    this.#clampedNotional = 0;
    if (direction !== Direction.hold) {
      target = 0;
      if (direction !== Direction.flat && size > 0) {
        const side = direction === Direction.long ? 1 : -1;
        const stop = this.#stopDistance(account, symbol, intents);
        const onSide = held * side > 0;
        verdicts = onSide ? 0 : this.gate.openingVerdicts(account, symbol, side, this.#planned);
        if (verdicts === 0) {
          scheme = this.sizer.notional(account, symbol, side, stop, this.#planned);
          verdicts = this.#clamp(account, symbol, side, scheme * size, stop, onSide ? Math.abs(held) : 0);
          target = side * this.#clampedLots;
          const change = Math.abs(target - held);
          const trembles = change === 0 || change < this.#band * Math.abs(target);
          if (onSide && target !== 0 && trembles) verdicts |= Verdict.withinBand;
        }
      }
      this.#planned[symbol] = target;
      sent = (target !== 0 || held !== 0) && (verdicts & Verdict.withinBand) === 0;
      if (sent) this.#send(account, symbol, target, intents);
    }
    this.verdicts[row] = verdicts;
    this.#recorder?.decided(
      account,
      book.bar[account],
      symbol,
      direction,
      size,
      scheme,
      this.#clampedNotional,
      held,
      target,
      sent,
      verdicts,
    );
  }

  #clampedLots = 0;
  #clampedNotional = 0;

  /** Applies the limits to a notional; leaves lots and notional in the two fields and returns the verdicts. */
  #clamp(account: number, symbol: number, side: number, wanted: number, stop: number, heldOnSide: number): number {
    const { book, tape, terms } = this.#desk;
    const risk = this.#risk;
    const equity = book.equity[account];
    const bar = book.bar[account];
    const firstCell = bar * tape.symbols;
    const price = tape.close[firstCell + symbol];
    let notional = wanted;
    let verdicts = wanted > 0 ? 0 : Verdict.noBudget;
    if (risk.maxPositionNotional > 0 && notional > risk.maxPositionNotional) {
      notional = risk.maxPositionNotional;
      verdicts |= Verdict.positionNotional;
    }
    if (risk.maxOrderLoss > 0 && stop > 0 && notional * stop > risk.maxOrderLoss * equity) {
      notional = (risk.maxOrderLoss * equity) / stop;
      verdicts |= Verdict.orderLoss;
    }
    if (risk.maxTotalLeverage > 0) {
      let others = 0;
      for (let s = 0; s < tape.symbols; s++) {
        if (s !== symbol)
          others += Math.abs(this.#planned[s]) * terms.unit[s] * tape.close[firstCell + s] * rateAt(tape, bar, s);
      }
      const room = Math.max(0, risk.maxTotalLeverage * equity - others);
      if (notional > room) {
        notional = room;
        verdicts |= Verdict.totalLeverage;
      }
    }
    if (this.#limits !== undefined) {
      notional = this.#limits.clamp(account, symbol, side, notional, this.#planned);
      verdicts |= this.#limits.verdicts;
    }
    // The quotient of an exact fit may lie a rounding error below the whole number.
    let lots = Math.floor(notional / (price * terms.unit[symbol] * rateAt(tape, bar, symbol)) + 1e-9);
    if (lots < 1 && wanted > 0) verdicts |= Verdict.belowOneLot;
    const closing = heldOnSide > 0 ? this.gate.closeOnlyVerdicts(account) : 0;
    if (closing !== 0 && lots > heldOnSide) {
      lots = heldOnSide;
      verdicts |= closing;
    }
    if (lots * terms.unit[symbol] * price < terms.minNotional[symbol] && !(closing !== 0 && lots === heldOnSide)) {
      if (wanted > 0 && lots > 0) verdicts |= Verdict.minNotional;
      lots = 0;
    }
    this.#clampedNotional = notional;
    this.#clampedLots = lots;
    return verdicts;
  }

  #send(account: number, symbol: number, target: number, intents: IntentColumns): void {
    const risk = this.#risk;
    this.#desk.order(
      account,
      symbol,
      target,
      this.#stopDistance(account, symbol, intents),
      intents.targetDistance[symbol] || risk.targetDistance,
      intents.trailDistance[symbol] || risk.trailDistance,
      intents.maxBars[symbol] || risk.maxBars,
      intents.urgency[symbol],
    );
  }

  /** The intent's stop, else the configured one, else one at the configured number of a day's deviations. */
  #stopDistance(account: number, symbol: number, intents: IntentColumns): number {
    const fixed = intents.stopDistance[symbol] || this.#risk.stopDistance;
    if (fixed > 0 || this.#risk.stopVolatility === 0) return fixed;
    const { book, liquidity, tape } = this.#desk;
    const bar = book.bar[account];
    liquidity.extendTo(bar);
    return Math.min(1, this.#risk.stopVolatility * liquidity.dailyVolatility[bar * tape.symbols + symbol]);
  }

  #refuseSize(account: number, symbol: number, size: number): never {
    const { book, tape } = this.#desk;
    throw new InvariantError(
      `a size lies in [0, 1], was ${size}`,
      `account ${account}, ${tape.instruments[symbol].symbol}, bar ${book.bar[account]}`,
    );
  }

  /** Before the desk's rows move down by `bars`, a multiple of `rowWindow`'s grid: every decision comes out as without it. */
  move(bars: number): void {
    this.#limits?.move(bars);
    this.sizer.moved(bars);
  }

  /** What a bit-for-bit continuation needs, as plain JSON. */
  state(): DecisionState {
    const budgets = this.sizer.budgets;
    return {
      step: saveColumns(this),
      gate: saveColumns(this.gate),
      ...(budgets === undefined ? {} : { budgets: saveColumns(budgets) }),
    };
  }

  restore(state: DecisionState): void {
    restoreColumns(this, state.step);
    restoreColumns(this.gate, state.gate);
    if (this.sizer.budgets !== undefined && state.budgets !== undefined) {
      restoreColumns(this.sizer.budgets, state.budgets);
    }
  }
}
