/** @file What ccxt's unified methods return, checked: their types promise more than venues deliver. */
import { z } from "zod";

const finite = z.number().refine(Number.isFinite);

export const candlesSchema = z.array(z.tuple([finite, finite, finite, finite, finite, finite], z.unknown()));

/** Prices alone: what a venue puts in the place of a volume means nothing. */
export const marksSchema = z.array(z.tuple([finite, finite, finite, finite, finite], z.unknown()));

export const fundingSchema = z.array(z.looseObject({ timestamp: finite, fundingRate: finite }));

const price = z.number().positive().refine(Number.isFinite);

export const tickerSchema = z.looseObject({
  bid: price.nullish(),
  ask: price.nullish(),
  last: price,
  // Many venues leave it out, and some write 0.
  markPrice: price.nullish().catch(undefined),
  timestamp: finite.nullish(),
});

/** Levels of `[price, quantity, ...]`, the best first. */
const levels = z.array(z.tuple([price], z.unknown())).min(1);
export const orderBookSchema = z.looseObject({ bids: levels, asks: levels, timestamp: finite.nullish() });

const optionalNumber = z.number().nullish();

export const marketSchema = z.looseObject({
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  contractSize: optionalNumber,
  taker: optionalNumber,
  maker: optionalNumber,
  expiry: optionalNumber,
  precision: z.looseObject({ price: optionalNumber, amount: optionalNumber }),
  limits: z.looseObject({
    cost: z.looseObject({ min: optionalNumber }).optional(),
    leverage: z.looseObject({ max: optionalNumber }).optional(),
  }),
});
export type CcxtMarket = z.infer<typeof marketSchema>;
