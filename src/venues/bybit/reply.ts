/** @file Bybit's replies as they come over the wire, checked: numbers are strings, objects may have more than we know. */
import { z } from "zod";

const numeric = z
  .string()
  .regex(/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/)
  .transform(Number);
/** Bybit writes an empty string where a number doesn't apply. */
const numericOrEmpty = z.union([numeric, z.literal("").transform(() => undefined)]);
const step = z.string().regex(/^\d+(?:\.\d+)?$/);

export const envelopeSchema = z.looseObject({
  retCode: z.number(),
  retMsg: z.string().optional(),
  result: z.unknown(),
  time: z.number().optional(),
  rateLimitApi: z.looseObject({ resetAtTimestamp: z.number() }).optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export const serverTimeSchema = z.looseObject({ timeNano: z.string().regex(/^\d{16,20}$/) });

/** `[start, open, high, low, close, volume, turnover]`, newest first. */
const klineSchema = z.tuple([numeric, numeric, numeric, numeric, numeric, numeric], z.unknown());
export const klinesSchema = z.looseObject({ symbol: z.string(), list: z.array(klineSchema) });

/** `[start, open, high, low, close]` of the mark price, newest first. */
const markKlineSchema = z.tuple([numeric, numeric, numeric, numeric, numeric], z.unknown());
export const markKlinesSchema = z.looseObject({ symbol: z.string(), list: z.array(markKlineSchema) });

export const fundingSchema = z.looseObject({
  list: z.array(z.looseObject({ symbol: z.string(), fundingRate: numeric, fundingRateTimestamp: numeric })),
});

const contractSchema = z.looseObject({
  symbol: z.string(),
  baseCoin: z.string(),
  quoteCoin: z.string(),
  priceFilter: z.looseObject({ tickSize: step }),
});

export const linearSchema = z.looseObject({
  list: z.array(
    contractSchema.extend({
      contractType: z.string(),
      deliveryTime: numericOrEmpty.optional(),
      fundingInterval: z.number().optional(),
      lotSizeFilter: z.looseObject({ qtyStep: step, minNotionalValue: numericOrEmpty.optional() }),
      leverageFilter: z.looseObject({ maxLeverage: numeric }),
    }),
  ),
});
export type LinearContract = z.infer<typeof linearSchema>["list"][number];

/** A number, which Bybit writes as a text or as a number. */
const textOrNumber = z.union([z.number(), numeric]);

export const riskLimitSchema = z.looseObject({
  list: z.array(
    z.looseObject({
      symbol: z.string(),
      riskLimitValue: textOrNumber,
      maintenanceMargin: textOrNumber,
      initialMargin: textOrNumber,
      maxLeverage: textOrNumber,
      mmDeduction: z.union([z.number(), numericOrEmpty]).optional(),
    }),
  ),
});
export type RiskLimit = z.infer<typeof riskLimitSchema>["list"][number];

export const spotSchema = z.looseObject({
  list: z.array(
    contractSchema.extend({
      lotSizeFilter: z.looseObject({ basePrecision: step, minOrderAmt: numericOrEmpty.optional() }),
    }),
  ),
});
export type SpotContract = z.infer<typeof spotSchema>["list"][number];
