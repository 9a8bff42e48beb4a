/** @file Who may ask: a page's session, a program's token. */
import { z } from "zod";
import { tierSchema, timeMs } from "./common.ts";

/** POST session. */
export const signInSchema = z.strictObject({ code: z.string().min(1).max(200) });
/** The page's half of a session; the other half is a cookie that the page can't read. Sent as the header `x-tidemark-session`. */
export const signedInSchema = z.object({ secret: z.string(), tier: tierSchema, expiresMs: timeMs });

/** GET session. */
export const whoSchema = z.object({
  tier: tierSchema,
  /** "page" or the name of a token. */
  name: z.string(),
  /** Whether this page can raise live risk: never without a second factor; the command line can. */
  canRaiseLive: z.boolean(),
  expiresMs: timeMs,
});
export type Who = z.infer<typeof whoSchema>;

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  tier: tierSchema,
  createdMs: timeMs,
  expiresMs: timeMs,
  lastUsedMs: timeMs.nullable(),
});
export type Token = z.infer<typeof tokenSchema>;
export const tokensSchema = z.object({ items: z.array(tokenSchema) });

/** POST tokens. */
export const newTokenSchema = z.strictObject({
  name: z.string().min(1).max(60),
  tier: z.enum(["view", "operate"]),
  days: z.number().int().min(1).max(365),
});
/** The secret is shown this once and kept as a hash. */
export const madeTokenSchema = z.object({ token: tokenSchema, secret: z.string() });
