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
  /** Whether a page can raise live risk after `session/live`: only where a password is set; the command line always can. */
  canRaiseLive: z.boolean(),
  expiresMs: timeMs,
});
export type Who = z.infer<typeof whoSchema>;

/** POST session/live: for five minutes. */
export const raiseSchema = z.strictObject({ password: z.string().min(1).max(200) });
export const raisedSchema = z.object({ tier: tierSchema, untilMs: timeMs });

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
