/**
 * @file What a command to Bybit came to. A refusal is certain; whatever leaves it open whether the command took effect is
 * unknown, and is never sent again from here.
 */
import { z } from "zod";
import { envelopeSchema } from "../reply.ts";

export type BybitOutcome =
  | { readonly kind: "accepted"; readonly result: unknown }
  | { readonly kind: "refused"; readonly retCode: number; readonly message: string; readonly retryAtMs?: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** Codes of the venue's own trouble: the request may have been processed. */
const UNKNOWN_CODES = new Set([10000, 10014, 10016, 5004, 170007, 170146, 170147]);

/** HTTP statuses that mean that the request was not looked at, as codes of ours above Bybit's own. */
export const HTTP_BANNED = 403;
const HTTP_TOO_MANY = 429;

/** What the client throws for a status, and for the lack of a reply. It holds the request, which holds the key. */
const thrownSchema = z.looseObject({
  code: z.union([z.number(), z.string()]).optional(),
  message: z.string().optional(),
  headers: z.looseObject({}).optional(),
});

/** The parts of what was thrown that may be shown and kept. */
export type SafeFailure = {
  readonly status: number | undefined;
  readonly message: string;
  readonly code: string | undefined;
  readonly resetMs: number | undefined;
};

export function safeFailure(thrown: unknown): SafeFailure {
  const parts = thrownSchema.safeParse(thrown);
  const code = parts.data?.code;
  const reset = Number(parts.data?.headers?.["x-bapi-limit-reset-timestamp"]);
  return {
    status: typeof code === "number" ? code : undefined,
    code: typeof code === "string" ? code : undefined,
    message: typeof thrown === "string" ? thrown : (parts.data?.message ?? "no reason was given"),
    resetMs: Number.isFinite(reset) ? reset : undefined,
  };
}

/** What a thrown failure means for a command. */
export function failedOutcome(thrown: unknown): BybitOutcome {
  const { status, code, message, resetMs } = safeFailure(thrown);
  if (status === HTTP_BANNED || status === HTTP_TOO_MANY) {
    const retry = resetMs === undefined ? {} : { retryAtMs: resetMs };
    return { kind: "refused", retCode: status, message: `HTTP ${status} ${message}`.trim(), ...retry };
  }
  if (status === 401 || status === 404)
    return { kind: "refused", retCode: status, message: `HTTP ${status} ${message}` };
  if (status !== undefined) return { kind: "unknown", reason: `HTTP ${status} ${message}`.trim() };
  return { kind: "unknown", reason: code === undefined || message.includes(code) ? message : `${message} (${code})` };
}

/** What a reply means for a command. */
export function repliedOutcome(reply: unknown): BybitOutcome {
  const envelope = envelopeSchema.safeParse(reply);
  if (!envelope.success) return { kind: "unknown", reason: "the reply can't be read" };
  const { retCode, retMsg, result, rateLimitApi } = envelope.data;
  if (retCode === 0) return { kind: "accepted", result };
  const message = `${retCode}: ${retMsg ?? "no reason was given"}`;
  if (UNKNOWN_CODES.has(retCode)) return { kind: "unknown", reason: message };
  const limited = retCode === 10006 && rateLimitApi !== undefined;
  return { kind: "refused", retCode, message, ...(limited ? { retryAtMs: rateLimitApi.resetAtTimestamp } : {}) };
}
