/** @file The HTTP side of the local venue: signatures, limits and faults around the core's answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../../core/index.ts";
import { ENDPOINTS } from "../core/calls.ts";
import type { LocalVenueCore, VenueReply } from "../core/venue-core.ts";
import type { FaultPlan, MetFault } from "./faults.ts";
import type { LimitState, RateLimits } from "./rate-limits.ts";
import { isSignedBy, isTimely } from "./signature.ts";

export type RestContext = {
  readonly core: LocalVenueCore;
  readonly faults: FaultPlan;
  readonly limits: RateLimits;
  readonly wall: Clock;
  readonly signal: AbortSignal;
  /** Brings the market up to now, and sends what was pushed. */
  readonly catchUp: () => void;
  readonly state: VenueState;
  /** Market time a second of wall time. */
  readonly speed: number;
};

/** What holds for all requests until it is changed. */
export type VenueState = {
  maintenance: boolean;
  /** What the venue's clock is ahead of the true one, for signatures and for the time that it tells. */
  clockSkewMs: number;
  /** Requests a second are this share of the usual. */
  limitShare: number;
};

const BEFORE = ["drop-request", "mute-request", "delay-request", "status", "ret-code"] as const;
const AFTER = ["drop-reply", "mute-reply", "delay-reply", "status-after", "ret-code-after", "garbage"] as const;

type Headers = Record<string, string>;

export async function answerRest(
  request: IncomingMessage,
  response: ServerResponse,
  context: RestContext,
): Promise<void> {
  const body = await bodyOf(request);
  const { core, faults, limits, wall, signal } = context;
  const url = new URL(request.url ?? "/", "http://local");
  const method = request.method ?? "GET";
  const target = `${method} ${url.pathname}`;
  if (limits.isBanned(wall.elapsedMs())) {
    response.writeHead(403, { "content-type": "text/html" }).end("403, access too frequent");
    return;
  }
  const before = faults.meet(BEFORE, url.pathname, core.nowMs);
  if (before?.kind === "delay-request") await wall.sleep(before.value ?? 500, signal).catch(() => undefined);
  else if (before !== undefined) {
    refuseBy(before, response, context);
    return;
  }
  context.catchUp();
  const query = url.search.replace(/^\?/, "");
  const headers: Headers = {};
  const reply = answer(context, { method, path: url.pathname, query, body, headers: request.headers }, headers);
  context.catchUp();
  const after = faults.meet(AFTER, url.pathname, core.nowMs);
  if (after?.kind === "delay-reply") await wall.sleep(after.value ?? 500, signal).catch(() => undefined);
  else if (after !== undefined) {
    breakReply({ ...after, kind: after.kind }, response, reply, target);
    return;
  }
  send(response, 200, JSON.stringify(reply), headers);
}

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
};

function answer(context: RestContext, asked: Asked, headers: Headers): VenueReply {
  const { core, state, limits, wall } = context;
  const failed = (retCode: number, retMsg: string): VenueReply => ({
    retCode,
    retMsg,
    result: {},
    retExtInfo: {},
    time: Math.floor(core.nowMs + state.clockSkewMs),
  });
  if (state.maintenance) return failed(10019, "The service is restarting or under maintenance, please retry later.");
  const endpoint = ENDPOINTS[`${asked.method} ${asked.path}`];
  if (endpoint === undefined) return failed(10017, "request path not found or request method is invalid");
  const parameters = asked.method === "GET" ? Object.fromEntries(new URLSearchParams(asked.query)) : jsonOf(asked.body);
  if (parameters === undefined) return failed(10001, "params error: the body is not JSON");
  if (endpoint.access === "public") {
    const told = core.call(undefined, asked.method, asked.path, parameters);
    return asked.path === "/v5/market/time" ? timeReply(told, core.nowMs + state.clockSkewMs, context.speed) : told;
  }
  const refused = checkSignature(context, asked);
  if (typeof refused !== "string") return failed(refused.retCode, refused.retMsg);
  const perSecond = Math.max(1, Math.floor(endpoint.perSecond * state.limitShare));
  const limit = limits.take(`${refused}|${endpoint.group}`, perSecond, wall.elapsedMs());
  Object.assign(headers, limitHeaders(limit, wall));
  if (limit.exceeded) return failed(10006, "Too many visits. Exceeded the API Rate Limit.");
  return core.call(refused, asked.method, asked.path, parameters);
}

