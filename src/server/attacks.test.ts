/** What another page, another port or another process can try at a server on loopback, against a real one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ROUTES, type Route } from "./contract/index.ts";
import { openPlace, type Place } from "./testing/place.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

const routes = Object.entries(ROUTES) as unknown as ReadonlyArray<readonly [string, Route]>;
const pathOf = ({ path }: Route): string =>
  `/api/v1${path.replaceAll(/\{mode\}/g, "paper").replaceAll(/\{\w+\}/g, "x")}`;
const without = (headers: Readonly<Record<string, string>>, ...names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

/** How an attempt to open the stream ends: its closing code, or the status of the refusal. */
function stream(headers: Readonly<Record<string, string>>, first?: unknown): Promise<number> {
  return new Promise((done) => {
    const socket = new WebSocket(`ws://127.0.0.1:${place.served.port}/api/v1/stream`, { headers });
    socket.on("unexpected-response", (_request, response) => done(response.statusCode ?? 0));
    socket.on("error", () => undefined);
    socket.on("close", (code) => done(code));
    socket.on("open", () => {
      if (first !== undefined) socket.send(JSON.stringify(first));
      socket.send(JSON.stringify({ do: "subscribe", topic: "beat" }));
    });
    socket.on("message", () => {
      done(0);
      socket.close();
    });
  });
}

describe("a name that was pointed at this machine", () => {
  it("reaches nothing: no page, no file, no route, no document, no stream", async () => {
    const host = `evil.example:${place.served.port}`;
    for (const path of [
      "/",
      "/assets/main-abc.js",
      "/docs",
      "/metrics",
      "/api/v1/session",
      "/api/v1/openapi.json",
      "/mcp",
    ]) {
      const answer = await place.send("GET", path, { ...place.page, host, origin: `http://${host}` });
      expect([path, answer.status]).toEqual([path, 421]);
      expect(answer.text).not.toContain("<title>");
    }
    expect(await stream({ ...place.page, host, origin: `http://${host}` })).toBe(421);
  });
});

