/**
 * @file A trading session from its start to Ctrl-C: folder locked, journal opened, history and memory warm, broker and feed
 * connected, then bar after bar. Paper and live differ in the broker alone.
 */
import { join } from "node:path";
import {
  type Clock,
  canonicalJson,
  decimal,
  formatMinute,
  type Instrument,
  PacedClock,
  TidemarkError,
  toError,
} from "../../core/index.ts";
import type { TradingTerms } from "../../promotion/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import {
  applyEntry,
  BarCycle,
  type Broker,
  type ControlRequest,
  type ControlServer,
  commandsView,
  type EngineConfig,
  emptyState,
  type FeedEvent,
  historyEntry,
  JOURNAL_FILE,
  KILL_FILE,
  LiveLoop,
  lockState,
  type MarketFeed,
  type OrderRules,
  openLog,
  openSession,
  ordersView,
  type SessionView,
  SqliteJournal,
  serveControl,
  sessionView,
  type TradeMode,
  TradeSession,
} from "../../trade/index.ts";
import type { RequestLimit } from "../../venues/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { DriftSchedule, type DriftSubject, driftEntry } from "../promotion/drift-schedule.ts";
import { openWarden } from "../promotion/promotion.ts";
import { ReplaySchedule } from "../promotion/replay-schedule.ts";
import { RetrainSchedule } from "../promotion/retrain-schedule.ts";
import type { Warden, WardenOptions } from "../promotion/warden.ts";
import { SessionArchive } from "./archive.ts";
import { beginningRows, joinedSeries, roomBars } from "./history.ts";
import { obeyKillFile, watchKillFile } from "./kill-file.ts";
import { setLeverages } from "./leverage.ts";
import { type Candidate, openMember, requireOneCurrency, type SessionMember } from "./members.ts";
import {
  accountExchange,
  begunSession,
  keptExchange,
  type Plan,
  requireSameStrategies,
  sessionName,
  settingsOf,
  specOf,
  strategiesOf,
} from "./session-plan.ts";
import { graceMs, sessionFolder } from "./settings.ts";
import { ShadowRuns } from "./shadow.ts";
import { watchSession } from "./watchers.ts";

export type SessionPlace = {
  readonly mode: TradeMode;
  readonly feed: MarketFeed;
  /** Market time: the venue's, which a local one may let run faster. */
  readonly clock: Clock;
  /** The contract of a symbol that no model brings. */
  readonly instrument: (symbol: string) => Promise<Instrument>;
  /** Absent on paper. */
  readonly broker?: Broker;
  readonly balance: number;
  /** Of the models that trade money under the gates of promotion, by their names. */
  readonly terms?: ReadonlyMap<string, TradingTerms>;
  /** Values that no log may hold. */
  readonly secrets: readonly string[];
  /** How many requests its venue takes now. */
  readonly requests?: () => readonly RequestLimit[];
  /** Of the session, where it is not to be called like what decides in it. */
  readonly name?: string;
  /** The script that runs a command line: models are retrained beside the session by it. */
  readonly launcher?: string;
};

async function openMembers(
  context: AppContext,
  config: Config,
  found: readonly Candidate[],
  { instrument }: SessionPlace,
): Promise<SessionMember[]> {
  const members: SessionMember[] = [];
  for (const one of found) {
    const instruments = one.instruments ?? (await Promise.all(one.symbols.map((symbol) => instrument(symbol))));
    members.push(await openMember(context, config, one, instruments));
  }
  return members;
}

/** Limits and caps are those of the configuration as it is now; who trades what with which money is the session itself. */
function renewSettings(session: TradeSession, settings: EngineConfig): void {
  const known = session.engine.state.config;
  if (known === undefined) return;
  const { initialBalance, strategies, currency } = known;
  const config: EngineConfig = { ...settings, initialBalance, strategies, currency };
  if (canonicalJson(config) === canonicalJson(known)) return;
  const by = { by: "engine", from: "start", reason: "the settings have changed since the last start" };
  session.deliver({ kind: "command", command: "reload", config, ...by });
}

