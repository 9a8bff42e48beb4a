/**
 * @file A trading session from its start to Ctrl-C: folder locked, journal opened, history and memory warm, broker and feed
 * connected, then bar after bar. Paper and live differ in the broker alone.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Clock,
  decimal,
  formatMinute,
  PacedClock,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../../core/index.ts";
import { FeaturePipeline, selectionSeries } from "../../features/index.ts";
import { type CandleRow, createTape, type MarketTape } from "../../market/index.ts";
import { loadPolicyModel, manifestInstruments, readManifest, selectionOf } from "../../policy/index.ts";
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
  historyEntry,
  JOURNAL_FILE,
  KILL_FILE,
  LiveLoop,
  lockState,
  type MarketFeed,
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
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { alternativeAt, withAlternative } from "../data/alternative.ts";
import { findModel, modelId } from "../models/folders.ts";
import { decisionOf } from "../models/open.ts";
import { openWarden } from "../promotion/promotion.ts";
import { livePolicy } from "./replay.ts";
import { engineConfig, graceMs, paperExchange, sessionFolder } from "./settings.ts";
import { watchSession } from "./watchers.ts";

export type SessionPlace = {
  readonly mode: TradeMode;
  readonly feed: MarketFeed;
  /** Market time: the venue's, which a local one may let run faster. */
  readonly clock: Clock;
  /** Absent on paper. */
  readonly broker?: Broker;
  readonly balance: number;
  /** Of a model that trades money under the gates of promotion. */
  readonly terms?: TradingTerms;
  /** Values that no log may hold. */
  readonly secrets: readonly string[];
};

/** Bars of history beyond what features and memory need. */
const SPARE_BARS = 50;
/** Rows of room in the tape: two years of hours, five months of 5-minute bars. */
const ROOM_BARS = 50_000;
const KILL_LOOK_MS = 1_000;

