/**
 * @file Rows of an account as Bybit tells them, by REST and by its streams. Fields that are missing become empty and words
 * that are new stay as they are: what is not understood must not stop the reading of what is.
 */
import { z } from "zod";

const text = z
  .union([z.string(), z.number().transform(String)])
  .catch("")
  .default("");
const flag = z.boolean().catch(false).default(false);
const whole = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .catch(0)
  .default(0);

export const orderRowSchema = z.looseObject({
  symbol: z.string(),
  orderId: z.string(),
  category: text,
  orderLinkId: text,
  parentOrderLinkId: text,
  side: text,
  orderType: text,
  orderStatus: text,
  price: text,
  qty: text,
  avgPrice: text,
  leavesQty: text,
  cumExecQty: text,
  cumExecFee: text,
  triggerPrice: text,
  stopOrderType: text,
  createType: text,
  cancelType: text,
  rejectReason: text,
  reduceOnly: flag,
  positionIdx: whole,
  createdTime: whole,
  updatedTime: whole,
});
export type OrderRow = z.infer<typeof orderRowSchema>;

export const executionRowSchema = z.looseObject({
  symbol: z.string(),
  execId: z.string(),
  category: text,
  orderId: text,
  orderLinkId: text,
  parentOrderLinkId: text,
  side: text,
  execType: text,
  execPrice: text,
  execQty: text,
  execFee: text,
  feeCurrency: text,
  isMaker: flag,
  closedSize: text,
  createType: text,
  stopOrderType: text,
  execTime: whole,
  seq: whole,
});
export type ExecutionRow = z.infer<typeof executionRowSchema>;

export const positionRowSchema = z.looseObject({
  symbol: z.string(),
  category: text,
  positionIdx: whole,
  side: text,
  size: text,
  avgPrice: text,
  entryPrice: text,
  markPrice: text,
  liqPrice: text,
  takeProfit: text,
  stopLoss: text,
  leverage: text,
  updatedTime: whole,
  seq: z.number().catch(0).default(0),
});
export type PositionRow = z.infer<typeof positionRowSchema>;

const coinRowSchema = z.looseObject({
  coin: z.string(),
  equity: text,
  walletBalance: text,
  locked: text,
  borrowAmount: text,
  totalOrderIM: text,
  totalPositionIM: text,
});
export const walletRowSchema = z.looseObject({
  totalAvailableBalance: text,
  totalEquity: text,
  coin: z.array(coinRowSchema).catch([]).default([]),
});
export type WalletRow = z.infer<typeof walletRowSchema>;

/** A list that may hold rows which can't be read: those are counted and left out. */
export function readRows<T>(schema: z.ZodType<T>, list: unknown): { readonly rows: T[]; readonly unreadable: number } {
  const rows: T[] = [];
  let unreadable = 0;
  for (const one of Array.isArray(list) ? list : []) {
    const row = schema.safeParse(one);
    if (row.success) rows.push(row.data);
    else unreadable++;
  }
  return { rows, unreadable };
}

export const pageSchema = z.looseObject({ list: z.array(z.unknown()), nextPageCursor: z.string().nullish() });

export const accountInfoSchema = z.looseObject({ marginMode: text, unifiedMarginStatus: whole });

export const keyInfoSchema = z.looseObject({
  userID: z.union([z.number(), z.string()]).transform(String).catch(""),
  readOnly: whole,
  permissions: z.record(z.string(), z.array(z.string()).catch([])).catch({}),
});
export type KeyInfo = z.infer<typeof keyInfoSchema>;

const step = z.string().regex(/^\d+(?:\.\d+)?$/);
const decimalOrEmpty = z
  .string()
  .regex(/^(?:[+-]?\d+(?:\.\d+)?)?$/)
  .catch("")
  .default("");

export const linearContractSchema = z.looseObject({
  symbol: z.string(),
  baseCoin: text,
  quoteCoin: text,
  settleCoin: text,
  status: text,
  contractType: text,
  deliveryTime: whole,
  priceFilter: z.looseObject({ tickSize: step, minPrice: decimalOrEmpty, maxPrice: decimalOrEmpty }),
  lotSizeFilter: z.looseObject({
    qtyStep: step,
    minOrderQty: step,
    maxOrderQty: decimalOrEmpty,
    maxMktOrderQty: decimalOrEmpty,
    minNotionalValue: decimalOrEmpty,
  }),
  leverageFilter: z.looseObject({ maxLeverage: step, leverageStep: step.catch("0.01").default("0.01") }),
});
export type LinearContractRow = z.infer<typeof linearContractSchema>;

export const spotContractSchema = z.looseObject({
  symbol: z.string(),
  baseCoin: text,
  quoteCoin: text,
  status: text,
  priceFilter: z.looseObject({ tickSize: step }),
  lotSizeFilter: z.looseObject({
    basePrecision: step,
    minOrderQty: decimalOrEmpty,
    minOrderAmt: decimalOrEmpty,
    maxLimitOrderQty: decimalOrEmpty,
    maxMarketOrderQty: decimalOrEmpty,
  }),
});
export type SpotContractRow = z.infer<typeof spotContractSchema>;

export const priceLimitSchema = z.looseObject({ symbol: text, buyLmt: step, sellLmt: step });
