/**
 * @file Every request from its first check to its answer, in this order: host, method and origin; who asks; tier; shape; then the
 * handler. A route is what the contract lists, with its tier; there is no other way in.
 */
import { readFileSync } from "node:fs";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { TidemarkError, toError } from "../../core/index.ts";
import type { HostRules } from "../access/hosts.ts";
import type { Visitor } from "../access/vault.ts";
import { ROUTES, type Route, type RouteName, TIERS, type Tier } from "../contract/index.ts";
import { documentation } from "./docs.ts";
import { type Handler, makeHandlers, type Parts, type Reply } from "./handlers.ts";
import { COMMON_HEADERS, REPORT_POLICY } from "./headers.ts";
import { Idempotency } from "./idempotency.ts";
import type { ServerMetrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import type { PageFiles } from "./page-files.ts";
import { problemOf, refusal, told } from "./problem.ts";
import { TICKETS_PATH } from "./tickets.ts";

export const API = "/api/v1";
const SESSION_HEADER = "x-tidemark-session";
const LONGEST_BODY = 64 * 1024;
const SIGN_IN = "Open the address that `tidemark serve` prints, or send a token as `Authorization: Bearer`.";

export type AppParts = Parts & {
  readonly hosts: HostRules;
  /** Name of the page's cookie: with the port, since neighbours on other ports are sent it too. */
  readonly cookieName: string;
  readonly page: PageFiles;
  readonly metrics: ServerMetrics;
  /** Answers agents of other programs; absent where nothing does. */
  readonly mcp?: (request: Request, visitor: Visitor) => Promise<Response>;
};

type Env = { Bindings: HttpBindings };
type Told = ReturnType<typeof refusal>;

const ROUTE_LIST = Object.entries(ROUTES) as unknown as ReadonlyArray<readonly [RouteName, Route]>;
const NOBODY: Visitor = { name: "", tier: "view", expiresMs: 0, isPage: true };

export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}

export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
}