describe("another site's page", () => {
  it("changes nothing, by form, by fetch or by image", async () => {
    const body = JSON.stringify({ kind: "doctor", settings: {} });
    const own = { ...place.page, "content-type": "application/json" };
    for (const change of [
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-site" },
    ])
      expect((await place.send("POST", "/api/v1/jobs", { ...own, ...change }, body)).status).toBe(403);
    const simple = { ...place.page, "content-type": "text/plain" };
    expect((await place.send("POST", "/api/v1/jobs", simple, body)).status).toBe(422);
    expect((await place.send("POST", "/api/v1/jobs", without(place.page, "origin"), body)).status).toBe(403);
    expect(place.served.jobs.list()).toEqual([]);
  });

  it("is given no leave to read: no preflight is answered, no origin allowed", async () => {
    const asked = { ...place.page, origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await place.send("OPTIONS", "/api/v1/jobs", asked);
    expect(answer.status).toBe(405);
    const read = await place.send("GET", "/api/v1/session", place.page);
    expect(Object.keys(read.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("opens no stream", async () => {
    expect(await stream({ ...place.page, origin: "https://evil.example" })).toBe(403);
    expect(await stream(without(place.page, "origin"))).toBe(403);
  });
});

describe("a neighbour on another port", () => {
  it("is sent the cookie and can do nothing with it", async () => {
    const stolen = without(place.page, "x-tidemark-session");
    expect((await place.send("GET", "/api/v1/overview", stolen)).status).toBe(401);
    expect((await place.send("GET", "/api/v1/overview", { ...stolen, "x-tidemark-session": "guess" })).status).toBe(
      401,
    );
    expect(await stream(stolen, { do: "sign-in", secret: "guess" })).toBe(4001);
    expect(await stream(stolen)).toBe(4001);
  });

  it("finds the cookie named with the port, for this site alone, hidden from scripts", async () => {
    const code = new URL(place.served.signInUrl()).hash.slice(6);
    const typed = { ...without(place.page, "cookie"), "content-type": "application/json" };
    const answer = await place.send("POST", "/api/v1/session", typed, JSON.stringify({ code }));
    const cookie = String(answer.headers["set-cookie"]);
    expect(cookie.startsWith(`tidemark-${place.served.port}=`)).toBe(true);
    for (const word of ["HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(word);
    expect(cookie).not.toContain((answer.json as { secret: string }).secret);
  });
});

describe("a script that reads the page's half", () => {
  it("can't use it without the cookie", async () => {
    expect((await place.send("GET", "/api/v1/overview", without(place.page, "cookie"))).status).toBe(401);
  });
});

describe("nobody", () => {
  it("gets an answer from no route", async () => {
    const { host, origin } = place.page;
    for (const [name, route] of routes) {
      if (route.tier === "none") continue;
      const answer = await place.send(route.method.toUpperCase(), pathOf(route), { host, origin });
      expect([name, answer.status]).toEqual([name, 401]);
      expect(answer.json).toMatchObject({ error: { code: "ACCESS_REFUSED" } });
    }
    for (const path of ["/metrics", "/mcp"]) expect((await place.send("GET", path, { host })).status).toBe(401);
  });

  it("guesses codes: after five wrong ones it waits, and a session goes on meanwhile", async () => {
    const own = await openPlace();
    const tries: number[] = [];
    for (let i = 0; i < 7; i++) tries.push((await own.tell("session", { code: `wrong${i}` })).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const halt = await own.tell("engine/commands", { command: "halt", reason: "" });
    expect([halt.status, halt.json]).toEqual([200, { items: [] }]);
    await own.close();
  });
});

describe("a token", () => {
  it("does what its tier says and no more", async () => {
    const { secret } = place.served.vault.makeToken("reader", "view", 1);
    const { host } = place.page;
    const bearer = { host, authorization: `Bearer ${secret}`, "content-type": "application/json" };
    expect((await place.send("GET", "/api/v1/overview", bearer)).status).toBe(200);
    for (const [name, route] of routes) {
      if (route.tier === "none" || route.tier === "view") continue;
      const answer = await place.send(
        route.method.toUpperCase(),
        pathOf(route),
        bearer,
        route.method === "post" ? "{}" : undefined,
      );
      expect([name, answer.status]).toEqual([name, 403]);
    }
    expect((await place.send("GET", "/api/v1/overview", { host, authorization: "Bearer tm_wrong" })).status).toBe(401);
    const raised = await place.tell("tokens", { name: "x", tier: "live", days: 1 });
    expect(raised.status).toBe(422);
  });
});

describe("a secret", () => {
  it("is in no file of the server as it is, and in no line that it says", () => {
    const text = readFileSync(join(place.folder, "state/server/access.json"), "utf8");
    const half = place.page["x-tidemark-session"];
    expect(text).not.toContain(half);
    expect(place.said.join("\n")).not.toContain(half);
  });

  it("is never taken from an address", async () => {
    const { host, origin } = place.page;
    const half = place.page["x-tidemark-session"];
    const { cookie } = place.page;
    for (const query of [`token=${half}`, `code=${half}`, `x-tidemark-session=${half}`])
      expect((await place.send("GET", `/api/v1/overview?${query}`, { host, origin, cookie })).status).toBe(401);
  });

  it("of a venue is not among the settings", async () => {
    const { text } = await place.read("config");
    expect(text).not.toMatch(/api_key|api_secret|password/);
    expect(text).toContain("total_steps");
  });
});

describe("what the page may load", () => {
  it("is told with every answer, also with a refusal", async () => {
    const paths = ["/", "/models/x", "/docs", "/api/v1/overview", "/api/v1/nothing", "/nothing.js"];
    for (const path of paths) {
      const { headers } = await place.send("GET", path, { host: place.page["host"] });
      const policy = String(headers["content-security-policy"]);
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
        expect(policy).toContain(part);
      expect(policy).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["strict-transport-security"]).toBeUndefined();
    }
  });

  it("is never a file outside the page", async () => {
    for (const path of [
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/..%5c..%5cpackage.json",
      "//.built",
      "/.built",
      "/assets/..%2f.built",
    ]) {
      const { status, text } = await place.send("GET", path, { host: place.page["host"] });
      expect(status === 404 || text.includes("<title>Page</title>")).toBe(true);
      expect(text).not.toContain("stamp");
    }
  });

  it("is the page for each of its places, JSON for what the API has not, kept for ever where its name is its hash", async () => {
    const { host } = place.page;
    expect((await place.send("GET", "/models/a/1", { host })).text).toContain("<title>Page</title>");
    const missing = await place.send("GET", "/api/v1/nothing", { host });
    expect([missing.status, missing.json]).toMatchObject([404, { error: { code: "ROUTE_MISSING" } }]);
    expect((await place.send("GET", "/", { host })).headers["cache-control"]).toBe("no-store");
    expect((await place.send("GET", "/assets/main-abc.js", { host })).headers["cache-control"]).toContain("immutable");
  });
});

describe("a request that is too much", () => {
  it("is refused by its size, its shape or its query", async () => {
    const long = await place.tell("jobs", { kind: "doctor", settings: { "data.symbols": "x".repeat(70_000) } });
    expect(long.status).toBe(413);
    for (const body of [null, [], "x", { kind: "rm", settings: {} }, { kind: "doctor", settings: {}, more: 1 }])
      expect((await place.tell("jobs", body)).status).toBe(422);
    expect((await place.read("overview?x=1")).status).toBe(422);
  });

  it("starts no foreign program: what a page can set is settings, and no path or account is among them", async () => {
    for (const order of [
      { kind: "train", settings: { "paths.models": "/tmp" } },
      { kind: "paper", model: "m", settings: { "trade.host": "http://127.0.0.1:1" } },
      { kind: "paper", model: "m", settings: { "trade.live": true } },
      { kind: "paper", model: "--config=/etc/x", settings: {} },
      { kind: "paper", model: "../../x", settings: {} },
      { kind: "train", resume: "-x", settings: {} },
      { kind: "train", settings: { "training.gamma": 7 } },
      { kind: "train", settings: { "training.gama": 0.9 } },
      { kind: "train", settings: { "--config": "x" } },
      { kind: "doctor", model: "m", settings: {} },
      { kind: "drift", settings: {} },
    ])
      expect([order, (await place.tell("jobs", order)).status]).toEqual([order, 422]);
    expect(place.served.jobs.list()).toEqual([]);
  });
});