/** The account that signed, or why nobody did. */
function checkSignature(context: RestContext, asked: Asked): string | { retCode: number; retMsg: string } {
  const { core, wall, state } = context;
  const header = (name: string): string => String(asked.headers[name] ?? "");
  const key = header("x-bapi-api-key");
  const account = core.accountOfKey(key);
  if (key === "" || account === undefined) return { retCode: 10003, retMsg: "API key is invalid." };
  const timestamp = header("x-bapi-timestamp");
  const windowText = header("x-bapi-recv-window") || "5000";
  const payload = asked.method === "GET" ? asked.query : asked.body;
  if (!isSignedBy(account.secret, timestamp + key + windowText + payload, header("x-bapi-sign"))) {
    return { retCode: 10004, retMsg: "Error sign, please check your signature generation algorithm." };
  }
  const sentMs = Number(timestamp);
  const windowMs = Number(windowText);
  // A market that runs ahead of the wall clock, or lies in the past, still takes requests that are timely by the wall.
  const timely = [core.nowMs, wall.nowMs()].some((nowMs) => isTimely(sentMs, nowMs + state.clockSkewMs, windowMs));
  if (timely) return account.id;
  return {
    retCode: 10002,
    retMsg: `invalid request, please check your server timestamp or recv_window param. req_timestamp[${timestamp}],server_timestamp[${Math.floor(core.nowMs + state.clockSkewMs)}],recv_window[${windowText}]`,
  };
}

function limitHeaders(limit: LimitState, wall: Clock): Headers {
  const resetMs = wall.nowMs() + (limit.left > 0 ? 0 : limit.resetMs - wall.elapsedMs());
  return {
    "X-Bapi-Limit": `${limit.limit}`,
    "X-Bapi-Limit-Status": `${limit.left}`,
    "X-Bapi-Limit-Reset-Timestamp": `${Math.ceil(resetMs)}`,
  };
}

/** The server's time by its own clock, with how fast the market runs for a client that knows of it. */
function timeReply(reply: VenueReply, nowMs: number, pace: number): VenueReply {
  const time = Math.floor(nowMs);
  const result = { timeSecond: `${Math.floor(time / 1000)}`, timeNano: `${BigInt(time) * 1_000_000n}`, pace };
  return { ...reply, time, result };
}

function refuseBy(fault: MetFault<(typeof BEFORE)[number]>, response: ServerResponse, { core }: RestContext): void {
  if (fault.kind === "drop-request") response.destroy();
  else if (fault.kind === "status")
    send(response, fault.value ?? 503, "<html>unavailable</html>", { "content-type": "text/html" });
  else if (fault.kind === "ret-code") {
    const reply = {
      retCode: fault.value ?? 10016,
      retMsg: "refused by a fault",
      result: {},
      retExtInfo: {},
      time: Math.floor(core.nowMs),
    };
    send(response, 200, JSON.stringify(reply), {});
  }
}

function breakReply(
  fault: MetFault<Exclude<(typeof AFTER)[number], "delay-reply">>,
  response: ServerResponse,
  reply: VenueReply,
  target: string,
): void {
  switch (fault.kind) {
    case "drop-reply":
      response.destroy();
      return;
    case "mute-reply":
      return;
    case "status-after":
      send(response, fault.value ?? 502, "<html>bad gateway</html>", { "content-type": "text/html" });
      return;
    case "ret-code-after":
      send(
        response,
        200,
        JSON.stringify({ ...reply, retCode: fault.value ?? 10000, retMsg: "Server Timeout", result: {} }),
        {},
      );
      return;
    case "garbage":
      send(response, 200, `{"retCode":0,"retMsg":"${target.slice(0, 10)}`, {});
  }
}

function send(response: ServerResponse, status: number, text: string, headers: Headers): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
}

const MAX_BODY = 1_000_000;

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function jsonOf(text: string): Record<string, unknown> | undefined {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
