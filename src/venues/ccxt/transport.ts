/**
 * @file How ccxt's requests leave: with our signal, read to the end within their time limit, and with the failures that
 * ccxt can't tell apart (a ban, a limit, an outage) told by their status.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { badReply, forbidden, rateLimited, unreachable } from "../venue-error.ts";

type Fetch = typeof fetch;

/** The signal of the call in whose course a request leaves. */
const callSignal = new AsyncLocalStorage<AbortSignal>();

export function withSignal<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  return signal === undefined ? work() : callSignal.run(signal, work);
}

/** A fetch for ccxt that rejects with our errors where the status alone says what is wrong. */
export function ccxtFetch(venue: string): Fetch {
  return async (input, init) => {
    const signals = [callSignal.getStore(), init?.signal].filter((signal) => signal !== undefined && signal !== null);
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    const where = input instanceof Request ? input.url : String(input).replace(/\?.*$/, "");
    const detail = `HTTP ${response.status} ${response.statusText}`.trim();
    // 418 is what one large venue answers to an address that it has banned.
    if (response.status === 403 || response.status === 418) throw forbidden(venue, where, detail);
    if (response.status === 429) {
      const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      throw rateLimited(venue, where, Number.isFinite(seconds) ? seconds * 1000 : undefined, detail);
    }
    if (response.status >= 500) throw unreachable(venue, where, detail);
    const body = await response.text();
    // ccxt takes what it can't read for an empty answer, which would look like a time without trades.
    if (response.ok && !isJson(body)) throw badReply(venue, where, "it is not JSON");
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
