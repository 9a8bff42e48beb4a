/** @file Requests to sources of alternative data: at their pace, read to the end in time, checked, with failures of the catalog. */
import type { z } from "zod";
import { type Clock, systemClock, TidemarkError, toError } from "../../core/index.ts";
import { withRetries } from "../retry.ts";
import { TokenBucket } from "../token-bucket.ts";
import { badReply, forbidden, rateLimited, rejected, timedOut, unreachable, VenueError } from "../venue-error.ts";
import type { SourceOptions } from "./source.ts";

export type Place = {
  /** As people call the source. */
  readonly title: string;
  /** The address, without a slash at its end. */
  readonly baseUrl: string;
  /** The environment variable that names another one. */
  readonly hostVariable: string;
  readonly limit: { readonly burst: number; readonly perSecond: number };
  /** A failure that the source explains in its reply, or undefined. The reply may be of any kind. */
  readonly explain?: (status: number, body: string) => string | undefined;
  /** Nothing secret is ever sent to it, so that it may send a question on to another host. By default it may not. */
  readonly wanders?: boolean;
};

export type Request = {
  /** Behind the base address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form by POST. */
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

export type TextReply = {
  /** 200, or 304 where what was asked for hasn't changed. */
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
};

/** Honest about what asks, and where to complain. */
const USER_AGENT = "tidemark (https://www.npmjs.com/package/tidemark)";
/** No answer of any source comes near it. */
const MOST_BYTES = 64 * 1024 ** 2;
/** A question that is sent on within its host; more often than that it goes in a circle. */
const MOST_HOPS = 5;

export class SourceHttp {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly #place: Place;
  readonly #options: SourceOptions;
  readonly #timeoutMs: number;
  readonly #bucket: TokenBucket;

  /** Throws CONFIG_VALUE for an address that is none. */
  constructor(place: Place, options: SourceOptions) {
    this.#place = place;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 20_000;
    this.clock = options.clock ?? systemClock;
    this.baseUrl = checkedUrl(options.environment[place.hostVariable], place);
    this.#bucket = new TokenBucket({ clock: this.clock, ...place.limit });
  }

  /** Asks for JSON of this shape. */
  async json<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
    const where = this.#where(request);
    return this.#retried(request.signal, async () => {
      const { text } = await this.#send(request);
      const read = schema.safeParse(jsonOf(text, this.#place.title, where));
      if (read.success) return read.data;
      const [issue] = read.error.issues;
      const path = issue.path.length === 0 ? "the reply" : issue.path.join(".");
      throw badReply(this.#place.title, where, `${path}: ${issue.message}`, read.error);
    });
  }

  text(request: Request): Promise<TextReply> {
    return this.#retried(request.signal, () => this.#send(request));
  }

  #retried<T>(signal: AbortSignal | undefined, once: () => Promise<T>): Promise<T> {
    const { maxAttempts = 4, backoffMs = 1_000, onRetry } = this.#options;
    const told = onRetry === undefined ? {} : { onRetry: onRetry.bind(undefined, this.#place.title) };
    return withRetries(once, { clock: this.clock, maxAttempts, backoffMs, signal, ...told });
  }

  /** Never with the query, which may hold a key. */
  #where({ path }: Request): string {
    return `${this.baseUrl}${path}`;
  }

  async #send(request: Request): Promise<TextReply> {
    await this.#bucket.take(request.signal);
    const { title } = this.#place;
    const where = this.#where(request);
    const url = new URL(`${this.baseUrl}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
    const late = AbortSignal.timeout(this.#timeoutMs);
    const signals = request.signal === undefined ? [late] : [late, request.signal];
    try {
      const response = await this.#reply(url, where, {
        headers: { "user-agent": USER_AGENT, ...request.headers },
        signal: AbortSignal.any(signals),
        ...(request.form === undefined ? {} : { method: "POST", body: new URLSearchParams(request.form) }),
      });
      if (Number(response.headers.get("content-length")) > MOST_BYTES) {
        await response.body?.cancel();
        throw badReply(title, where, "it is larger than any answer of this kind");
      }
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = decoded(bytes, response.headers.get("content-type") ?? "");
      if (response.ok || response.status === 304) return { status: response.status, text, headers: response.headers };
      throw this.#statusFailure(response, text, where);
    } catch (thrown) {
      request.signal?.throwIfAborted();
      if (thrown instanceof VenueError) throw thrown;
      if (late.aborted) throw timedOut(title, where, this.#timeoutMs, thrown);
      throw unreachable(title, where, reasonOf(thrown), thrown);
    }
  }

  /**
   * A key goes to the host that it was given for and to no other, in whatever part of the question it is: a redirect is
   * followed within the same origin only, and a form is not sent twice. The new address is told by its host alone, because
   * it may repeat the key.
   */
  async #reply(url: URL, where: string, init: RequestInit): Promise<Response> {
    if (this.#place.wanders === true) return fetch(url, init);
    let at = url;
    for (let hop = 0; hop <= MOST_HOPS; hop++) {
      const response = await fetch(at, { ...init, redirect: "manual" });
      const location = response.headers.get("location");
      if (location === null || response.status === 304 || response.status < 300 || response.status > 399) {
        return response;
      }
      await response.body?.cancel();
      const detail = `HTTP ${response.status}`;
      const next = URL.canParse(location, at.href) ? new URL(location, at.href) : undefined;
      if (next === undefined || next.origin !== url.origin || init.method === "POST") {
        const host = next === undefined ? "an address that is none" : next.host;
        throw rejected(this.#place.title, where, `it sends the question on to ${host}, which is not asked (${detail})`);
      }
      at = next;
    }
    throw rejected(this.#place.title, where, `it sends the question on more than ${MOST_HOPS} times`);
  }

  #statusFailure({ status, statusText, headers }: Response, body: string, where: string): VenueError {
    const { title, explain } = this.#place;
    const detail = `HTTP ${status}${statusText === "" ? "" : ` ${statusText}`}`;
    if (status === 429) return rateLimited(title, where, waitOf(headers, this.clock), detail);
    const explained = explain?.(status, body);
    if (explained !== undefined) return rejected(title, where, `${explained} (${detail})`);
    if (status === 401) return refusedKey(title, where, detail);
    if (status === 403 || status === 418 || status === 451) return forbidden(title, where, detail);
    if (status >= 500 || status === 408) return unreachable(title, where, detail);
    return rejected(title, where, detail);
  }
}

/** By the reply's charset, else by what an XML file says of itself, else UTF-8. */
function decoded(bytes: Buffer, contentType: string): string {
  const own = /charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1];
  const head = bytes.subarray(0, 200).toString("latin1");
  const label = own ?? /^[^<]{0,4}<\?xml[^>]*\bencoding\s*=\s*["']([\w-]+)["']/.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // A name that nobody knows.
    return new TextDecoder().decode(bytes);
  }
}

/** A key that the source doesn't take; the key itself is never told. */
export function refusedKey(title: string, where: string, detail: string): VenueError {
  return new VenueError("VENUE_CREDENTIALS", {
    what: `${title} does not take the key (${detail})`,
    where,
    fix: "Look at the key in .env, and at what its plan allows.",
  });
}

function jsonOf(text: string, title: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const start = text.trimStart().slice(0, 60).replace(/\s+/g, " ");
    const page = /^<(?:!doctype|html)/i.test(start) ? "it is a page in place of data" : `it is not JSON: "${start}"`;
    throw badReply(title, where, page, thrown);
  }
}

/** Seconds, or a date, or Bybit's own stamp. */
function waitOf(headers: Headers, clock: Clock): number | undefined {
  const text = headers.get("retry-after");
  if (text !== null && /^\d+(?:\.\d+)?$/.test(text.trim())) return Number(text) * 1000;
  const untilMs = text === null ? Number(headers.get("x-bapi-limit-reset-timestamp") ?? Number.NaN) : Date.parse(text);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - clock.nowMs());
}

function reasonOf(thrown: unknown): string {
  const { message, cause } = toError(thrown);
  return cause === undefined ? message : `${message}: ${toError(cause).message}`;
}

/** The source's address, or the one that is named in its place. Throws CONFIG_VALUE for an address that is none. */
export function checkedUrl(
  text: string | undefined,
  { baseUrl, title, hostVariable }: Pick<Place, "baseUrl" | "title" | "hostVariable">,
): string {
  if (text === undefined || text === "") return baseUrl;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, "");
  throw new TidemarkError("CONFIG_VALUE", {
    what: `"${text}" is not an address for ${title}`,
    where: hostVariable,
    fix: `Write an address such as "${baseUrl}", or leave it out.`,
  });
}