export function createApp(parts: AppParts): Hono<Env> {
  const { hosts, vault, cookieName, page, metrics, context, tickets } = parts;
  const app = new Hono<Env>();
  const once = new Idempotency(context.clock);
  const handlers = makeHandlers(parts);

  const answer = ({ status, body }: Told): Response => {
    if (status === 401 || status === 403 || status === 421 || status === 429) metrics.refused(status);
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  };

  /** Who asks, or why not. */
  const visitorOf = (c: Context<Env>, tier: Tier): Visitor | Told => {
    const bearer = bearerOf(c.req.header("authorization"));
    const visitor =
      bearer === undefined
        ? vault.visitor(cookieOf(c.req.header("cookie"), cookieName), c.req.header(SESSION_HEADER))
        : vault.bearer(bearer);
    if (visitor === undefined) {
      return bearer !== undefined && vault.waitMs() > 0
        ? refusal(429, "Too many wrong tokens", "Wait a minute.")
        : refusal(401, "Nobody is signed in", SIGN_IN);
    }
    if (TIERS.indexOf(visitor.tier) < TIERS.indexOf(tier)) {
      return refusal(
        403,
        `This needs the tier ${tier}; ${visitor.name} has ${visitor.tier}`,
        "Use a token of that tier.",
      );
    }
    return visitor;
  };

  app.onError((thrown, c) => {
    if (!(thrown instanceof TidemarkError)) context.warn(`${c.req.method} ${c.req.path}: ${toError(thrown).message}`);
    return answer(problemOf(thrown));
  });

  app.use("*", async (c, next) => {
    const begun = context.clock.elapsedMs();
    const refused = hosts.check({
      method: c.req.method,
      host: c.req.header("host"),
      origin: c.req.header("origin"),
      site: c.req.header("sec-fetch-site"),
      hasBearer: bearerOf(c.req.header("authorization")) !== undefined,
    });
    if (refused === undefined) await next();
    else c.res = answer(refusal(refused.status, refused.what, SIGN_IN));
    for (const [name, value] of Object.entries(COMMON_HEADERS))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    metrics.answered(c.req.method, routeLabel(c.req.path), c.res.status, context.clock.elapsedMs() - begun);
  });
  app.use(
    `${API}/*`,
    bodyLimit({ maxSize: LONGEST_BODY, onError: () => answer(refusal(413, "The request is too long", "Send less.")) }),
  );

  app.get(`${API}/openapi.json`, () => Response.json(openApiDocument()));
  app.get("/docs", () => documentation("/docs"));
  app.get("/docs.css", () => documentation("/docs.css"));
  app.get("/metrics", async (c) => {
    const visitor = visitorOf(c, "view");
    if ("status" in visitor) return answer(visitor);
    return new Response(await metrics.text(), { headers: { "content-type": metrics.type } });
  });
  app.all("/mcp", async (c) => {
    const visitor = visitorOf(c, "view");
    if ("status" in visitor) return answer(visitor);
    if (parts.mcp === undefined) return answer(missing(c.req.path));
    return parts.mcp(c.req.raw, visitor);
  });
  app.get(`${TICKETS_PATH}:ticket`, (c) => {
    const file = tickets.take(c.req.param("ticket"));
    if (file === undefined) return answer(missing("ticket"));
    return new Response(readFileSync(file), {
      headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": REPORT_POLICY },
    });
  });

  for (const [name, route] of ROUTE_LIST) {
    const path = `${API}${route.path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    app.on(route.method.toUpperCase(), path, async (c) => {
      const visitor = route.tier === "none" ? NOBODY : visitorOf(c, route.tier);
      if ("status" in visitor) return answer(visitor);
      if (route.tier === "none" && vault.waitMs() > 0)
        return answer(refusal(429, "Too many wrong codes", "Wait a minute."));
      const body = await bodyOf(c, route);
      const cookie = cookieOf(c.req.header("cookie"), cookieName);
      const query = queryOf(c, route);
      const key = route.method === "post" && route.isStream !== true ? c.req.header("idempotency-key") : undefined;
      const ifMatch = c.req.header("if-match");
      const ask = { params: c.req.param() as Record<string, string>, query, body, visitor, cookie, ifMatch, key };
      const act = (): ReturnType<Handler> => handlers[name](ask);
      const given =
        key === undefined
          ? await act()
          : await once.run(`${visitor.name} ${c.req.path} ${key}`, JSON.stringify(body), act);
      return responseOf(given, cookieName);
    });
  }
  app.all("/api/*", (c) => answer(missing(c.req.path)));

  app.get("*", (c) => {
    const file = page.at(c.req.path);
    if (file === undefined) return answer(missing(c.req.path));
    const cache = file.isHashed ? { "cache-control": "public, max-age=31536000, immutable" } : {};
    return new Response(file.bytes, { headers: { "content-type": file.type, ...cache } });
  });
  app.all("*", (c) => answer(missing(c.req.path)));
  return app;
}

function missing(where: string): Told {
  return told(new TidemarkError("ROUTE_MISSING", { what: "There is no such address", where, fix: "See /docs." }));
}

/** First parts of the path: a name in it is no label. */
function routeLabel(path: string): string {
  const [, first = "", , resource = ""] = path.split("/");
  return first === "api" ? resource : first === "metrics" || first === "mcp" || first === "docs" ? first : "page";
}

function queryOf(c: Context<Env>, route: Route): Record<string, string | undefined> {
  const query = c.req.query();
  const stranger = Object.keys(query).find((name) => route.query?.includes(name) !== true);
  if (stranger === undefined) return query;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${stranger.slice(0, 40)}" is not understood here`,
    where: "query",
    fix: route.query === undefined ? "This address takes no query." : `It takes ${route.query.join(", ")}.`,
  });
}

async function bodyOf(c: Context<Env>, route: Route): Promise<unknown> {
  if (route.body === undefined) return undefined;
  const type = c.req.header("content-type") ?? "";
  const text = /^application\/json(?:;|$)/i.test(type) ? await c.req.text() : undefined;
  let json: unknown;
  try {
    json = text === undefined ? undefined : JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = json === undefined ? undefined : route.body.safeParse(json);
  if (parsed?.success === true) return parsed.data;
  const issue = parsed?.error?.issues[0];
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: issue === undefined ? "The request is no JSON of type application/json" : issue.message,
    where: issue === undefined || issue.path.length === 0 ? "body" : issue.path.join("."),
    fix: "See /docs for what it takes.",
  });
}

function responseOf(given: Reply, cookieName: string): Response {
  if ("events" in given) return new Response(given.events, { headers: { "content-type": "text/event-stream" } });
  if ("bytes" in given) {
    return new Response(given.bytes, { headers: { "content-type": "application/octet-stream", ...given.headers } });
  }
  const headers = new Headers({ "content-type": "application/json" });
  if (given.cookie !== undefined) {
    headers.set("set-cookie", `${cookieName}=${given.cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800`);
  }
  return new Response(JSON.stringify(given.json), { headers });
}
