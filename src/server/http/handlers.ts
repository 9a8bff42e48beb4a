/** @file What each route of the contract does. Nothing is decided here: figures come from use cases, words go to the engine. */
import type { AppContext, Jobs, SessionBook, Work } from "../../app/index.ts";
import { commandSession, sessionCommands, sessionStatus } from "../../app/index.ts";
import { freshId, packageVersion, sha256Hex, TidemarkError } from "../../core/index.ts";
import { chartIndicators } from "../../features/index.ts";
import { SESSIONS } from "../../policy/index.ts";
import type { Actor, CommandRecord, OrderAsked } from "../../trade/index.ts";
import type { Vault, Visitor } from "../access/vault.ts";
import {
  ASSET_CLASSES,
  type AssetClass,
  type Command,
  encodeColumns,
  type Job,
  type LiveChange,
  MODES,
  type Mode,
  type NewJob,
  type Overview,
  type RouteName,
} from "../contract/index.ts";
import type { AssistantResource } from "../resources/assistant.ts";
import type { CandleResources } from "../resources/candles.ts";
import type { JudgingResources } from "../resources/judging.ts";
import type { LearningResources } from "../resources/learning.ts";
import type { MachineResources } from "../resources/machine.ts";
import type { TradingResources } from "../resources/trading.ts";
import type { LiveChanges } from "./live-changes.ts";
import type { Tickets } from "./tickets.ts";

export type Ask = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly visitor: Visitor;
  /** The page's cookie, where it has one. */
  readonly cookie: string | undefined;
  /** The version that the request's `if-match` names. */
  readonly ifMatch: string | undefined;
  /** The request's idempotency key. */
  readonly key: string | undefined;
};

export type Reply =
  | { readonly json: unknown; readonly cookie?: string }
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly headers?: Readonly<Record<string, string>> }
  /** Server-sent events. */
  | { readonly events: ReadableStream<Uint8Array> };

export type Handler = (ask: Ask) => Reply | Promise<Reply>;

export type Parts = {
  readonly context: AppContext;
  readonly vault: Vault;
  readonly book: SessionBook;
  readonly jobs: Jobs;
  readonly trading: TradingResources;
  readonly learning: LearningResources;
  readonly judging: JudgingResources;
  readonly machine: MachineResources;
  readonly candles: CandleResources;
  readonly assistant: AssistantResource;
  readonly tickets: Tickets;
  readonly live: LiveChanges;
  readonly isDemo: boolean;
  readonly demoSource: string | undefined;
  /** Reads what a command has changed and tells the readers of the stream. */
  readonly refresh: () => Promise<void>;
};

const MOST_OVERVIEW_JOBS = 20;

const json = (value: unknown): Reply => ({ json: value });

function unknown(what: string, where: string): never {
  throw new TidemarkError("ROUTE_MISSING", { what, where, fix: "See /docs." });
}

function modeOf(text: string): Mode {
  return MODES.find((mode) => mode === text) ?? unknown(`"${text}" is no mode`, "mode");
}

function assetOf(text: string): AssetClass {
  return ASSET_CLASSES.find((asset) => asset === text) ?? unknown(`"${text}" is no asset class`, "asset");
}

function sessionId({ params }: Ask): string {
  return `${modeOf(params["mode"])}/${params["name"]}`;
}

export function jobOf(work: Work): Job {
  return {
    ...work,
    progress: work.progress === null ? null : { ...work.progress, figures: { ...work.progress.figures } },
  };
}

type Wanted = { readonly command: Command["command"]; readonly reason: string } & Readonly<Record<string, unknown>>;

/** Who, as it stands in the journal. */
function actorOf({ visitor }: Ask): Actor {
  return visitor.isPage ? { by: "page", from: "dashboard" } : { by: `token ${visitor.name}`, from: "API" };
}

/** The engine carries out one id once: so does a request that is sent again after this server was started anew. */
function commandId({ visitor, key }: Ask, session: string): string {
  return key === undefined
    ? `a-${freshId()}${freshId()}`
    : `a-${sha256Hex(`${visitor.name} ${session} ${key}`).slice(0, 32)}`;
}

function commandOf(session: string, record: CommandRecord, status: string | null): Command {
  const { id, by, from, reason, atMs, order, code, detail } = record;
  return {
    id,
    session,
    command: order.command as Command["command"],
    by: from === "" ? by : `${by}, ${from}`,
    reason,
    askedMs: atMs,
    state: record.status,
    status,
    error: record.status === "refused" ? { code: code ?? "COMMAND_REFUSED", what: detail } : null,
  };
}

