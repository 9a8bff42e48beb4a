/**
 * @file One connection to Whale Alert's stream of alerts. The key is a part of its address, so the address is never told, and
 * the key is taken out of whatever reason there is. A connection is up when its subscription was confirmed: a stream that
 * says nothing and one that was never subscribed look the same otherwise, and calm would be told where nothing is known.
 */
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { type Clock, toError } from "../../../core/index.ts";

export type WhaleTiming = {
  readonly openMs: number;
  /** For the confirmation of the subscription. */
  readonly answerMs: number;
  readonly pingMs: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
};

export const WHALE_TIMING: WhaleTiming = {
  openMs: 10_000,
  answerMs: 10_000,
  pingMs: 20_000,
  firstWaitMs: 2_000,
  longestWaitMs: 900_000,
};

/** Why a connection ended, and how long the source wants to be left alone. */
export class WhaleEnd extends Error {
  override readonly name = "WhaleEnd";
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs = 0) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

const MOST_BYTES = 4 * 1024 ** 2;
const LONGEST_REASON = 200;

export type WhaleConnection = {
  /** With the key in its query. */
  readonly url: string;
  readonly key: string;
  readonly subscription: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly timing: WhaleTiming;
  readonly onUp: () => void;
  /** Every message after the confirmation; undefined where it is no JSON. */
  readonly onMessage: (message: unknown) => void;
};

/** Holds one connection to its end, which is always told by a rejection: with a WhaleEnd, or the signal's reason. */
export async function holdConnection(options: WhaleConnection, signal: AbortSignal): Promise<never> {
  const { url, key, subscription, clock, timing, onUp, onMessage } = options;
  const life = new AbortController();
  const ended = AbortSignal.any([life.signal, signal]);
  const end = (reason: string, retryAfterMs = 0): void =>
    life.abort(new WhaleEnd(withoutKey(reason, key), retryAfterMs));
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: timing.openMs,
    maxPayload: MOST_BYTES,
    followRedirects: false,
  });
  let confirm: (() => void) | undefined;
  const confirmed = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  let pongs = 0;
  socket.on("unexpected-response", (request, response: IncomingMessage) => {
    request.destroy();
    end(...refusal(response));
  });
  socket.on("error", (thrown) => end(`the connection failed: ${toError(thrown).message}`));
  socket.on("close", (code: number) => end(`it closed the connection (${code})`));
  socket.on("pong", () => pongs++);
  socket.on("open", () => socket.send(JSON.stringify(subscription)));
  socket.on("message", (data: Buffer) => {
    if (ended.aborted) return;
    const message = parsed(data.toString("utf8"));
    const type = typeOf(message);
    if (type === "error") return end(`it refuses: ${shortText(message)}`);
    if (type.startsWith("subscribed")) {
      if (confirm !== undefined) onUp();
      confirm?.();
      confirm = undefined;
      return;
    }
    // What comes before the confirmation is no answer to what was asked for.
    if (confirm === undefined) onMessage(message);
  });
  try {
    await within(confirmed, timing.openMs + timing.answerMs, clock, ended);
    for (;;) {
      const before = pongs;
      socket.ping();
      await clock.sleep(timing.pingMs, ended);
      if (pongs === before) throw new WhaleEnd(`no pong came within ${timing.pingMs} ms`);
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw life.signal.aborted ? life.signal.reason : thrown;
  } finally {
    life.abort(new WhaleEnd("over"));
    socket.removeAllListeners("message");
    // One that is still opening tells its end as an error, which the listener above takes.
    socket.terminate();
  }
}

async function within(done: Promise<void>, ms: number, clock: Clock, ended: AbortSignal): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([over.signal, ended])).then(() => {
    throw new WhaleEnd(`its subscription was not confirmed within ${ms} ms`);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    over.abort(new WhaleEnd("done"));
  }
}

/** What an answer says that opens no stream. */
function refusal({ statusCode = 0, headers }: IncomingMessage): [reason: string, retryAfterMs: number] {
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  const waitMs = Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0;
  const detail = `HTTP ${statusCode}`;
  if (statusCode === 401 || statusCode === 403)
    return [`it does not take the key, or the plan has no alerts (${detail})`, waitMs];
  if (statusCode === 429) return [`it says that there were too many requests (${detail})`, waitMs];
  if (statusCode >= 300 && statusCode < 400)
    return [`it sends the connection on to another address, which is not asked (${detail})`, waitMs];
  return [`it answers with no stream (${detail})`, waitMs];
}

function typeOf(message: unknown): string {
  if (typeof message !== "object" || message === null || !("type" in message)) return "";
  return typeof message.type === "string" ? message.type : "";
}

function shortText(message: unknown): string {
  return JSON.stringify(message).replace(/\s+/g, " ").slice(0, LONGEST_REASON);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As it is, and as it stands in an address. */
function withoutKey(text: string, key: string): string {
  if (key === "") return text;
  const inQuery = new URLSearchParams({ key }).toString().slice("key=".length);
  return [key, encodeURIComponent(key), inQuery].reduce((left, form) => left.replaceAll(form, "***"), text);
}
