/**
 * @file Shadow runs: versions in the stage of shadow decide on the feed of the session that trades, each with a journal, an
 * account and simulated fills of its own. None has a broker of a venue, so no order of theirs can leave; what goes wrong in
 * one ends that one alone, and the session never waits for them.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { type Clock, type Instrument, TidemarkError, toError } from "../../core/index.ts";
import { assetClass } from "../../portfolio/index.ts";
import { Registry } from "../../promotion/index.ts";
import {
  BarCycle,
  type FeedEvent,
  historyEntry,
  JOURNAL_FILE,
  LiveLoop,
  lockState,
  type MarketFeed,
  openSession,
  SqliteJournal,
  type TradeMode,
  TradeSession,
} from "../../trade/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { beginningRows, joinedSeries, roomBars } from "./history.ts";
import { type Candidate, candidates, openMember } from "./members.ts";
import { accountExchange, settingsOf, specOf, strategiesOf } from "./session-plan.ts";
import { graceMs, sessionFolder } from "./settings.ts";

export type Champion = {
  /** "mode/name" of the session that trades. */
  readonly session: string;
  readonly members: readonly Candidate[];
  readonly place: {
    readonly mode: TradeMode;
    readonly feed: MarketFeed;
    readonly clock: Clock;
    readonly balance: number;
  };
  /** How much faster than this machine the market runs. */
  readonly pace: number;
};

type Shadow = {
  hear(event: FeedEvent): void;
  close(): Promise<void>;
};

export class ShadowRuns {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #champion: Champion;
  /** By "name/version". */
  readonly #running = new Map<string, Shadow>();
  /** What could not be run is not tried at every bar. */
  readonly #refused = new Set<string>();
  #seen = "";
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(context: AppContext, config: Config, champion: Champion) {
    this.#context = context;
    this.#config = config;
    this.#champion = champion;
  }

