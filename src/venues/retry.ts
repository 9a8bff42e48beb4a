/** @file Bounded retries of requests that only read: after a wait the same question may be asked again. */
import type { Clock } from "../core/index.ts";
import { VenueError } from "./venue-error.ts";

export type RetryOptions = {
  readonly clock: Clock;
  /** Times that a request is sent at most. */
  readonly maxAttempts: number;
  /** Wait after the first failure; it doubles with each further one. */
  readonly backoffMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait: what went wrong, and which try comes next. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
};

export type Retry = { readonly reason: string; readonly attempt: number; readonly maxAttempts: number };

/** No wait is longer, whatever the venue asks for. */
const MAX_WAIT_MS = 30_000;
const RETRIED = new Set(["VENUE_UNREACHABLE", "VENUE_TIMEOUT", "VENUE_RATE_LIMITED"]);

export async function withRetries<T>(request: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await request();
    } catch (thrown) {
      options.signal?.throwIfAborted();
      if (!(thrown instanceof VenueError) || !RETRIED.has(thrown.code) || attempt >= options.maxAttempts) throw thrown;
      const { maxAttempts } = options;
      options.onRetry?.({ reason: thrown.what, attempt: attempt + 1, maxAttempts });
      const backoffMs = options.backoffMs * 2 ** (attempt - 1);
      await options.clock.sleep(Math.min(MAX_WAIT_MS, Math.max(backoffMs, thrown.retryAfterMs ?? 0)), options.signal);
    }
  }
}