async function command(parts: Parts, ask: Ask, session: string, { reason, ...order }: Wanted): Promise<Command> {
  const actor = actorOf(ask);
  const id = commandId(ask, session);
  const askedMs = parts.context.clock.nowMs();
  const base = { id, session, command: order.command, by: actor.by, reason, askedMs, status: null };
  try {
    const { command: record, result } = await commandSession(parts.context.config(), session, order as OrderAsked, {
      actor,
      reason,
      id,
    });
    return commandOf(session, record, result.status);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code === "ENGINE_SILENT") {
      // It may have been taken: the journal tells, this answer can't.
      const what = "The engine did not answer in time";
      return {
        ...base,
        state: "unknown",
        error: { code: "UNEXPECTED", what, fix: "The journal tells whether it was taken." },
      };
    }
    const { code, what, fix } = thrown;
    return { ...base, state: "refused", error: { code, what, ...(fix === undefined ? {} : { fix }) } };
  }
}

/** What raises live risk has a route of its own, with a second factor, a phrase and some seconds to take it back. */
function refuseMoreLiveRisk(session: string, { command: wanted, open }: Wanted): void {
  if (!session.startsWith("live/") || !(wanted === "resume" || (wanted === "switch-class" && open === true))) return;
  throw new TidemarkError("LIVE_REFUSED", {
    what: "Live risk is not raised by one request without a second factor",
    where: session,
    fix: `On the Live screen with the password of \`tidemark token password\`, or on the machine itself: tidemark resume ${session}`,
  });
}

/** `if-match` says the same as the body; two that differ are a mistake. */
function withVersion(wanted: Wanted, ifMatch: string | undefined): Wanted {
  if (ifMatch === undefined) return wanted;
  const version = /^"([0-9a-f]{1,40})"$/.exec(ifMatch)?.[1];
  const given = wanted["ifVersion"];
  if (version !== undefined && (given === undefined || given === version)) return { ...wanted, ifVersion: version };
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: version === undefined ? "The version is not one in quotes" : "The header names another version than the body",
    where: "if-match",
    fix: 'Send the `version` of the position or order as if-match: "VERSION".',
  });
}

type LiveWanted = Pick<LiveChange, "session" | "command"> & {
  readonly assetClass?: AssetClass;
  readonly phrase: string;
  readonly reason: string;
};

function changeLive(parts: Parts, ask: Ask): LiveChange {
  const { session, command: wanted, assetClass, phrase, reason } = ask.body as LiveWanted;
  const { mode, running } = parts.trading.session(session);
  if (mode !== "live" || !running) {
    throw new TidemarkError("LIVE_REFUSED", {
      what: `${session} is no live session that runs`,
      where: "session",
      fix: "A live session is started on the machine itself: `tidemark live`.",
    });
  }
  if ((wanted === "switch-class") !== (assetClass !== undefined)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: wanted === "resume" ? "resume takes no asset class" : "switch-class needs an asset class",
      where: "assetClass",
      fix: "See /docs.",
    });
  }
  const order = wanted === "resume" ? { command: wanted } : { command: wanted, assetClass, open: true };
  return parts.live.ask({ session, command: wanted, assetClass: assetClass ?? null }, phrase, async () => {
    const done = await command(parts, ask, session, { ...order, reason });
    await parts.refresh();
    return done;
  });
}