  /** Begins and ends what the registry says since it was looked at last. Never rejects. */
  follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#look()).catch((thrown: unknown) => this.#warn("shadow runs", thrown));
    return this.#work;
  }

  hear(event: FeedEvent): void {
    for (const [id, shadow] of this.#running) {
      try {
        shadow.hear(event);
      } catch (thrown) {
        this.#end(id, thrown);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await Promise.all([...this.#running.values()].map((shadow) => shadow.close()));
    this.#running.clear();
  }

  async #look(): Promise<void> {
    const models = this.#champion.members.flatMap(({ manifest, instruments = [] }) =>
      manifest === undefined
        ? []
        : [{ folder: join(modelsFolder(this.#config), manifest.name), manifest, of: instruments[0] }],
    );
    const seen = models.map(({ folder }) => changedMs(folder)).join();
    if (this.#isClosed || seen === this.#seen) return;
    this.#seen = seen;
    const wanted = new Set<string>();
    for (const { folder, manifest, of } of models) {
      const { shadow } = new Registry(folder, this.#context.clock).read().state.pointers(assetClass(of));
      for (const version of shadow) if (version !== manifest.version) wanted.add(`${manifest.name}/${version}`);
    }
    for (const [id, running] of this.#running) {
      if (wanted.has(id)) continue;
      this.#running.delete(id);
      await running.close();
      this.#context.note(`Shadow ${id} has left its stage.`);
    }
    for (const id of wanted) {
      if (this.#running.has(id) || this.#refused.has(id)) continue;
      try {
        this.#running.set(id, await this.#open(id));
        this.#context.note(`Shadow ${id} runs beside ${this.#champion.session}; it sends no order.`);
      } catch (thrown) {
        this.#refused.add(id);
        this.#warn(`shadow ${id}`, thrown);
      }
    }
  }

  #end(id: string, thrown: unknown): void {
    const shadow = this.#running.get(id);
    if (shadow === undefined) return;
    this.#running.delete(id);
    this.#refused.add(id);
    this.#warn(`shadow ${id}`, thrown);
    void shadow.close().catch((failed: unknown) => this.#warn(`shadow ${id}`, failed));
  }

  #warn(what: string, thrown: unknown): void {
    this.#context.warn(`${what}: ${toError(thrown).message}; the session goes on without it.`);
  }

  async #open(id: string): Promise<Shadow> {
    const context = this.#context;
    const config = this.#config;
    const { place, session: beside, pace } = this.#champion;
    const { clock, feed, balance } = place;
    const [candidate] = candidates(context, config, { models: [id] });
    this.#requireSameMarket(candidate);
    const { name } = candidate;
    const state = sessionFolder(config, "shadow", name);
    const lock = lockState(state, `shadow ${name}`, context.clock.nowMs());
    // A shadow risks nothing: its last seconds may be lost with the power, and the session's disk is left alone.
    const journal = new SqliteJournal(join(state, JOURNAL_FILE), { durable: false });
    const ended = new AbortController();
    try {
      const instruments: readonly Instrument[] = candidate.instruments ?? [];
      const member = await openMember(context, config, candidate, instruments);
      const members = [member];
      // Beside paper its fills are as harsh as the session's, so that the two can be held against each other.
      const exchange = accountExchange(context, config, place.mode, members);
      const strategies = strategiesOf(members);
      const currency = instruments[0].quote;
      const settings = settingsOf(config, { mode: "paper", strategies, currency, balance, pace, terms: [], exchange });
      const seed = config.seed ?? candidate.manifest?.provenance.seed ?? 0;
      const { engine, portfolio, begins, paper } = await openSession({
        journal,
        config: settings,
        members,
        exchange,
        paper: exchange,
        seed,
        balance,
        room: roomBars(strategies.strategies[0].barMs),
        history: () => beginningRows(context, config, members, feed, clock),
      });
      if (paper === undefined) throw new Error("a shadow has simulated fills");
      const session = new TradeSession({
        engine,
        journal,
        broker: paper,
        clock,
        timers: true,
        onEntry: (entry) => portfolio.apply(entry, false),
        onNotify: () => {},
        onFailure: (error) => this.#end(id, error),
      });
      if (begins !== undefined) {
        session.deliver(historyEntry(name, begins[0]));
        session.deliver({
          kind: "session",
          id: `shadow/${name}`,
          config: settings,
          capabilities: paper.capabilities,
          accountId: "shadow",
          instruments,
          strategySpec: { ...specOf(members, exchange), beside },
          version: candidate.manifest?.version ?? "",
          seed,
        });
      }
      session.deliver({ kind: "started", process: String(process.pid) });
      await paper.start(portfolio.symbols, (event) => session.deliver({ kind: "broker", event }));
      session.deliver({ kind: "rules", rules: await paper.rules() });
      const loop = new LiveLoop({
        session,
        portfolio,
        cycle: new BarCycle(session, portfolio, paper),
        feed,
        clock,
        graceMs: graceMs(config) * pace,
        staleMs: settings.limits.staleMs,
        youngMs: settings.quoteMaxAgeMs / 2,
        ...joinedSeries(context, config, members),
        onRow: () => {},
      });
      const ran = loop.run(ended.signal).catch((thrown: unknown) => this.#end(id, thrown));
      return {
        hear: loop.listener(),
        close: async () => {
          ended.abort();
          await ran;
          await session.idle();
          session.stop("its session has ended, or it has left its stage");
          await paper.stop();
          journal.close();
          lock.release();
        },
      };
    } catch (thrown) {
      ended.abort();
      journal.close();
      lock.release();
      throw thrown;
    }
  }

  #requireSameMarket({ symbols, timeframe, what }: Candidate): void {
    const known = new Set(this.#champion.members.flatMap((member) => member.symbols));
    const other = symbols.find((symbol) => !known.has(symbol));
    const bars = this.#champion.members[0].timeframe;
    if (other === undefined && timeframe === bars) return;
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `It reads ${other ?? `${timeframe} bars`}, which the session's feed does not bring`,
      where: what,
      fix: "Start a session of a model that trades the same symbols and bars.",
    });
  }
}

/** When the registry of a model was written last. */
function changedMs(folder: string): number {
  return statSync(join(folder, "registry.jsonl"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
