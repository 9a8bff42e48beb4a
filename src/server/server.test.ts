/** The API against a real server over journals on disk: every answer as the contract says it, figures as the engine has them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { exactText } from "../core/index.ts";
import { ENGINE_DEFAULTS, type Entry, SqliteJournal, serveControl } from "../trade/index.ts";
import {
  decodeColumns,
  differenceSchema,
  type Frame,
  ROUTES,
  type Route,
  StreamStore,
  type Topic,
} from "./contract/index.ts";
import { openPlace, type Place } from "./testing/place.ts";

const START = Date.UTC(2025, 0, 6, 10);
const BAR = 300_000;
const text = exactText;

const BEGIN: readonly Entry[] = [
  {
    kind: "session",
    id: "paper/demo-1",
    config: {
      ...ENGINE_DEFAULTS,
      mode: "paper",
      strategies: [{ name: "demo-1", symbols: ["BTCUSDT"], barMs: BAR }],
      initialBalance: text("10000"),
      currency: "USDT",
    },
    capabilities: {
      name: "paper",
      live: false,
      attachedBrackets: true,
      protection: "position",
      amend: true,
      postOnly: true,
      shortSelling: true,
      targets: true,
      finalOrdersMs: 86_400_000,
    },
    accountId: "paper",
    instruments: [],
    strategySpec: { model: "demo/1" },
    version: "1",
    seed: 1,
  },
  { kind: "started", process: "1" },
  { kind: "broker", event: { kind: "connection", state: "up", generation: 1, reason: "" } },
];

function fill(id: string, side: "buy" | "sell", quantity: string, price: string, timeMs: number): Entry {
  return {
    kind: "broker",
    event: {
      kind: "execution",
      execution: {
        executionId: id,
        orderId: `o${id}`,
        clientOrderId: "",
        symbol: "BTCUSDT",
        side,
        quantity: text(quantity),
        price: text(price),
        fee: text("0.5"),
        feeCurrency: "USDT",
        kind: "trade",
        role: "ours",
        liquidity: "taker",
        timeMs,
      } as never,
    },
  };
}

const quote = (last: string, timeMs: number): Entry => ({
  kind: "quote",
  quote: { symbol: "BTCUSDT", bid: text(last), ask: text(last), last: text(last), timeMs },
});
const row = (openMs: number): Entry => ({
  kind: "row",
  strategy: "demo-1",
  openMs,
  rows: [[100, 111, 99, 110, 5, 0]],
  late: false,
});
const NAME = '<img src=x onerror="alert(1)">';

/** Two closed trades (+9.0 and -11.0 after fees of 1 each), an open position of 0.1 at 110 and a mark of 120. */
function entries(): Array<readonly [number, Entry]> {
  const at = (minutes: number): number => START + minutes * 60_000;
  return [
    ...BEGIN.map((entry) => [START, entry] as const),
    [at(1), quote("100", at(1))],
    [at(2), fill("1", "buy", "1", "100", at(2))],
    [at(3), fill("2", "sell", "1", "110", at(3))],
    [at(5), row(START)],
    [at(6), fill("3", "sell", "1", "110", at(6))],
    [at(7), fill("4", "buy", "1", "120", at(7))],
    [at(8), fill("5", "buy", "0.1", "110", at(8))],
    [at(9), quote("120", at(9))],
    [at(10), row(START + BAR)],
    [at(11), { kind: "denied", symbol: "BTCUSDT", code: "GATE_STATE", detail: NAME, decision: 0 }],
  ];
}

let place: Place;
let journalPath = "";
beforeAll(async () => {
  place = await openPlace((folder) => {
    const session = join(folder, "state/paper/demo-1");
    mkdirSync(session, { recursive: true });
    journalPath = join(session, "journal.sqlite");
    const journal = new SqliteJournal(journalPath);
    for (const [atMs, entry] of entries()) journal.append([entry], atMs, true);
    journal.close();
    const report = join(folder, "reports/r1");
    mkdirSync(report, { recursive: true });
    writeFileSync(join(report, "report.html"), "<h1>Report</h1>");
  });
});
afterAll(() => place.close());