export function makeHandlers(parts: Parts): Readonly<Record<RouteName, Handler>> {
  const { context, vault, book, jobs, trading, learning, judging, machine, candles, assistant, tickets } = parts;
  /** For what tells of the past: a session's own, or, where no session is named, that of all. */
  const past =
    (answer: Handler): Handler =>
    async (ask) => {
      await book.whole(ask.params["name"] === undefined ? undefined : sessionId(ask));
      return answer(ask);
    };
  return {
    signIn: ({ body }) => {
      const opened = vault.openSession((body as { readonly code: string }).code);
      if (opened === undefined) {
        throw new TidemarkError("ACCESS_REFUSED", {
          what: "The code is wrong, was used, or is older than a minute",
          fix: "`tidemark serve --login` prints a new address.",
        });
      }
      const { cookie, ...answer } = opened;
      return { json: answer, cookie };
    },
    who: ({ visitor: { tier, name, expiresMs, isPage } }) =>
      json({ tier, name, canRaiseLive: isPage && vault.hasPassword, expiresMs }),
    raise: async ({ body, cookie, visitor }) => {
      if (vault.waitMs() > 0) {
        throw new TidemarkError("LIVE_REFUSED", { what: "Too many wrong passwords", fix: "Wait a minute." });
      }
      const { password } = body as { readonly password: string };
      const untilMs = visitor.isPage && cookie !== undefined ? await vault.raise(cookie, password) : undefined;
      if (untilMs === undefined) {
        throw new TidemarkError("LIVE_REFUSED", {
          what: !visitor.isPage
            ? "Only a page that has signed in can be raised"
            : vault.hasPassword
              ? "The password is wrong"
              : "No password is set",
          fix: "`tidemark token password` sets another; `tidemark resume` on the machine itself needs none.",
        });
      }
      return json({ tier: "live", untilMs });
    },
    lower: ({ cookie }) => {
      if (cookie !== undefined) vault.lower(cookie);
      return json({});
    },
    signOut: ({ cookie }) => {
      if (cookie !== undefined) vault.closeSession(cookie);
      return json({});
    },
    tokens: () => json({ items: vault.tokens() }),
    makeToken: ({ body }) => {
      const { name, tier, days } = body as { name: string; tier: "view" | "operate"; days: number };
      return json(vault.makeToken(name, tier, days));
    },
    revokeToken: ({ params }) => {
      vault.revokeToken(params["id"]);
      return json({});
    },

    overview: () => json(overviewOf(parts)),
    sessions: () => json({ items: trading.sessions() }),
    session: (ask) => json(trading.session(sessionId(ask))),
    positions: () => json({ items: trading.positions() }),
    orders: (ask) => json({ items: trading.orders(sessionId(ask)) }),
    story: past((ask) => json(trading.story(sessionId(ask), ask.params["order"]))),
    decisions: past((ask) => json(trading.decisions(sessionId(ask), ask.query))),
    events: past((ask) => json(trading.events(sessionId(ask), ask.query))),
    log: (ask) => json({ items: trading.log(sessionId(ask), ask.query["level"]) }),
    requests: async (ask) => {
      const session = sessionId(ask);
      trading.session(session);
      const { result } = await sessionStatus(context.config(), session);
      return json({ items: result.requests ?? [] });
    },
    equity: past((ask) => ({ bytes: encodeColumns(trading.equity(sessionId(ask))) })),
    history: past(({ params, query }) =>
      json(trading.history(assetOf(params["asset"]), modeOf(params["mode"]), query)),
    ),
    classEquity: past(({ params }) => ({
      bytes: encodeColumns(trading.classEquity(assetOf(params["asset"]), modeOf(params["mode"]))),
    })),
    risk: past(() => json(trading.risk())),
    wallet: () => json(trading.wallet()),
    command: async (ask) => {
      const wanted = withVersion(ask.body as Wanted, ask.ifMatch);
      const session = sessionId(ask);
      refuseMoreLiveRisk(session, wanted);
      trading.session(session);
      const done = await command(parts, ask, session, wanted);
      await parts.refresh();
      return json(done);
    },
    commands: async (ask) => {
      const session = sessionId(ask);
      trading.session(session);
      const { result } = await sessionCommands(context.config(), session);
      return json({ items: result.map((record) => commandOf(session, record, null)) });
    },
    commandAll: async (ask) => {
      await book.refresh();
      const running = book.list().filter(({ view }) => view.running);
      const items = await Promise.all(running.map(({ id }) => command(parts, ask, id, ask.body as Wanted)));
      await parts.refresh();
      return json({ items });
    },

    changeLive: (ask) => json(changeLive(parts, ask)),
    liveChanges: () => json({ items: parts.live.list() }),
    takeBackLive: ({ params }) => json(parts.live.takeBack(params["id"])),

    models: async () => json(await learning.models()),
    model: async ({ params }) => json(await learning.model(params["name"], params["version"])),
    promotions: () => json({ items: learning.promotions() }),
    runs: async () => json({ items: await learning.runs() }),
    compareRuns: async ({ query }) => json(await learning.compare(query)),
    run: ({ params }) => json(learning.run(params["id"])),
    runMetrics: async ({ params }) => ({ bytes: encodeColumns(await learning.runMetrics(params["id"])) }),
    studies: async () => json({ items: await learning.studies() }),
    trials: async ({ params, query }) => json(await learning.trials(params["name"], query["after"])),

    reports: async () => json(await judging.reports()),
    report: async ({ params }) => json(await judging.report(params["id"])),
    reportEquity: async ({ params }) => ({ bytes: encodeColumns(await judging.reportEquity(params["id"])) }),
    reportTicket: async ({ params }) => json(tickets.issue(await judging.reportPage(params["id"]))),

    results: async ({ query }) => json(await judging.results(query["kind"])),
    result: ({ params }) => json(judging.result(params["id"])),
    resultTicket: ({ params }) => json(tickets.issue(judging.resultPage(params["id"]))),
    difference: async ({ query: { a = "", b = "" } }) => json(await judging.difference(a, b)),

    data: async () => json(await machine.data()),
    coverage: async ({ query }) => json({ items: await machine.coverage(query) }),
    series: past(async () => json({ items: await candles.series() })),
    candles: async ({ query }) => {
      const { columns, barMs } = await candles.candles(query);
      return { bytes: encodeColumns(columns), headers: { "x-bar-ms": String(barMs) } };
    },
    indicators: () =>
      json({
        items: chartIndicators(),
        sessions: SESSIONS.map(({ name, from, to }) => ({ name, fromHour: from, toHour: to })),
      }),
    indicatorLines: async ({ query }) => {
      const { columns, barMs } = await candles.indicators(query);
      return { bytes: encodeColumns(columns), headers: { "x-bar-ms": String(barMs) } };
    },
    features: () => json({ items: machine.features() }),
    config: () => json(machine.config()),
    configSchema: () => json(machine.configSchema()),
    doctor: async () => json({ items: await machine.checks() }),

    askAnalyst: ({ body, visitor }) => {
      const { conversation, question } = body as { conversation: string; question: string };
      return { events: assistant.ask(visitor.name, conversation, question) };
    },
    dialogue: ({ params, visitor }) => json(assistant.dialogue(visitor.name, params["id"])),
    forgetDialogue: ({ params, visitor }) => {
      assistant.forget(visitor.name, params["id"]);
      return json({});
    },

    jobs: () => json({ items: jobs.list().map(jobOf) }),
    job: ({ params }) => json({ job: jobOf(jobs.get(params["id"])), result: jobs.result(params["id"]) }),
    jobLog: ({ params, query }) => json(jobs.log(params["id"], Number(query["after"] ?? 0) || 0)),
    startJob: async ({ body, visitor }) => {
      const work = jobs.start(body as NewJob, visitor.isPage ? "page" : `token ${visitor.name}`);
      context.detail(`job ${work.id}: ${work.line}`);
      await parts.refresh();
      return json(jobOf(work));
    },
    stopJob: async ({ params }) => {
      const work = jobs.stop(params["id"]);
      await parts.refresh();
      return json(jobOf(work));
    },
  };
}

