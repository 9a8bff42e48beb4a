/**
 * @file What one alert of Whale Alert says about exchanges: how much of each coin went to them, and came from them. Inside of
 * one transaction each exchange counts by its balance alone, so that change and its own wallets' moves are no flow.
 * https://developer.whale-alert.io/documentation/
 */
import { z } from "zod";
import { numeric, secondsMs } from "../values.ts";

const positive = numeric.refine((value) => Number.isFinite(value) && value >= 0, "no amount is below zero");
const partySchema = z.looseObject({
  amount: positive,
  owner: z.string().nullish(),
  owner_type: z.string().nullish(),
});
const alertSchema = z.looseObject({
  timestamp: secondsMs,
  blockchain: z.string().min(1),
  transaction_type: z.string(),
  amounts: z.array(z.looseObject({ symbol: z.string().min(1), amount: positive, value_usd: positive })).min(1),
  transaction: z.looseObject({
    hash: z.string().min(1),
    sub_transactions: z.array(
      z.looseObject({ symbol: z.string().min(1), inputs: z.array(partySchema), outputs: z.array(partySchema) }),
    ),
  }),
});

export type WhaleFlow = {
  /** Such as "BTC". */
  readonly coin: string;
  /** US dollars. */
  readonly inflow: number;
  readonly outflow: number;
};

export type WhaleTransfer = {
  /** The same whenever the transaction is told again. */
  readonly name: string;
  /** As the source dates it, UTC milliseconds. */
  readonly timeMs: number;
  readonly flows: readonly WhaleFlow[];
};

/** Undefined where the message can't be understood, or an amount has no price. */
export function readAlert(message: unknown): WhaleTransfer | undefined {
  const read = alertSchema.safeParse(message);
  if (!read.success) return undefined;
  const { timestamp, blockchain, transaction_type, amounts, transaction } = read.data;
  const prices = new Map<string, number>();
  for (const { symbol, amount, value_usd } of amounts) {
    if (amount > 0) prices.set(symbol.toUpperCase(), value_usd / amount);
  }
  if (prices.size === 0) return undefined;
  const name = `${blockchain} ${transaction.hash}`;
  // What is minted, burnt, locked or frozen goes to no exchange.
  if (transaction_type !== "transfer") return { name, timeMs: timestamp, flows: [] };
  const balances = new Map<string, Map<string, number>>();
  for (const { symbol, inputs, outputs } of transaction.sub_transactions) {
    const price = prices.get(symbol.toUpperCase());
    // Of a coin that the alert isn't about.
    if (price === undefined) continue;
    const own = balances.get(symbol.toUpperCase()) ?? new Map<string, number>();
    balances.set(symbol.toUpperCase(), own);
    for (const [parties, sign] of [[inputs, -1] as const, [outputs, 1] as const]) {
      for (const { amount, owner, owner_type } of parties) {
        if (owner_type !== "exchange") continue;
        const exchange = (owner ?? "").toLowerCase();
        own.set(exchange, (own.get(exchange) ?? 0) + sign * amount * price);
      }
    }
  }
  const flows = [...balances].map(([coin, own]): WhaleFlow => {
    const sums = [...own.values()];
    return {
      coin,
      inflow: sums.reduce((sum, usd) => sum + Math.max(0, usd), 0),
      outflow: sums.reduce((sum, usd) => sum + Math.max(0, -usd), 0),
    };
  });
  return { name, timeMs: timestamp, flows };
}