/** Runs a session until the context's signal fires. Resolves with what is left open. */
export async function runSession(
  context: AppContext,
  found: readonly Candidate[],
  place: SessionPlace,
): Promise<SessionView> {
  const config = context.config();
  const { clock, feed, mode } = place;
  const name = sessionName(found, place.name);
  const state = sessionFolder(config, mode, name);
  const lock = lockState(state, `${mode} ${name}`, context.clock.nowMs());
  const log = openLog(state, place.secrets);
  const closing: Array<() => unknown> = [() => log.close(), () => lock.release()];
  try {
    const members = await openMembers(context, config, found, place);
    const [{ timeframe }] = members;
    const instruments = members.flatMap((member) => member.instruments);
    const symbols = instruments.map(({ symbol }) => symbol);
    const strategies = strategiesOf(members);
    const journal = new SqliteJournal(join(state, JOURNAL_FILE));
    closing.unshift(() => journal.close());
    requireSameStrategies(journal, `${mode}/${name}`, strategies);
    // A local venue's market may run faster than this machine's replies do.
    const pace = clock instanceof PacedClock ? clock.speed : 1;
    const past = begunSession(journal, `${mode}/${name}`);
    const asked = accountExchange(context, config, mode, members);
    const exchange = past === undefined ? asked : keptExchange(context, past.exchange, asked);
    // What the account began with is said by its journal: the wallet has moved since.
    const balance = past?.balance ?? place.balance;
    const terms = [...(place.terms?.values() ?? [])];
    const currency = requireOneCurrency(members);
    const plan: Plan = { mode, strategies, currency, balance, pace, terms, exchange };
    const settings = settingsOf(config, plan);
    const seed = past?.seed ?? config.seed ?? found[0].manifest?.provenance.seed ?? 0;
    if (journal.lastSeq > LONG) context.note(`${journal.lastSeq} records of the journal are read again first.`);
    const opened = await openSession({
      journal,
      config: settings,
      members,
      exchange,
      ...(place.broker === undefined ? { paper: exchange } : {}),
      seed,
      balance,
      room: roomBars(strategies.strategies[0].barMs),
      history: () => beginningRows(context, config, members, feed, clock),
    });
    const broker = place.broker ?? opened.paper;
    if (broker === undefined) throw new Error("a session has a broker");
    const ended = new AbortController();
    const watchers = await watchSession(context, config, {
      session: `${mode}/${name}`,
      state: () => opened.engine.state,
      secrets: place.secrets,
      onTrouble: (text) => log.say("warn", text),
    });
    closing.unshift(() => watchers.close());
    const watched = new Map<string, Warden>();
    for (const { name: strategy, what } of found) {
      if (place.terms?.has(strategy) !== true) continue;
      const deliver: WardenOptions["deliver"] = (input) => session.deliver(input);
      watched.set(
        strategy,
        openWarden(context, config, what, { strategy, exchange, folder: state, clock, pace, deliver }),
      );
    }
    const wardens = [...watched.values()];
    if (wardens.length > 0) {
      const before = emptyState();
      for (const { entry, atMs } of journal.read(0)) {
        applyEntry(before, entry, atMs);
        for (const warden of wardens) warden.take(entry, atMs, before);
      }
    }
    let control: ControlServer | undefined;
    const stop = AbortSignal.any([ended.signal, context.signal]);
    const session = new TradeSession({
      engine: opened.engine,
      journal,
      broker,
      clock,
      timers: true,
      onEntry: (entry, atMs) => {
        opened.portfolio.apply(entry, false);
        for (const warden of wardens) warden.take(entry, atMs, opened.engine.state);
      },
      onTold: (entry, atMs) => {
        control?.wake();
        watchers.entry(entry, atMs);
        log.entry(entry, atMs);
        if (entry.kind === "intent") {
          const { side, quantity, symbol } = entry.request;
          context.note(`${formatMinute(atMs)} order: ${side} ${quantity} ${symbol}`);
        }
        if (entry.kind === "state") context.warn(`${entry.to}: ${entry.cause}, ${entry.text}`);
      },
      onNotify: (code, text) => log.say("warn", `${code}: ${text}`),
      onFailure: (error) => {
        log.say("error", error.message);
        ended.abort(error);
      },
    });
    closing.unshift(() => session.tellAll());
    if (opened.begins !== undefined) {
      for (const [i, rows] of opened.begins.entries()) session.deliver(historyEntry(members[i].name, rows));
      session.deliver({
        kind: "session",
        id: `${mode}/${name}`,
        config: settings,
        capabilities: broker.capabilities,
        accountId: (await broker.accountMode()).accountId,
        instruments,
        strategySpec: specOf(members, exchange),
        version: found[0].manifest?.version ?? "",
        seed,
      });
    }
    const decisions = Object.fromEntries(members.map((member) => [member.name, member.decision]));
    session.deliver({
      kind: "started",
      process: String(process.pid),
      ...(past === undefined ? {} : { decisions, capabilities: broker.capabilities }),
    });
    // Before anything is sent that was decided before the process died.
    obeyKillFile(session, join(state, KILL_FILE));
    if (past !== undefined) renewSettings(session, settings);
    await broker.start(symbols, (event) => session.deliver({ kind: "broker", event }), stop);
    closing.unshift(() => broker.stop());
    // A venue is asked for the rules of the symbols that it was started with.
    const rules = await broker.rules();
    session.deliver({ kind: "rules", rules });
    if (mode === "live") await leverages(context, broker, rules, exchange.leverage, past !== undefined);
    for (const warden of wardens) warden.begin(session.engine.state);
    const { portfolio } = opened;
    const cycle = new BarCycle(session, portfolio, broker);
    const shadows = new ShadowRuns(context, config, { session: `${mode}/${name}`, members: found, place, pace });
    closing.unshift(() => shadows.close());
    const archive = new SessionArchive({
      journal,
      session,
      clock,
      days: config.trade.archiveDays,
      warn: (text) => log.say("warn", text),
    });
    closing.unshift(() => archive.close());
    const names = found.flatMap(({ manifest }) => manifest?.name ?? []);
    const schedule =
      place.launcher === undefined
        ? undefined
        : new RetrainSchedule(context, config, { names, clock, launcher: place.launcher, folder: state });
    closing.unshift(() => schedule?.close());
    const drift =
      place.launcher === undefined
        ? undefined
        : new DriftSchedule(context, config, {
            subjects: driftSubjects(found),
            clock,
            launcher: place.launcher,
            folder: state,
            carryOut: async ({ strategy, model }, action, reason) => {
              const warden = watched.get(strategy);
              const factor = session.engine.state.scales[strategy] ?? 1;
              const entry = warden === undefined ? driftEntry(strategy, action, reason, factor) : undefined;
              if (entry !== undefined) session.deliver(entry);
              if (action === "retrain" || action === "challenger") schedule?.now(model.split("/")[0]);
              const isWritten = (await warden?.drift(action, reason)) ?? true;
              return isWritten && session.failure === undefined;
            },
          });
    closing.unshift(() => drift?.close());
    const replays =
      place.launcher === undefined
        ? undefined
        : new ReplaySchedule(context, config, {
            session: `${mode}/${name}`,
            clock,
            launcher: place.launcher,
            folder: state,
            deliver: (replayed) => session.deliver(replayed),
          });
    closing.unshift(() => replays?.close());
    const loop = new LiveLoop({
      session,
      portfolio,
      cycle,
      feed,
      clock,
      graceMs: graceMs(config) * pace,
      staleMs: settings.limits.staleMs,
      youngMs: settings.quoteMaxAgeMs / 2,
      ...joinedSeries(context, config, members),
      onRow: (openMs, decided) => {
        const { equity, status } = sessionView(session.engine.state);
        const shown = decimal(equity).toFixed(2);
        context.note(
          `${formatMinute(openMs + portfolio.barMs)} equity ${shown}, ${status}${decided ? "" : " (missed)"}`,
        );
        void shadows.follow();
        schedule?.look();
        drift?.look();
        archive.look();
        replays?.look();
      },
      onUnmarked: (text) => log.say("warn", text),
    });
    const reload = (): Reload => {
      const known = opened.engine.state.config;
      if (context.reloadConfig === undefined || known === undefined) {
        throw new TidemarkError("COMMAND_REFUSED", { what: "This session can't read its settings anew" });
      }
      const fresh = context.reloadConfig();
      // Budgets belong to the account: the first strategy that has some says what they are.
      const { sizing } = members[0].decisionUnder(fresh);
      // Who trades what with which money is the session itself.
      const { initialBalance, strategies: kept, currency: of } = known;
      return {
        config: { ...settingsOf(fresh, plan), initialBalance, strategies: kept, currency: of },
        budget: sizing.budget,
      };
    };
    control = await serveControl(state, {
      answer: (request) => answer(session, request, reload, place.requests),
      records: journal,
    });
    closing.unshift(() => control?.close());
    const listen = loop.listener();
    const heard = (event: FeedEvent): void => {
      listen(event);
      shadows.hear(event);
    };
    await feed.start({ symbols, timeframe }, heard, stop);
    void shadows.follow();
    closing.unshift(() => feed.stop());
    context.note(`Session ${mode}/${name} runs; Ctrl-C stops it. State: ${state}`);
    void watchKillFile(session, join(state, KILL_FILE), context.clock, stop);
    await loop.run(stop);
    await archive.close();
    await session.idle();
    for (const warden of wardens) await warden.settled();
    session.stop(context.signal.aborted ? "stopped by its owner" : "failed");
    if (session.failure !== undefined) throw session.failure;
    return sessionView(session.engine.state);
  } finally {
    for (const close of closing) await close();
  }
}

