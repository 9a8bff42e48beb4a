/** @file How large a position may be by hand: the loss that is allowed over the distance to the stop, within what is usable. */

export type SizingQuestion = {
  readonly usableNow: number;
  readonly budget: number;
  readonly price: number;
  readonly stop: number;
  /** Share of the budget that may be lost at the stop. */
  readonly lossShare: number;
};

export type Sizing = {
  readonly steps: readonly { readonly name: string; readonly value: number }[];
  readonly quantity: number;
  readonly notional: number;
};

/** The steps, or what is still missing. */
export function sizingSteps({ usableNow, budget, price, stop, lossShare }: SizingQuestion): Sizing | string {
  if (!(price > 0)) return "Give a price";
  if (!(stop > 0)) return "Give a stop";
  if (stop === price) return "The stop lies at the price";
  if (!(lossShare > 0)) return "Give the loss that is allowed";
  const loss = budget * lossShare;
  const distance = Math.abs(price - stop);
  const byLoss = (loss / distance) * price;
  const notional = Math.max(0, Math.min(byLoss, usableNow));
  return {
    steps: [
      { name: "Loss allowed", value: loss },
      { name: "Distance to the stop", value: distance },
      { name: "Notional by the loss", value: byLoss },
      { name: "Usable now", value: usableNow },
    ],
    quantity: notional / price,
    notional,
  };
}
