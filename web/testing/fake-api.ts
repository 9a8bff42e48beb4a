/**
 * @file A fake of the API for tests of the page alone: it serves the built page and a small world that remembers what it is
 * told. No part of the program; the real server is tried against the same page elsewhere.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { encodeColumns } from "../../src/server/contract/columns.ts";
import type { Command, Job, NewJob, Order, Session, Token } from "../../src/server/contract/index.ts";
import { dialogueOf, streamAnswer } from "./fake-analyst.ts";
import { afterCommand, type CommandBody } from "./fake-command.ts";
import { candlesOf, decisionsOf, equityOf, linesOf, storyOf } from "./fake-curves.ts";
import * as world from "./fake-data.ts";
import * as judging from "./fake-judging.ts";
import * as learning from "./fake-learning.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = join(ROOT, "web/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const BEAT_MS = 1_000;
/** The policy that the real server sends with the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

export type FakeApi = {
  readonly url: string;
  /** What was told to it, in order: "halt paper/tidemark-3". */
  readonly told: readonly string[];
  /** Ends every stream and refuses new ones, until told otherwise. */
  cutStream(isCut: boolean): void;
  /** Sessions change so many times a second until it is told 0. */
  flood(framesPerSecond: number): void;
  close(): Promise<void>;
};

