/**
 * @file The dashboard's server: one address on this machine, one stream, one loop that looks at journals and jobs. It decides
 * nothing, and nothing of the engine waits for it.
 */
import { rmSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { z } from "zod";
import {
  AgentJobs,
  type AppContext,
  type ChatOptions,
  Jobs,
  SessionBook,
  StoredAssistantData,
  stateFolder,
} from "../app/index.ts";
import { mcpFetch } from "../assistant/index.ts";
import {
  ensureFolder,
  readTextIfPresent,
  SECOND_MS,
  systemCode,
  TidemarkError,
  toError,
  writeFileAtomic,
} from "../core/index.ts";
import { HostRules } from "./access/hosts.ts";
import { Vault } from "./access/vault.ts";
import type { TradeEvent } from "./contract/index.ts";
import { API, bearerOf, cookieOf, createApp } from "./http/app.ts";
import { jobOf } from "./http/handlers.ts";
import { LiveChanges } from "./http/live-changes.ts";
import { ServerMetrics } from "./http/metrics.ts";
import { PageFiles } from "./http/page-files.ts";
import { Tickets } from "./http/tickets.ts";
import { AssistantResource } from "./resources/assistant.ts";
import { CandleResources } from "./resources/candles.ts";
import { JudgingResources } from "./resources/judging.ts";
import { LearningResources } from "./resources/learning.ts";
import { MachineResources } from "./resources/machine.ts";
import { TradingResources } from "./resources/trading.ts";
import { StreamHub } from "./stream/hub.ts";

export type ServeOptions = {
  /** 0 for any that is free. */
  readonly port: number;
  /** Address to listen on; loopback unless the caller has good reasons. */
  readonly host: string;
  /** Further names by which the server is reached. */
  readonly names?: readonly string[];
  /** The built page. */
  readonly pageFolder: string;
  /** The script that runs a command line. */
  readonly launcher: string;
  readonly isDemo?: boolean;
  /** The language model of the analyst; its own words where absent. */
  readonly assistant?: ChatOptions;
  /** Whose recorded candles a demonstration plays; absent where it makes prices up. */
  readonly demoSource?: string | undefined;
};

export type ServedDashboard = {
  readonly port: number;
  /** "http://127.0.0.1:PORT". */
  readonly url: string;
  readonly vault: Vault;
  readonly jobs: Jobs;
  readonly book: SessionBook;
  readonly hub: StreamHub;
  /** An address that opens the page signed in, once, within a minute. */
  signInUrl(): string;
  close(): Promise<void>;
};

const LONGEST_MESSAGE = 64 * 1024;
const LOOK_MS = SECOND_MS;
const silent = (): void => undefined;

/** Where codes, sessions and tokens are kept. */
export function accessFolder(context: AppContext): string {
  return join(stateFolder(context.config()), "server");
}

/** Throws PORT_TAKEN, or PAGE_MISSING where the page is not built. The caller closes it. */
export async function serveDashboard(context: AppContext, options: ServeOptions): Promise<ServedDashboard> {
  const { clock, environment } = context;
  const config = context.config();
  const page = new PageFiles(options.pageFolder);
  const vault = new Vault(accessFolder(context), clock);
  const book = new SessionBook(config);
  const jobs = new Jobs({ config, clock, environment, launcher: options.launcher });
  const agents = new AgentJobs(jobs, config, clock);
  const answerAgents = mcpFetch(() => new StoredAssistantData(config));
  const trading = new TradingResources(book, context);
  const judging = new JudgingResources(context);
  const learning = new LearningResources(context, judging);
  // Its checks are asked for by a page: nobody at the terminal waits for them.
  const quiet = { ...context, note: silent, progress: silent, endProgress: silent };
  const machine = new MachineResources(quiet);
  const candles = new CandleResources(quiet, book, async () => (await machine.data()).items);

  let app: ReturnType<typeof createApp> | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) => (app === undefined ? new Response(null, { status: 503 }) : app.fetch(request, env)),
  }) as Server;
  const port = await listen(server, options);
  const cookieName = `tidemark-${port}`;
  const hosts = new HostRules(port, options.names);
  const hub = new StreamHub(clock, (secret, cookie) => vault.visitor(cookie, secret));

  const told = new Map<string, number>();
  const look = async (): Promise<void> => {
    await book.refresh();
    hub.publish(hub.sessions.update(trading.sessions().map((session) => [session.id, session])));
    hub.publish(hub.jobs.update(jobs.list().map((work) => [work.id, jobOf(work)])));
    hub.publish(hub.events.append(newEvents(book, told)));
  };
  const metrics = new ServerMetrics(() => ({
    sessions: trading.sessions(),
    readers: hub.readers,
    jobs: jobs.list().filter(({ state }) => state === "running").length,
  }));
  const assistant = await AssistantResource.open(
    { ...context, note: silent, progress: silent, endProgress: silent },
    options.assistant,
  );
  const live = new LiveChanges(clock);
  await look();
  app = createApp({
    context,
    vault,
    book,
    jobs,
    trading,
    learning,
    judging,
    machine,
    candles,
    assistant,
    tickets: new Tickets(clock),
    live,
    isDemo: options.isDemo === true,
    demoSource: options.demoSource,
    refresh: look,
    hosts,
    cookieName,
    page,
    metrics,
    // Whoever may start jobs on the page may do so through an agent, and nobody else.
    mcp: (request, { name, tier, isPage }) => {
      const desk = tier === "view" ? undefined : agents.deskFor(isPage ? "agent of the page" : `agent, token ${name}`);
      return answerAgents(request, desk);
    },
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE, perMessageDeflate: false });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { headers } = request;
    const site = headers["sec-fetch-site"];
    const bearer = bearerOf(headers.authorization);
    const refused = hosts.check(
      {
        method: request.method ?? "",
        host: headers.host,
        origin: headers.origin,
        site: Array.isArray(site) ? site[0] : site,
        hasBearer: bearer !== undefined,
      },
      true,
    );
    const visitor = bearer === undefined ? undefined : vault.bearer(bearer);
    const status =
      refused?.status ??
      (request.url !== `${API}/stream` ? 404 : bearer !== undefined && visitor === undefined ? 401 : 0);
    if (status !== 0) {
      metrics.refused(status);
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      hub.accept(
        opened,
        cookieOf(headers.cookie, cookieName),
        visitor,
        bearer === undefined ? undefined : () => vault.isGood(bearer),
      );
    });
  });

  const url = `http://${bracketed(options.host)}:${port}`;
  noteRunning(context, { url, pid: process.pid });
  const ended = new AbortController();
  const looking = watch(context, look, hub, ended.signal);
  return {
    port,
    url,
    vault,
    jobs,
    book,
    hub,
    signInUrl: () => signInUrl(url, vault),
    async close() {
      ended.abort();
      noteEnded(context, { url, pid: process.pid });
      await looking;
      live.close();
      await assistant.close();
      hub.close();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function signInUrl(url: string, vault: Vault): string {
  return `${url}/#code=${vault.newCode()}`;
}

const runningSchema = z.object({ url: z.string(), pid: z.number() });
type Running = z.infer<typeof runningSchema>;

function runningFile(context: AppContext): string {
  return join(accessFolder(context), "running.json");
}

function noteRunning(context: AppContext, running: Running): void {
  ensureFolder(accessFolder(context));
  writeFileAtomic(runningFile(context), `${JSON.stringify(running)}\n`);
}

/** Takes away the note of a server that ends; another one of this folder may have come since, and is told of then. */
function noteEnded(context: AppContext, { url, pid }: Running): void {
  const noted = runningSchema.safeParse(jsonOf(readTextIfPresent(runningFile(context)))).data;
  if (noted?.url === url && noted.pid === pid) rmSync(runningFile(context), { force: true });
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** The server of this state folder; undefined where none runs. */
export function runningServer(context: AppContext): Running | undefined {
  try {
    const running = runningSchema.parse(JSON.parse(readTextIfPresent(runningFile(context)) ?? ""));
    process.kill(running.pid, 0);
    return running;
  } catch {
    return undefined;
  }
}

/** Another address that signs in, for a server that runs. */
export function signInAgain(context: AppContext, url: string): string {
  return signInUrl(url, new Vault(accessFolder(context), context.clock));
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

async function listen(server: Server, { port, host }: ServeOptions): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, done);
  }).catch((thrown: unknown) => {
    if (systemCode(thrown) !== "EADDRINUSE" && systemCode(thrown) !== "EACCES") throw thrown;
    throw new TidemarkError("PORT_TAKEN", {
      what: `Port ${port} can't be used: ${systemCode(thrown) === "EACCES" ? "it is reserved" : "something listens there already"}`,
      where: host,
      fix: "Name another with --port, or 0 for any that is free.",
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function watch(
  context: AppContext,
  look: () => Promise<void>,
  hub: StreamHub,
  signal: AbortSignal,
): Promise<void> {
  let lastWarning = "";
  while (!signal.aborted) {
    try {
      await look();
      lastWarning = "";
    } catch (thrown) {
      const { message } = toError(thrown);
      if (message !== lastWarning) context.warn(message);
      lastWarning = message;
    }
    hub.beat();
    await context.clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

function newEvents(book: SessionBook, told: Map<string, number>): TradeEvent[] {
  // A past that is still being read is told once it is whole, in its order.
  const whole = book.list().filter(({ id }) => book.isWhole(id));
  return whole.flatMap(({ id }) => {
    const all = book.events(id);
    const known = told.get(id) ?? 0;
    // Another session has taken the name: its numbers begin anew.
    const last = known > (all.at(-1)?.seq ?? 0) ? 0 : known;
    const events = all.slice(all.findLastIndex(({ seq }) => seq <= last) + 1);
    told.set(id, events.at(-1)?.seq ?? last);
    return events.map((event) => ({ session: id, ...event }));
  });
}