/** Runs a session until the context's signal fires. Resolves with what is left open. */
export async function runSession(context: AppContext, given: string, place: SessionPlace): Promise<SessionView> {
  const config = context.config();
  const folder = findModel(config, given);
  const manifest = readManifest(folder);
  const id = modelId(folder);
  const { clock, feed, mode } = place;
  const instruments = manifestInstruments(manifest);
  const timeframe = manifest.timeframe as Timeframe;
  const barMs = timeframeMs(timeframe);
  const decision: DecisionConfig = decisionOf(context, config, manifest);
  const name = id.replaceAll("/", "-");
  const symbols = instruments.map(({ symbol }) => symbol);
  const state = sessionFolder(config, mode, name);
  const lock = lockState(state, `${mode} ${id}`, context.clock.nowMs());
  const log = openLog(state, place.secrets);
  const closing: Array<() => unknown> = [() => log.close(), () => lock.release()];
  try {
    const journal = new SqliteJournal(join(state, JOURNAL_FILE));
    closing.unshift(() => journal.close());
    const model = await loadPolicyModel(folder, { threads: config.training.threads });
    const exchange = paperExchange(config, decision.exchange);
    const used = mode === "paper" ? { ...decision, exchange } : decision;
    // A local venue's market may run faster than this machine's replies do.
    const pace = clock instanceof PacedClock ? clock.speed : 1;
    const strategySettings = { name, symbols, barMs };
    const settingsOf = (from: Config): EngineConfig =>
      underTerms(engineConfig(from, mode, strategySettings, instruments[0].quote, place.balance, pace), place.terms);
    const settings = settingsOf(config);
    const need = new FeaturePipeline(selectionOf(manifest), { instruments, barMs }).warmup + memoryBars(manifest);
    const series = selectionSeries(selectionOf(manifest));
    const seed = config.seed ?? manifest.provenance.seed;
    context.note(`History: ${need + SPARE_BARS} bars of ${timeframe} for ${symbols.join(", ")}.`);
    const opened = await openSession({
      journal,
      config: settings,
      decision: used,
      ...(place.broker === undefined ? { paper: exchange } : {}),
      seed,
      balance: place.balance,
      policy: (live) => livePolicy(model, live),
      room: ROOM_BARS,
      history: async () => {
        const bars = await fetchHistory(feed, instruments, timeframe, need + SPARE_BARS, clock, context.signal);
        return withAlternative(context, config, selectionOf(manifest), bars);
      },
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
    const warden =
      place.terms === undefined
        ? undefined
        : openWarden(context, config, given, {
            strategy: name,
            exchange: decision.exchange,
            folder: state,
            clock,
            pace,
            deliver: (input) => session.deliver(input),
          });
    if (warden !== undefined) {
      const past = emptyState();
      for (const { entry, atMs } of journal.read(0)) {
        applyEntry(past, entry, atMs);
        warden.take(entry, atMs, past);
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
        control?.wake();
        watchers.entry(entry, atMs);
        opened.strategy.desk.apply(entry, false);
        opened.strategy.apply(entry);
        if (entry.kind === "scale") opened.strategy.scale = entry.factor;
        log.entry(entry, atMs);
        warden?.take(entry, atMs, opened.engine.state);
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
    if (opened.begins !== undefined) {
      session.deliver(historyEntry(name, opened.begins));
      session.deliver({
        kind: "session",
        id: `${mode}/${name}`,
        config: settings,
        capabilities: broker.capabilities,
        accountId: (await broker.accountMode()).accountId,
        instruments,
        strategySpec: { model: id, fingerprint: manifest.features.fingerprint, decision: used },
        version: manifest.version,
        seed,
      });
    }
    session.deliver({ kind: "started", process: String(process.pid) });
    await broker.start(symbols, (event) => session.deliver({ kind: "broker", event }), stop);
    closing.unshift(() => broker.stop());
    // A venue is asked for the rules of the symbols that it was started with.
    session.deliver({ kind: "rules", rules: await broker.rules() });
    warden?.begin(session.engine.state);
    const { strategy } = opened;
    const cycle = new BarCycle(session, strategy, broker);
    const loop = new LiveLoop({
      session,
      strategy,
      cycle,
      feed,
      clock,
      graceMs: graceMs(config) * pace,
      staleMs: settings.limits.staleMs,
      youngMs: settings.quoteMaxAgeMs / 2,
      ...(series.length === 0
        ? {}
        : { alternative: (closeMs: number) => alternativeAt(config, series, { instruments }, closeMs) }),
      onRow: (openMs, decided) => {
        const { equity, status } = sessionView(session.engine.state);
        const shown = decimal(equity).toFixed(2);
        context.note(`${formatMinute(openMs + barMs)} equity ${shown}, ${status}${decided ? "" : " (missed)"}`);
      },
    });
    const reload = (): Reload => {
      const known = opened.engine.state.config;
      if (context.reloadConfig === undefined || known === undefined) {
        throw new TidemarkError("COMMAND_REFUSED", { what: "This session can't read its settings anew" });
      }
      const fresh = context.reloadConfig();
      const { sizing } = decisionOf(context, fresh, manifest);
      // Who trades what with which money is the session itself.
      const { initialBalance, strategies, currency } = known;
      const limits = settingsOf(fresh);
      return { config: { ...limits, initialBalance, strategies, currency }, budget: sizing.budget };
    };
    control = await serveControl(state, { answer: (request) => answer(session, request, reload), records: journal });
    closing.unshift(() => control?.close());
    await feed.start({ symbols, timeframe }, loop.listener(), stop);
    closing.unshift(() => feed.stop());
    context.note(`Session ${mode}/${name} runs; Ctrl-C stops it. State: ${state}`);
    void watchKillFile(session, join(state, KILL_FILE), context.clock, stop);
    await loop.run(stop);
    await session.idle();
    await warden?.settled();
    session.stop(context.signal.aborted ? "stopped by its owner" : "failed");
    if (session.failure !== undefined) throw session.failure;
    return sessionView(session.engine.state);
  } finally {
    for (const close of closing) await close();
  }
}

/** A stage's own bound on what one position may lose, where it is the narrower one. */
function underTerms(settings: EngineConfig, terms: TradingTerms | undefined): EngineConfig {
  const most = terms?.maxOrderLoss ?? 0;
  const { caps } = settings;
  if (most === 0 || (caps.maxOrderLoss > 0 && caps.maxOrderLoss <= most)) return settings;
  return { ...settings, caps: { ...caps, maxOrderLoss: most } };
}

function memoryBars({ network }: { readonly network?: { readonly window: number; readonly warmup: number } }): number {
  return network === undefined ? 0 : network.window + network.warmup;
}

type Reload = { readonly config: EngineConfig; readonly budget: DecisionConfig["sizing"]["budget"] };

function answer(
  session: TradeSession,
  request: Exclude<ControlRequest, { verb: "events" }>,
  reload: () => Reload,
): unknown {
  const { state } = session.engine;
  switch (request.verb) {
    case "status":
      return sessionView(state);
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

async function watchKillFile(session: TradeSession, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (existsSync(path)) {
      const reason = "the file KILL was found";
      session.deliver({ kind: "command", command: "halt", by: "owner of the state folder", from: "file", reason });
      rmSync(path, { force: true });
    }
    await clock.sleep(KILL_LOOK_MS, signal).catch(() => undefined);
  }
}

/** Confirmed bars up to now as a tape; a symbol without a bar is absent there. */
async function fetchHistory(
  feed: MarketFeed,
  instruments: ReturnType<typeof manifestInstruments>,
  timeframe: Timeframe,
  bars: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<MarketTape> {
  const barMs = timeframeMs(timeframe);
  const toMs = Math.floor(clock.nowMs() / barMs) * barMs;
  const fromMs = toMs - bars * barMs;
  const tape = createTape(instruments, timeframe, bars);
  for (let t = 0; t < bars; t++) tape.timeMs[t] = fromMs + t * barMs;
  tape.bars = bars;
  for (const [s, { symbol, fundingIntervalHours }] of instruments.entries()) {
    const query = { symbol, timeframe, fromMs, toMs, signal };
    const rows = new Map<number, CandleRow>();
    for (const row of await feed.bars(query)) rows.set(row[0], row);
    const funding = fundingIntervalHours === undefined ? [] : await feed.funding(query);
    let close = 0;
    for (let t = 0; t < bars; t++) {
      const cell = t * tape.symbols + s;
      const row = rows.get(tape.timeMs[t]);
      tape.open[cell] = row?.[1] ?? close;
      tape.high[cell] = row?.[2] ?? close;
      tape.low[cell] = row?.[3] ?? close;
      tape.close[cell] = row?.[4] ?? close;
      tape.volume[cell] = row?.[5] ?? 0;
      tape.present[cell] = row === undefined ? 0 : 1;
      close = tape.close[cell];
      for (const { stampMs, rate } of funding) {
        if (stampMs > tape.timeMs[t] - barMs && stampMs <= tape.timeMs[t]) tape.funding[cell] += rate;
      }
    }
  }
  return tape;
}
