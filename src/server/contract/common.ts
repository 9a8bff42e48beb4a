/** @file What every resource shares: errors, tiers, decimals, times, cursors. The contract imports zod and nothing of Node. */
import { z } from "zod";

/** UTC milliseconds. */
export const timeMs = z.number();
/** An exact decimal as text. */
export const decimalText = z.string();
/** Where a list goes on: opaque, null at its end. */
export const nextCursor = z.string().nullable();

/** What is wrong, where, and what to do about it. `code` is of the catalog of errors. */
export const problemSchema = z.object({
  error: z.object({
    code: z.string(),
    what: z.string(),
    where: z.string().optional(),
    fix: z.string().optional(),
  }),
});
export type Problem = z.infer<typeof problemSchema>;

/** What a session or a token may do; each includes those before it. */
export const TIERS = ["view", "operate", "live"] as const;
export type Tier = (typeof TIERS)[number];
export const tierSchema = z.enum(TIERS);

export const ASSET_CLASSES = ["cryptoSpot", "cryptoFutures", "forex", "options"] as const;
export const assetClassSchema = z.enum(ASSET_CLASSES);
export type AssetClass = z.infer<typeof assetClassSchema>;

export const MODES = ["paper", "live"] as const;
export const modeSchema = z.enum(MODES);
export type Mode = z.infer<typeof modeSchema>;