describe("every answer", () => {
  it("of a read has the shape that the contract tells", async () => {
    const names: Readonly<Record<string, string>> = { mode: "paper", name: "demo-1", asset: "cryptoFutures" };
    const missing: string[] = [];
    for (const [name, route] of Object.entries(ROUTES) as unknown as ReadonlyArray<readonly [string, Route]>) {
      // One takes too long here; the other must be told what to draw, and has a test of its own.
      if (route.method !== "get" || name === "doctor" || name === "indicatorLines") continue;
      const path = route.path.slice(1).replaceAll(/\{(\w+)\}/g, (_, key: string) => names[key] ?? "x");
      const answer = await place.read(path);
      const isMissing = answer.status === 404 && /"code":"[A-Z]+_MISSING"/.test(answer.text);
      if (isMissing) missing.push(name);
      const problem = isMissing ? undefined : route.answer?.safeParse(answer.json).error?.message;
      expect([name, isMissing ? 200 : answer.status, problem]).toEqual([name, 200, undefined]);
    }
    expect(missing.sort()).toEqual(
      [
        "candles",
        "coverage",
        "job",
        "jobLog",
        "model",
        "report",
        "reportEquity",
        "result",
        "run",
        "runMetrics",
        "story",
        "trials",
        "difference",
      ].sort(),
    );
  });

  it("is described by OpenAPI with its tier and its failures, and by a page without a script", async () => {
    const { json } = await place.read("openapi.json");
    const { paths } = json as { paths: Record<string, Record<string, { description: string; responses: object }>> };
    for (const route of Object.values(ROUTES) as readonly Route[]) {
      const told = paths[`/api/v1${route.path}`][route.method];
      expect(told.description).toContain(route.tier === "none" ? "Before" : route.tier);
      expect(Object.keys(told.responses)).toEqual(["200", "401", "403", "404", "422"]);
    }
    const page = await place.send("GET", "/docs", place.page);
    expect(page.text).toContain("/api/v1/sessions/{mode}/{name}/commands");
    expect(page.text).not.toContain("<script");
  });
});

describe("a chart", () => {
  it("shows the bars that a session had, and lines of indicators over them", async () => {
    const { items } = (await place.read("series")).json as { items: unknown[] };
    expect(items).toEqual([
      {
        session: { id: "paper/demo-1", running: expect.any(Boolean) as boolean },
        venue: null,
        symbol: "BTCUSDT",
        kind: null,
        timeframe: "5m",
        firstMs: START,
        lastMs: START + BAR,
        synthetic: null,
      },
    ]);
    const bytes = async (path: string): Promise<Record<string, Float64Array>> => {
      const answer = await fetch(`${place.served.url}/api/v1/${path}`, { headers: place.page });
      expect(answer.status, path).toBe(200);
      return decodeColumns(await answer.arrayBuffer());
    };
    const of = "session=paper/demo-1&symbol=BTCUSDT";
    const bars = await bytes(`candles?${of}`);
    expect([...bars["timeMs"]]).toEqual([START, START + BAR]);
    expect([...bars["close"]]).toEqual([110, 110]);
    const lines = await bytes(`candles/indicators?${of}&names=sma1,sma2`);
    expect(Object.keys(lines)).toEqual(["timeMs", "sma1", "sma2"]);
    expect([...lines["sma1"]]).toEqual([110, 110]);
    expect([...lines["sma2"]], "one bar is no mean of two").toEqual([Number.NaN, 110]);
    const part = await bytes(`candles/indicators?${of}&names=sma2&from=${START + BAR}`);
    expect([...part["sma2"]], "bars before the range are read, and not given").toEqual([110]);
    const refused = await place.read(`candles/indicators?${of}&names=magic7`);
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining("sma20")]);
  });

  it("tells two records of trading apart by cause, and none where they are one", async () => {
    const same = await place.read("difference?a=paper/demo-1&b=paper/demo-1");
    expect(same.json).toMatchObject({ difference: "0", matched: 2, onlyA: 0, onlyB: 0, netA: "-2" });
    expect(differenceSchema.safeParse(same.json).success).toBe(true);
    expect((await place.read("difference?a=paper/demo-1&b=nowhere")).status).toBe(404);
  });
});

