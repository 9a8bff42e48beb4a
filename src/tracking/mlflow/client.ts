/** @file The REST interface of an MLflow server (version 2.0 of its API): one request, judged by what can be done about it. */
import { type Clock, toError } from "../../core/index.ts";
import type { MlflowSettings } from "./settings.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** A request that did not succeed. */
export class MlflowFailure extends Error {
  override readonly name = "MlflowFailure";
  /** Whether the same request may succeed later. */
  readonly passing: boolean;
  /** MLflow's own code, such as RESOURCE_DOES_NOT_EXIST. */
  readonly code: string | undefined;
  /** HTTP status; undefined where there was no reply. */
  readonly status: number | undefined;
  /** Asked for by the server. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, parts: { passing: boolean; code?: string; status?: number; retryAfterMs?: number }) {
    super(message);
    this.passing = parts.passing;
    this.code = parts.code;
    this.status = parts.status;
    this.retryAfterMs = parts.retryAfterMs;
  }
}

/** Replies that say "later": request timeout, too many requests, and every failure of the server itself. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
const MESSAGE_LENGTH = 300;

export class MlflowClient {
  readonly #settings: MlflowSettings;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Requests that succeeded. */
  served = 0;

  constructor(settings: MlflowSettings, clock: Clock, timeoutMs: number) {
    this.#settings = settings;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get(endpoint: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<JsonRecord> {
    return this.#request(`${endpoint}?${new URLSearchParams(query).toString()}`, { method: "GET" }, signal);
  }

  post(endpoint: string, body: JsonRecord, signal: AbortSignal): Promise<JsonRecord> {
    return this.#request(endpoint, { method: "POST", body: JSON.stringify(body) }, signal);
  }

  /** Throws MlflowFailure, or the signal's reason where it was aborted. */
  async #request(endpoint: string, init: RequestInit, signal: AbortSignal): Promise<JsonRecord> {
    signal.throwIfAborted();
    const { url, authorization } = this.#settings;
    const over = new AbortController();
    const tooLate = this.#clock.sleep(this.#timeoutMs, over.signal).then(
      () => {
        over.abort();
        return true;
      },
      () => false,
    );
    try {
      const response = await fetch(`${url}/api/2.0/mlflow/${endpoint}`, {
        ...init,
        headers: {
          "content-type": "application/json",
          ...(authorization === undefined ? {} : { authorization }),
        },
        // What is tracked, and the word by which it may be, belong to the server that was named and to no other.
        redirect: "manual",
        signal: AbortSignal.any([signal, over.signal]),
      });
      return this.#judge(response, await response.text());
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof MlflowFailure) throw thrown;
      over.abort();
      const reason = (await tooLate) ? `no reply within ${this.#timeoutMs} ms` : networkReason(thrown);
      throw new MlflowFailure(this.#withoutSecret(reason), { passing: true });
    } finally {
      over.abort();
    }
  }

  #judge(response: Response, text: string): JsonRecord {
    const json = parse(text);
    if (response.ok) {
      if (json === undefined)
        throw new MlflowFailure("the reply is not JSON", { passing: false, status: response.status });
      this.served++;
      return json;
    }
    const code = json?.["error_code"];
    const message = json?.["message"];
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    throw new MlflowFailure(this.#shown(response.status, code, message), {
      passing: response.status >= 500 || PASSING.has(response.status),
      status: response.status,
      ...(typeof code === "string" ? { code } : {}),
      ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
    });
  }

  #shown(status: number, code: unknown, message: unknown): string {
    const parts = [`HTTP ${status}`, code, message].filter((part) => typeof part === "string");
    return this.#withoutSecret(parts.join(", ").replace(/\s+/g, " ").slice(0, MESSAGE_LENGTH));
  }

  /** A reply or an error may quote the request: what must not be shown is taken out. */
  #withoutSecret(text: string): string {
    const secret = this.#settings.authorization?.split(" ")[1] ?? "";
    return secret === "" ? text : text.replaceAll(secret, "***");
  }
}

function parse(text: string): JsonRecord | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as JsonRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** fetch hides the reason (refused, no such host) in its cause. */
function networkReason(thrown: unknown): string {
  const error = toError(thrown);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
