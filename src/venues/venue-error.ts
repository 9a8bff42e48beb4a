/** @file Failures of venues as errors of the catalog, with what a retry needs to know. */
import { type ErrorCode, TidemarkError } from "../core/index.ts";

type ErrorParts = ConstructorParameters<typeof TidemarkError>[1];
type VenueCode = Extract<ErrorCode, `VENUE_${string}`>;

export class VenueError extends TidemarkError {
  /** How long the venue wants to be left alone, or undefined where it didn't say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: VenueCode, parts: ErrorParts & { readonly retryAfterMs?: number | undefined }) {
    super(code, parts);
    this.retryAfterMs = parts.retryAfterMs;
  }
}

export function unreachable(venue: string, where: string, detail: string, cause?: unknown): VenueError {
  return new VenueError("VENUE_UNREACHABLE", {
    what: `${venue} can't be reached: ${detail}`,
    where,
    fix: "Check the network and run the command again; what was fetched is kept.",
    cause,
  });
}

export function timedOut(venue: string, where: string, timeoutMs: number, cause?: unknown): VenueError {
  return new VenueError("VENUE_TIMEOUT", {
    what: `${venue} did not answer within ${timeoutMs / 1000} s`,
    where,
    fix: "Check the network and run the command again; what was fetched is kept.",
    cause,
  });
}

export function rateLimited(
  venue: string,
  where: string,
  retryAfterMs: number | undefined,
  detail: string,
): VenueError {
  return new VenueError("VENUE_RATE_LIMITED", {
    what: `${venue} says that there were too many requests (${detail})`,
    where,
    fix: "Wait a minute and run the command again; what was fetched is kept.",
    retryAfterMs,
  });
}

export function forbidden(venue: string, where: string, detail: string): VenueError {
  return new VenueError("VENUE_FORBIDDEN", {
    what: `${venue} refuses requests from this address (${detail})`,
    where,
    fix:
      "Stop every program that uses it, wait at least 10 minutes and run the command again; what was fetched is kept. " +
      "If it lasts, the venue may not serve this region.",
  });
}

export function badReply(venue: string, where: string, detail: string, cause?: unknown): VenueError {
  return new VenueError("VENUE_BAD_REPLY", {
    what: `${venue} answered with something that can't be understood: ${detail}`,
    where,
    fix: "Check that the address is the venue's and that nothing in between alters its replies; what was fetched is kept.",
    cause,
  });
}

export function rejected(venue: string, where: string, detail: string): VenueError {
  return new VenueError("VENUE_REJECTED", {
    what: `${venue} rejects the request: ${detail}`,
    where,
    fix: "Check the symbol, the timeframe and the range.",
  });
}