describe("figures", () => {
  it("of a history are over the whole filter, exact, whatever part is shown", async () => {
    const all = (await place.read("history/cryptoFutures/paper?limit=1")).json as never as {
      items: Array<{ netProfit: string }>;
      nextCursor: string;
      totals: unknown;
    };
    expect(all.totals).toEqual({ trades: 2, profit: "-2", fees: "2", funding: "0", winRate: 0.5, expectancy: "-1" });
    expect(all.items.map(({ netProfit }) => netProfit)).toEqual(["-11"]);
    const rest = (await place.read(`history/cryptoFutures/paper?limit=1&cursor=${all.nextCursor}`)).json;
    expect(rest).toMatchObject({ items: [{ netProfit: "9", side: "long" }], nextCursor: null, totals: { trades: 2 } });
    const sorted = (await place.read("history/cryptoFutures/paper?sort=netProfit&order=desc")).json;
    expect(sorted).toMatchObject({ items: [{ netProfit: "9" }, { netProfit: "-11" }] });
    expect((await place.read("history/cryptoFutures/live")).json).toMatchObject({
      totals: { trades: 0, winRate: null },
    });
    expect((await place.read("history/cryptoFutures/paper?sort=nothing")).status).toBe(422);
    expect((await place.read("history/bonds/paper")).status).toBe(404);
  });

  it("of a session are the engine's own: equity, profit at the mark, what has no stop", async () => {
    // An engine that another test has ended may be remembered until the next look.
    await place.served.book.refresh();
    const session = (await place.read("sessions/paper/demo-1")).json;
    expect(session).toMatchObject({
      model: "demo/1",
      running: false,
      equity: "9998.5",
      fees: "2.5",
      positions: [{ quantity: "0.1", entryPrice: "110", markPrice: "120", unrealised: "1", notional: "12" }],
    });
    expect((await place.read("overview")).json).toMatchObject({
      cells: [],
      attention: expect.arrayContaining([expect.objectContaining({ level: "bad" })]) as unknown,
    });
  });

  it("of an equity curve come as columns, with the fall from the highest", async () => {
    const response = await fetch(`${place.served.url}/api/v1/sessions/paper/demo-1/equity`, {
      headers: { cookie: place.page["cookie"], "x-tidemark-session": place.page["x-tidemark-session"] },
    });
    const { timeMs, equity, drawdown, hold, flat } = decodeColumns(await response.arrayBuffer());
    expect([...timeMs]).toEqual([START, START + BAR]);
    expect([...equity]).toEqual([10_009, 9_998.5]);
    expect(drawdown[1]).toBeCloseTo(9_998.5 / 10_009 - 1, 12);
    // Both bars close at 110: whoever held has what he began with.
    expect([[...hold], [...flat]]).toEqual([
      [10_000, 10_000],
      [10_000, 10_000],
    ]);
  });

  it("of a session's log are its newest lines, by level, and of the next day are null before there are days", async () => {
    const log = place.folder + "/state/paper/demo-1/log.jsonl";
    writeFileSync(log, '{"level":30,"text":"begun"}\n{"level":40,"text":"late"}\n');
    const late = { atMs: null, level: "warn", text: "late" };
    expect((await place.read("sessions/paper/demo-1/log")).json).toMatchObject({ items: [late, { text: "begun" }] });
    expect((await place.read("sessions/paper/demo-1/log?level=warn")).json).toEqual({ items: [late] });
    expect((await place.read("sessions/paper/demo-1/log?level=loud")).status).toBe(422);
    expect((await place.read("risk")).json).toMatchObject({
      tail: 0.05,
      items: [{ session: "paper/demo-1", equity: "9998.5", days: 1, valueAtRisk: null }],
    });
  });

  it("of other people's text stay text", async () => {
    const events = await place.read("sessions/paper/demo-1/events?kind=denied");
    expect(events.headers["content-type"]).toBe("application/json");
    expect(events.json).toMatchObject({ items: [{ level: "warn", text: `GATE_STATE: ${NAME}` }] });
  });

  it("are told to Prometheus", async () => {
    const { text: told } = await place.send("GET", "/metrics", place.page);
    expect(told).toContain('tidemark_session_equity{session="paper/demo-1"} 9998.5');
    expect(told).toContain("tidemark_http_seconds_bucket");
  });
});

