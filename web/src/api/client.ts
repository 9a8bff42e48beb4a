/** @file One request to the API. Every failure, of the network too, is an ApiError with what, where and fix. */
import { freshKey } from "../lib/random.ts";
import { ApiError, problemFrom } from "./problem.ts";
import { SESSION_HEADER, sessionSecret } from "./session.ts";

export const API = "/api/v1";

export type Params = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function address(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return `${API}/${path}${text === "" ? "" : `?${text}`}`;
}

type Request = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
};

async function send(url: string, { method = "GET", body, signal, headers }: Request): Promise<Response> {
  const secret = sessionSecret();
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        ...(secret === undefined ? {} : { [SESSION_HEADER]: secret }),
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new ApiError(0, {
      code: "UNREACHABLE",
      what: "The server doesn't answer.",
      fix: "See whether `tidemark serve` still runs. Trading goes on without this page; `tidemark halt` stops it.",
    });
  }
  if (answer.ok) return answer;
  const told: unknown = await answer.json().catch(() => undefined);
  throw new ApiError(answer.status, problemFrom(answer.status, told));
}

export async function ask<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const answer = await send(address(path, params), signal === undefined ? {} : { signal });
  return (await answer.json()) as T;
}

/** Bytes of a columnar history, or of a file. */
export async function askBytes(path: string, params: Params = {}, signal?: AbortSignal): Promise<ArrayBuffer> {
  const answer = await send(address(path, params), {
    headers: { accept: "application/octet-stream" },
    ...(signal === undefined ? {} : { signal }),
  });
  return answer.arrayBuffer();
}

/** A change. Each has a key of its own, so that a request that is sent twice acts once. */
export async function tell<T>(
  path: string,
  body: unknown = {},
  method: "POST" | "PUT" | "PATCH" | "DELETE" = "POST",
): Promise<T> {
  const answer = await send(`${API}/${path}`, { method, body, headers: { "idempotency-key": freshKey() } });
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}