/** `isEmpty` is a machine on which nothing was done yet; `nowMs` is what its clock says. */
export async function fakeApi(
  options: { readonly isEmpty?: boolean; readonly nowMs?: () => number } = {},
): Promise<FakeApi> {
  const { isEmpty = false, nowMs = () => world.WORLD_MS } = options;
  const given = <T>(items: T[]): T[] => (isEmpty ? [] : items);
  const sessions = given(world.sessionsOf());
  const jobs = given(world.jobsOf());
  const tokens: Token[] = given(world.tokensOf());
  const trades = given(world.tradesOf());
  const told: string[] = [];
  const sockets = new Set<WebSocket>();
  let isCut = false;
  let hasSession = true;
  let seq = 0;

  const commands: Command[] = [];
  const commandOf = (session: Session, body: CommandBody): Command => {
    const index = sessions.indexOf(session);
    sessions[index] = afterCommand(session, body);
    const about = body.symbol ?? body.clientOrderId;
    told.push(
      `${body.command} ${session.id}${about === undefined ? "" : ` ${about}`}${body.stopPrice === undefined ? "" : ` ${body.stopPrice}`}`,
    );
    const command: Command = {
      id: `c${told.length}`,
      session: session.id,
      command: body.command,
      by: "page",
      reason: body.reason,
      askedMs: nowMs(),
      state: "done",
      status: sessions[index].status,
      error: null,
    };
    commands.unshift(command);
    push();
    return command;
  };
  const ordersOf = (session: Session): Order[] =>
    session.id !== "paper/tidemark-3"
      ? []
      : trades.slice(-30).map((trade) => ({
          session: session.id,
          clientOrderId: trade.orders[0],
          orderId: `v-${trade.orders[0]}`,
          symbol: trade.symbol,
          side: trade.side === "long" ? "buy" : "sell",
          quantity: trade.quantity,
          filled: trade.quantity,
          averagePrice: trade.entryPrice,
          life: "filled",
          sentMs: trade.entryMs,
        }));
  const historyOf = (asset: string, mode: string, symbol: string | null): object => {
    const items =
      asset === "cryptoFutures" && mode === "paper"
        ? trades.filter((trade) => symbol === null || trade.symbol === symbol)
        : [];
    const sum = (key: "netProfit" | "fees" | "funding"): string =>
      items.reduce((total, trade) => total + Number(trade[key]), 0).toFixed(4);
    const wins = items.filter(({ netProfit }) => Number(netProfit) > 0).length;
    return {
      assetClass: asset,
      mode,
      currency: "USDT",
      items: [...items].reverse(),
      nextCursor: null,
      totals: {
        trades: items.length,
        profit: sum("netProfit"),
        fees: sum("fees"),
        funding: sum("funding"),
        winRate: items.length === 0 ? null : wins / items.length,
        expectancy: items.length === 0 ? null : (Number(sum("netProfit")) / items.length).toFixed(4),
      },
    };
  };
  const startJob = (body: NewJob): Job => {
    const job: Job = {
      id: `${body.kind}-${jobs.length + 1}`,
      kind: body.kind,
      line: `tidemark ${body.kind}${Object.entries(body.settings)
        .map(([key, value]) => ` --set ${key}=${String(value)}`)
        .join("")}`,
      state: "running",
      by: "page",
      startedMs: nowMs(),
      endedMs: null,
      progress: null,
      error: null,
    };
    jobs.unshift(job);
    told.push(`start ${body.kind} ${JSON.stringify(body.settings)}`);
    push();
    return job;
  };
  const stopJob = (id: string): Job | undefined => {
    const index = jobs.findIndex((job) => job.id === id);
    if (index < 0) return undefined;
    jobs[index] = { ...jobs[index], state: "stopped", endedMs: nowMs() };
    told.push(`stop ${id}`);
    push();
    return jobs[index];
  };
  const overviewOf = (): object => ({
    serverMs: nowMs(),
    version: "0.1.0",
    isDemo: !isEmpty,
    folder: "/home/trader/tidemark",
    cells: isEmpty
      ? []
      : [
          {
            assetClass: "cryptoFutures",
            mode: "paper",
            currency: "USDT",
            sessions: 1,
            equity: "10482.114203",
            dayProfit: "105.094203",
            positions: 2,
            naked: 1,
          },
          {
            assetClass: "cryptoSpot",
            mode: "paper",
            currency: "USDT",
            sessions: 1,
            equity: "4987.02",
            dayProfit: "-4.48",
            positions: 0,
            naked: 0,
          },
        ],
    sessions,
    jobs,
    attention: isEmpty
      ? []
      : [
          {
            level: "bad",
            what: "SOLUSDT has had no stop for 6 s",
            fix: "The engine sends one; halt if it does not appear.",
            link: "/positions",
          },
        ],
  });

  /** The answer to a read or a change; undefined where there is no such thing. */
  function answer(method: string, path: string, query: URLSearchParams, body: unknown): object | undefined {
    const [resource, ...rest] = path.split("/");
    const session =
      resource === "sessions" && rest.length >= 2
        ? sessions.find(({ id }) => id === `${rest[0]}/${rest[1]}`)
        : undefined;
    if (method === "POST") {
      if (path === "session") {
        hasSession = true;
        return { secret: "half", tier: "operate", expiresMs: nowMs() + 8.64e7 };
      }
      if (path === "engine/commands")
        return {
          items: sessions.filter(({ running }) => running).map((one) => commandOf(one, body as CommandBody)),
        };
      if (session !== undefined && rest[2] === "commands") return commandOf(session, body as CommandBody);
      if (path === "jobs") return startJob(body as NewJob);
      if (resource === "jobs" && rest[1] === "stop") return stopJob(rest[0]);
      if (path === "tokens") {
        const { name, tier, days } = body as { name: string; tier: "view" | "operate"; days: number };
        const token: Token = {
          id: `t${tokens.length + 1}`,
          name,
          tier,
          createdMs: nowMs(),
          expiresMs: nowMs() + days * 8.64e7,
          lastUsedMs: null,
        };
        tokens.push(token);
        return { token, secret: "tm_0f1e2d3c4b5a" };
      }
      if ((resource === "reports" || resource === "results") && rest[1] === "ticket")
        return { path: "/api/v1/tickets/abc", expiresMs: nowMs() + 30_000 };
      return undefined;
    }
    if (session !== undefined) {
      if (rest[2] === undefined) return session;
      if (rest[2] === "orders" && rest[4] === "story") return storyOf(session.id, decodeURIComponent(rest[3]));
      if (rest[2] === "orders") return { items: ordersOf(session) };
      if (rest[2] === "requests") return { items: session.running ? world.requestsOf() : [] };
      if (rest[2] === "log") return { items: world.logOf(query.get("level")) };
      if (rest[2] === "commands") return { items: commands.filter((one) => one.session === session.id) };
      if (rest[2] === "decisions") return { items: decisionsOf(session.id, query.get("symbol")), nextCursor: null };
      if (rest[2] === "events") {
        const wanted = (name: "kind" | "level" | "symbol") => query.get(name);
        const items = world
          .eventsOf()
          .filter(
            (one) =>
              one.session === session.id &&
              one.seq < Number(query.get("cursor") ?? Number.POSITIVE_INFINITY) &&
              (["kind", "level", "symbol"] as const).every(
                (name) => wanted(name) === null || one[name] === wanted(name),
              ),
          )
          .reverse();
        return { items, nextCursor: null };
      }
    }
    switch (resource) {
      case "session":
        return { tier: "operate", name: "page", canRaiseLive: false, expiresMs: nowMs() + 8.64e7 };
      case "overview":
        return overviewOf();
      case "sessions":
        return { items: sessions };
      case "risk":
        return { tail: 0.05, items: isEmpty ? [] : world.riskOf() };
      case "wallet":
        return isEmpty ? { items: [] } : world.walletOf();
      case "history":
        return historyOf(rest[0], rest[1], query.get("symbol"));
      case "live":
        return { items: [] };
      case "promotions":
        return { items: given(learning.promotionsOf()) };
      case "models":
        return { items: given(learning.modelsOf()), damaged: [] };
      case "run-settings":
        return learning.comparisonOf(query);
      case "runs":
        return rest[0] === undefined
          ? { items: given(learning.runsOf()) }
          : learning.runsOf().find(({ id }) => id === rest[0]);
      case "studies":
        return rest[0] === undefined
          ? { items: given(learning.studiesOf()) }
          : { study: learning.studiesOf()[0], items: learning.trialsOf() };
      case "reports":
        return rest[0] === undefined
          ? { items: given(judging.reportsOf()), unreadable: [] }
          : judging.reportsOf().find(({ id }) => id === rest[0]);
      case "data":
        if (rest[0] === "coverage") return { items: world.coverageOf() };
        return { root: "/home/trader/tidemark/data", items: given(world.dataOf()) };
      case "results":
        return rest[0] === undefined
          ? {
              items: given(
                judging.resultsOf().filter(({ kind }) => query.get("kind") === null || kind === query.get("kind")),
              ),
              unreadable: [],
            }
          : { result: judging.resultsOf().find(({ id }) => id === rest[0]), data: judging.resultDataOf(rest[0]) };
      case "difference":
        return judging.DIFFERENCE;
      case "series":
        return { items: given(world.seriesOf()) };
      case "indicators":
        return { items: world.indicatorsOf(), sessions: world.MARKET_SESSIONS };
      case "features":
        return { items: world.featuresOf() };
      case "assistant":
        return isEmpty ? { items: [], model: null } : dialogueOf();
      case "config":
        return rest[0] === "schema"
          ? (JSON.parse(readFileSync(join(ROOT, "schema/tidemark.schema.json"), "utf8")) as object)
          : {
              path: "/home/trader/tidemark/tidemark.toml",
              values: {
                training: { totalSteps: 400_000 },
                risk: { dailyLoss: 0.03, maxDrawdown: 0.2, maxTotalLeverage: 3, maxConcurrent: 2 },
              },
              explicit: ["training.totalSteps"],
            };
      case "doctor":
        return {
          items: [
            { name: "node", status: "ok", text: "20.19.0", fix: null },
            { name: "disk", status: "warn", text: "2.1 GB are free", fix: "Make room: a training keeps checkpoints." },
          ],
        };
      case "jobs": {
        if (rest[0] === undefined) return { items: jobs };
        if (rest[1] === "log")
          return Number(query.get("after")) > 0
            ? { text: "", next: 71 }
            : { text: "training on 3 symbols, 1h\nstep 182,272 of 400,000, 143 steps/s\n", next: 71 };
        const job = jobs.find(({ id }) => id === rest[0]);
        return job === undefined
          ? undefined
          : { job, result: job.state === "done" ? (judging.RESULTS[job.kind] ?? null) : null };
      }
      case "tokens":
        return { items: tokens };
      default:
        return undefined;
    }
  }

  function columnsAt(path: string, query: URLSearchParams): Record<string, Float64Array> | undefined {
    const [resource, first, second] = path.split("/");
    if (path === "candles/indicators") return linesOf(query);
    if (resource === "candles") return candlesOf(query);
    if (resource === "equity" || path.endsWith("/equity"))
      return isEmpty ? { timeMs: new Float64Array(0), equity: new Float64Array(0) } : equityOf(10_000);
    const run =
      resource === "runs" && second === "metrics" ? learning.runsOf().find(({ id }) => id === first) : undefined;
    return run === undefined ? undefined : learning.metricsOf(run);
  }

  async function serveApi(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.slice("/api/v1/".length);
    const send = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const method = request.method ?? "GET";
    if (path.startsWith("tickets/")) {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Report</title><h1>Report</h1>");
      return;
    }
    if (!hasSession && path !== "session")
      return send(401, { error: { code: "UNAUTHORIZED", what: "Nobody is signed in." } });
    const columns = method === "GET" ? columnsAt(path, url.searchParams) : undefined;
    if (columns !== undefined) {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(encodeColumns(columns));
      return;
    }
    let text = "";
    for await (const part of request) text += String(part);
    if (method === "DELETE" && path.startsWith("tokens/")) {
      tokens.splice(
        tokens.findIndex(({ id }) => path.endsWith(id)),
        1,
      );
      return send(200, {});
    }
    const body: unknown = text === "" ? {} : JSON.parse(text);
    if (method === "DELETE" && path.startsWith("assistant/")) return send(200, {});
    if (method === "POST" && path === "assistant/messages") {
      streamAnswer(response, (body as { question: string }).question);
      return;
    }
    const found = answer(method, path, url.searchParams, body);
    if (found === undefined)
      return send(404, {
        error: { code: "NOT_FOUND", what: `There is no ${path}`, where: url.pathname, fix: "See /docs." },
      });
    send(200, found);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname.startsWith("/api/v1/")) {
      void serveApi(request, response, url);
      return;
    }
    const file = join(PAGE, url.pathname);
    const isFile = url.pathname !== "/" && extname(file) !== "" && existsSync(file);
    const shown = isFile ? file : join(PAGE, "index.html");
    response.writeHead(200, {
      "content-type": TYPES[extname(shown)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
    });
    createReadStream(shown).pipe(response);
  });

  const stream = new WebSocketServer({ noServer: true });
  const frame = (topic: string, data: object | null, kind = "snapshot"): string =>
    JSON.stringify({ topic, epoch: "fake", seq: seq++, kind, serverMs: nowMs(), data });
  const snapshotOf = (topic: string): object | null => {
    if (topic === "sessions") return { set: Object.fromEntries(sessions.map((one) => [one.id, one])) };
    if (topic === "jobs") return { set: Object.fromEntries(jobs.map((one) => [one.id, one])) };
    return topic === "events" ? { add: given(world.eventsOf()) } : { set: {} };
  };
  function push(): void {
    for (const socket of sockets)
      for (const topic of ["sessions", "jobs"]) socket.send(frame(topic, snapshotOf(topic)));
  }
  server.on("upgrade", (request, socket, head) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    stream.handleUpgrade(request, socket, head, (open) => {
      sockets.add(open);
      open.on("close", () => sockets.delete(open));
      open.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { readonly do: string; readonly topic?: string };
        if (message.do === "subscribe" && message.topic !== undefined)
          open.send(frame(message.topic, snapshotOf(message.topic)));
      });
    });
  });
  let flooding: NodeJS.Timeout | undefined;
  let wave = 0;
  function ripple(): void {
    wave++;
    sessions.forEach((session, at) => {
      sessions[at] = { ...session, equity: (10_000 + Math.sin(wave / 20) * 50).toFixed(6), seq: session.seq + 1 };
    });
    for (const socket of sockets) socket.send(frame("sessions", snapshotOf("sessions")));
  }
  const beat = setInterval(() => {
    for (const socket of sockets) socket.send(frame("beat", { set: {} }));
  }, BEAT_MS);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    told,
    cutStream(to) {
      isCut = to;
      if (to) for (const socket of sockets) socket.terminate();
    },
    flood(framesPerSecond) {
      clearInterval(flooding);
      if (framesPerSecond > 0) flooding = setInterval(ripple, 1_000 / framesPerSecond);
    },
    async close() {
      clearInterval(beat);
      clearInterval(flooding);
      for (const socket of sockets) socket.terminate();
      stream.close();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