describe("a command", () => {
  it("is refused with the engine's reason where none runs, and its key makes two of the same one", async () => {
    const tell = (key: string, command: string) =>
      place.tell("sessions/paper/demo-1/commands", { command, reason: "r" }, { "idempotency-key": key });
    const first = (await tell("k1", "halt")).json as { id: string };
    expect(first).toMatchObject({ state: "refused", by: "page", error: { code: "ENGINE_NOT_RUNNING" } });
    expect((await tell("k1", "halt")).json).toEqual(first);
    expect((await tell("k1", "resume")).status).toBe(422);
    expect(((await tell("k2", "halt")).json as { id: string }).id).not.toBe(first.id);
    expect((await place.tell("sessions/live/x/commands", { command: "resume", reason: "" })).status).toBe(409);
    expect((await place.tell("sessions/paper/x/commands", { command: "halt", reason: "" })).status).toBe(404);
  });

  it("tells the requests that the venue takes from an engine that runs, and none of one that does not", async () => {
    const path = "sessions/paper/demo-1/requests";
    expect(JSON.parse((await place.send("GET", `/api/v1/${path}`, place.page)).text)).toEqual({ items: [] });
    const requests = [{ name: "create", left: 4, most: 9, spanMs: 1_000 }];
    const door = await serveControl(join(place.folder, "state/paper/demo-1"), { answer: () => ({ requests }) });
    try {
      const { text: told } = await place.send("GET", `/api/v1/${path}`, place.page);
      expect(JSON.parse(told)).toEqual({ items: requests });
    } finally {
      await door.close();
    }
    const { status } = await place.send("GET", "/api/v1/sessions/paper/nobody/requests", place.page);
    expect(status).toBe(404);
  });

  it("reaches the engine's socket with who, from where and an id that it knows again", async () => {
    const heard: unknown[] = [];
    const door = await serveControl(join(place.folder, "state/paper/demo-1"), {
      answer: (request) => {
        if (request.verb !== "command") return {};
        heard.push(request);
        const { id, by, from, reason, order } = request;
        return {
          command: { id, seq: 1, atMs: 5, by, from, reason, order, status: "done", detail: "", endedMs: 6 },
          view: { status: "halted" },
        };
      },
    });
    try {
      const halted = await place.tell("engine/commands", { command: "halt", reason: "now" });
      expect(halted.json).toMatchObject({ items: [{ session: "paper/demo-1", state: "done", status: "halted" }] });
      expect(heard).toMatchObject([{ by: "page", from: "dashboard", reason: "now", order: { command: "halt" } }]);
      const stop = { command: "change-protection", symbol: "BTCUSDT", stopPrice: "-1", reason: "" };
      const wrong = await place.tell("sessions/paper/demo-1/commands", stop);
      expect(wrong.json).toMatchObject({ state: "refused", error: { code: "COMMAND_INVALID" } });
      expect(heard).toHaveLength(1);
    } finally {
      await door.close();
    }
  });
});

