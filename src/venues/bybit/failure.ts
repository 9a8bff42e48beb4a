/** @file What went wrong with a request to Bybit, from what its client throws or the reply's own code. */
import { z } from "zod";
import type { Clock } from "../../core/index.ts";
import { forbidden, rateLimited, rejected, timedOut, unreachable, VenueError } from "../venue-error.ts";
import type { Envelope } from "./reply.ts";

const VENUE = "Bybit";
/** Too many requests: per endpoint, per system, per address. */
const RATE_CODES = new Set([10006, 10018, 429]);
/** The service is in trouble; the same request may succeed later. */
const TROUBLE_CODES = new Set([10000, 10016, 10019]);

/** Thrown for a reply with a status other than 200. */
const statusSchema = z.looseObject({
  code: z.number(),
  message: z.string().optional(),
  headers: z.looseObject({}).optional(),
});
/** Thrown where no reply came. */
const transportSchema = z.looseObject({ code: z.string().optional(), message: z.string().optional() });

const TIMEOUT_CODES = new Set(["ECONNABORTED", "ETIMEDOUT", "ESOCKETTIMEDOUT"]);

/** The error for what the client threw. */
export function transportFailure(thrown: unknown, where: string, timeoutMs: number, clock: Clock): VenueError {
  if (thrown instanceof VenueError) return thrown;
  const status = statusSchema.safeParse(thrown);
  if (status.success) return statusFailure(status.data, where, clock);
  const transport = transportSchema.safeParse(thrown);
  const code = transport.data?.code;
  if (code !== undefined && TIMEOUT_CODES.has(code)) return timedOut(VENUE, where, timeoutMs, thrown);
  const detail = typeof thrown === "string" ? thrown : (transport.data?.message ?? code ?? "no reason was given");
  return unreachable(
    VENUE,
    where,
    code === undefined || detail.includes(code) ? detail : `${detail} (${code})`,
    thrown,
  );
}

function statusFailure(reply: z.infer<typeof statusSchema>, where: string, clock: Clock): VenueError {
  const detail = `HTTP ${reply.code}${reply.message === undefined || reply.message === "" ? "" : ` ${reply.message}`}`;
  if (reply.code < 300)
    return unreachable(VENUE, where, `the connection broke off in the middle of a reply (${detail})`);
  if (reply.code === 403) return forbidden(VENUE, where, detail);
  if (reply.code === 429) return rateLimited(VENUE, where, headerWait(reply.headers ?? {}, clock), detail);
  if (reply.code >= 500 || reply.code === 408) return unreachable(VENUE, where, detail);
  return rejected(VENUE, where, detail);
}

/** The error for a reply whose code isn't 0. */
export function codeFailure(reply: Envelope, where: string, clock: Clock): VenueError {
  const detail = `code ${reply.retCode}: ${reply.retMsg ?? "no reason was given"}`;
  if (RATE_CODES.has(reply.retCode)) {
    const resetMs = reply.rateLimitApi?.resetAtTimestamp;
    return rateLimited(VENUE, where, resetMs === undefined ? undefined : resetMs - clock.nowMs(), detail);
  }
  if (TROUBLE_CODES.has(reply.retCode)) return unreachable(VENUE, where, detail);
  return rejected(VENUE, where, detail);
}

function headerWait(headers: Record<string, unknown>, clock: Clock): number | undefined {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const resetMs = Number(headers["x-bapi-limit-reset-timestamp"]);
  return Number.isFinite(resetMs) ? resetMs - clock.nowMs() : undefined;
}