function isAtWork({ state }: Work): boolean {
  return state === "running" || state === "stopping";
}

function overviewOf({ context, jobs, trading, isDemo, demoSource }: Parts): Overview {
  const sessions = trading.sessions();
  const all = jobs.list();
  const shown = [...all.filter(isAtWork), ...all.filter((work) => !isAtWork(work))].slice(0, MOST_OVERVIEW_JOBS);
  return {
    serverMs: context.clock.nowMs(),
    version: packageVersion(),
    isDemo,
    demoSource: demoSource ?? null,
    folder: context.config().folder,
    cells: trading.cells(sessions),
    sessions,
    jobs: shown.map(jobOf),
    attention: attentionOf(sessions, all, context.clock.nowMs()),
  };
}

/** A failure is told for a day. */
const RECENT_MS = 86_400_000;

function attentionOf(sessions: Overview["sessions"], jobs: readonly Work[], nowMs: number): Overview["attention"] {
  const found: Overview["attention"] = [];
  for (const { id, running, status, causes, connected, positions } of sessions) {
    for (const { symbol, nakedMs } of positions)
      if (nakedMs > 0)
        found.push({
          level: "bad",
          what: `${symbol} of ${id} has had no stop for ${Math.ceil(nakedMs / 1_000)} s`,
          fix: "The engine places one or closes the position; halt if neither happens.",
          link: "/positions",
        });
    if (!running && positions.length > 0)
      found.push({
        level: "bad",
        what: `${id} holds ${positions.length} positions and nothing runs it`,
        fix: "Start the session again; protective orders at the venue stand meanwhile.",
        link: "/positions",
      });
    if (!running) continue;
    if (status !== "active")
      found.push({
        level: status === "halted" ? "bad" : "warn",
        what: `${id} is ${status}: ${Object.keys(causes).join(", ")}`,
        fix: "The journal tells why; resume it when that is settled.",
        link: "/journal",
      });
    if (!connected)
      found.push({
        level: "bad",
        what: `${id} has no connection`,
        fix: "It connects again by itself.",
        link: "/journal",
      });
  }
  for (const { id, kind, state, endedMs, error } of jobs)
    if ((state === "failed" || state === "lost") && nowMs - (endedMs ?? 0) < RECENT_MS)
      found.push({
        level: "warn",
        what: `${kind} ${state === "lost" ? "is gone without a word" : "failed"}: ${error?.what ?? id}`,
        fix: error?.fix ?? "Its log tells more.",
        link: `/jobs?job=${encodeURIComponent(id)}`,
      });
  return found.sort((a, b) => Number(a.level === "warn") - Number(b.level === "warn"));
}