describe("live risk", () => {
  it("asks a page for the password, and takes nothing of a session that does not run", async () => {
    const ask = { session: "live/x", command: "resume", phrase: "raise x", reason: "" };
    expect((await place.tell("live/changes", ask)).status).toBe(403);
    expect((await place.tell("session/live", { password: "anything at all" })).json).toMatchObject({
      error: { code: "LIVE_REFUSED", what: "No password is set" },
    });
    await place.served.vault.setPassword("correct horse battery");
    expect((await place.read("session")).json).toMatchObject({ tier: "operate", canRaiseLive: true });
    expect((await place.tell("session/live", { password: "correct horse batterx" })).status).toBe(409);
    const raised = await place.tell("session/live", { password: "correct horse battery" });
    expect(raised.json).toMatchObject({ tier: "live" });
    expect((await place.read("session")).json).toMatchObject({ tier: "live" });
    expect((await place.tell("live/changes", ask)).status).toBe(404);
    const paper = await place.tell("live/changes", { ...ask, session: "paper/demo-1" });
    expect(paper.json).toMatchObject({ error: { code: "LIVE_REFUSED" } });
    await place.send("DELETE", "/api/v1/session/live", place.page);
    expect((await place.read("session")).json).toMatchObject({ tier: "operate" });
    expect((await place.read("live/changes")).json).toEqual({ items: [] });
  });
});

describe("a version", () => {
  it("in if-match reaches the engine as the body's does, and two that differ are refused", async () => {
    const heard: unknown[] = [];
    const door = await serveControl(join(place.folder, "state/paper/demo-1"), {
      answer: (request) => {
        if (request.verb === "command") heard.push(request.order);
        return {};
      },
    });
    const seen = "0123456789abcdef";
    const close = { command: "close-position", symbol: "BTCUSDT", reason: "" };
    const tell = (body: object, headers: Record<string, string>) =>
      place.tell("sessions/paper/demo-1/commands", body, headers);
    try {
      await tell(close, { "if-match": `"${seen}"` });
      await tell({ ...close, ifVersion: seen }, {});
      expect(heard).toEqual([
        { command: "close-position", symbol: "BTCUSDT", ifVersion: seen },
        { command: "close-position", symbol: "BTCUSDT", ifVersion: seen },
      ]);
      expect((await tell({ ...close, ifVersion: "fedcba9876543210" }, { "if-match": `"${seen}"` })).status).toBe(422);
      expect((await tell(close, { "if-match": "*" })).status).toBe(422);
      expect(heard).toHaveLength(2);
    } finally {
      await door.close();
    }
  });
});

describe("the stream", () => {
  it("tells what is new to who has signed in, and its store equals what the API answers", async () => {
    const { port, url } = place.served;
    const store = new StreamStore();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, {
      headers: { origin: url, cookie: place.page["cookie"] },
    });
    const topics: readonly Topic[] = ["sessions", "jobs", "events", "beat"];
    await new Promise<void>((done) => {
      socket.on("open", () => {
        socket.send(JSON.stringify({ do: "sign-in", secret: place.page["x-tidemark-session"] }));
        for (const topic of topics) socket.send(JSON.stringify({ do: "subscribe", topic }));
      });
      socket.on("message", (data) => {
        store.take(JSON.parse((data as Buffer).toString("utf8")) as Frame);
        const last = store.list("events").at(-1) as { kind: string } | undefined;
        if (last?.kind === "denied") {
          const journal = new SqliteJournal(journalPath);
          journal.append([{ kind: "alarm", code: "late", text: "new" }], START + 700_000, true);
          journal.close();
        }
        if (last?.kind === "alarm" && store.place("beat") !== undefined) done();
      });
    });
    socket.close();
    const { items } = (await place.read("sessions")).json as { items: Array<{ id: string }> };
    expect([...store.state("sessions").values()]).toEqual(items);
    const told = (await place.read("sessions/paper/demo-1/events")).json as { items: unknown[] };
    expect(store.list("events").toReversed()).toEqual(told.items);
  });
});

describe("the code of the page", () => {
  it("is kept apart from what the server is built of", () => {
    expect(readFileSync(join(import.meta.dirname, "contract/index.ts"), "utf8")).not.toContain("../");
  });
});