/** A session that goes on has positions to look after: there it is said, and no reason not to start. */
async function leverages(
  context: AppContext,
  broker: Broker,
  rules: readonly OrderRules[],
  leverage: number,
  goesOn: boolean,
): Promise<void> {
  try {
    await setLeverages(broker, rules, leverage);
  } catch (thrown) {
    if (!goesOn) throw thrown;
    context.warn(toError(thrown).message);
  }
}

/** Rules have no training that a market could move away from. */
function driftSubjects(found: readonly Candidate[]): DriftSubject[] {
  return found.flatMap(({ name: strategy, manifest }) =>
    manifest === undefined ? [] : [{ strategy, model: `${manifest.name}/${manifest.version}` }],
  );
}

/** Records that take more than a moment to be read. */
const LONG = 20_000;

type Reload = { readonly config: EngineConfig; readonly budget: DecisionConfig["sizing"]["budget"] };

function answer(
  session: TradeSession,
  request: Exclude<ControlRequest, { verb: "events" }>,
  reload: () => Reload,
  requests: SessionPlace["requests"],
): unknown {
  const { state } = session.engine;
  switch (request.verb) {
    case "status":
      return {
        ...sessionView(state),
        ...(requests === undefined ? {} : { requests: requests() }),
      } satisfies SessionView;
    case "orders":
      return ordersView(state);
    case "commands":
      return commandsView(state);
    case "command":
  }
  const { order, verb: _, ...given } = request;
  const whole = order.command === "reload" ? { ...order, ...reload() } : order;
  const command = session.command(whole, given);
  return { command, view: sessionView(state) };
}
