/** @file [instruments.SYMBOL]: terms of single contracts, where a file can't tell them or a venue tells others. */
import { z } from "zod";
import { InstrumentKind } from "../../../core/index.ts";

/** A step as a number or, exactly, as a text. */
const step = z.union([z.number().positive(), z.string().regex(/^\d+(?:\.\d+)?$/, 'a decimal such as "0.001"')]);

const instrumentTable = z.strictObject({
  kind: z.enum(InstrumentKind).optional().describe("What it is."),
  quote: z
    .string()
    .regex(/^[A-Z0-9]{2,10}$/, 'a currency such as "USDT"')
    .optional()
    .describe("Currency of its prices."),
  tick: step.optional().describe("Step of prices."),
  lot: step.optional().describe("Step of quantities."),
  min_notional: z.number().min(0).optional().describe("Worth of the smallest order, in its quote currency."),
  multiplier: z.number().positive().optional().describe("Units that a contract stands for."),
  taker_fee_bps: z.number().min(-100).max(1000).optional().describe("Fee of market orders, in basis points."),
  maker_fee_bps: z.number().min(-100).max(1000).optional().describe("Fee of resting orders, in basis points."),
  max_leverage: z.number().min(1).max(1000).optional().describe("Greatest leverage."),
  maintenance_margin_rate: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("Share of a position's worth below which it is liquidated."),
  funding_interval_hours: z.number().positive().max(168).optional().describe("Hours between funding stamps."),
  calendar: z.enum(["24/7", "weekdays"]).optional().describe("When its market is open."),
});

export const instrumentsSection = z
  .record(z.string().min(1), instrumentTable)
  .describe(
    "Terms of single contracts, one table a symbol, such as [instruments.BTCUSDT] with tick, lot, min_notional, kind, quote, taker_fee_bps, maker_fee_bps, max_leverage, maintenance_margin_rate, funding_interval_hours, multiplier or calendar. They come before what is stored.",
  );
