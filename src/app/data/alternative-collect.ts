/**
 * @file Recording alternative series as they come, until it is stopped. Each source is watched by itself, and the failure of
 * one is told once, and its end; what was missed while nobody recorded is told at the start.
 */
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { ensureFolder, FileLock, freshSeed, HOUR_MS, MINUTE_MS, Random, TidemarkError } from "../../core/index.ts";
import {
  AlternativeStore,
  type Gap,
  HeadlineStore,
  look,
  missedSince,
  type SeriesSpec,
  seriesSpec,
  type Watch,
  Watched,
} from "../../market/index.ts";
import {
  type AlternativeSource,
  BybitRecorder,
  bybitHosts,
  type HeadlineSource,
  type RecordedRow,
} from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { chosenSeries } from "./alternative-names.ts";
import { keysOf, openFeeds, openSources } from "./alternative-sources.ts";
import { scoreHeadlines } from "./headlines.ts";
import { configuredSymbols } from "./market.ts";
import { NewsSeries } from "./news-series.ts";

export type CollectOptions = {
  /** How often a line is told of what was recorded. */
  readonly reportMs: number;
};

/** What was recorded since the last line. */
export type CollectReport = {
  readonly fromMs: number;
  readonly toMs: number;
  /** New values by series. */
  readonly values: Readonly<Record<string, number>>;
  readonly revised: number;
  readonly headlines: number;
  /** Intervals of the streams without a row, by series and symbol. */
  readonly missing: Readonly<Record<string, number>>;
  /** Sources that fail now. */
  readonly failing: readonly string[];
};

export type CollectHooks = {
  /** Before anything is asked: what will be recorded. */
  readonly onStart?: (series: readonly string[], feeds: readonly string[]) => void;
  readonly onGap?: (gap: Gap) => void;
  readonly onReport?: (report: CollectReport) => void;
};

const STREAMED = ["liquidated-long", "liquidated-short", "book-imbalance", "book-depth", "book-spread"].map(
  (name) => `bybit.${name}`,
);
const SAVE_MS = MINUTE_MS;
/** Wait after a failure; it doubles up to the longest. */
const FIRST_WAIT_MS = MINUTE_MS;
const LONGEST_WAIT_MS = 15 * MINUTE_MS;

/** Resolves when the signal has fired and everything is stored. Rejects with STORE_LOCKED, USAGE_ARGUMENT, or as the store does. */
export async function collectAlternative(
  context: AppContext,
  config: Config,
  names: readonly string[],
  { reportMs }: CollectOptions,
  hooks: CollectHooks = {},
): Promise<void> {
  const folder = join(dataRoot(config), "alternative");
  ensureFolder(folder);
  const lock = FileLock.take(join(folder, "collect.lock"), context.clock);
  if (!(lock instanceof FileLock)) {
    throw new TidemarkError("STORE_LOCKED", {
      what: `Process ${lock.pid} of ${lock.host} records into this store already`,
      where: folder,
      fix: "Stop it first, or record into another --data-dir.",
    });
  }
  try {
    await new Collector(context, config, names, reportMs, hooks).run(lock);
  } finally {
    lock.release();
  }
}

class Collector {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #hooks: CollectHooks;
  readonly #reportMs: number;
  readonly #store: AlternativeStore;
  readonly #watched: Watched;
  readonly #watches: readonly Watch[];
  readonly #streamed: readonly SeriesSpec[];
  /** Sources that are heard and not asked. */
  readonly #heard: readonly AlternativeSource[];
  readonly #feeds: readonly HeadlineSource[];
  readonly #headlines: HeadlineStore;
  /** That titles may name. */
  readonly #coins: readonly string[];
  readonly #failing = new Set<string>();
  #report = emptyReport(0);

  constructor(context: AppContext, config: Config, names: readonly string[], reportMs: number, hooks: CollectHooks) {
    this.#context = context;
    this.#config = config;
    this.#hooks = hooks;
    this.#reportMs = reportMs;
    const root = dataRoot(config);
    const { clock } = context;
    const store = new AlternativeStore(root, { clock });
    const watched = new Watched(root);
    const chosen = chosenSeries(names);
    const sources = openSources(context, config).filter(({ missingKeys }) => missingKeys.length === 0);
    this.#store = store;
    this.#watched = watched;
    this.#heard = sources.filter((source) => isHeard(source) && source.series.some((spec) => chosen.includes(spec)));
    const asked = sources.filter((source) => !isHeard(source));
    this.#watches = asked.flatMap((source) =>
      source.series
        .filter((spec) => chosen.includes(spec))
        .flatMap((spec) => keysOf(spec, config).map((key) => ({ store, watched, source, spec, key }))),
    );
    const heard = this.#heard.flatMap(({ series }) => series);
    this.#streamed = chosen.filter((spec) => STREAMED.includes(spec.id) || heard.includes(spec));
    const hasNews = chosen.some(({ source }) => source === "news");
    const feeds = hasNews ? openFeeds(context, config) : [];
    this.#feeds = feeds.filter(({ missingKeys }) => missingKeys.length === 0);
    this.#headlines = new HeadlineStore(root, { clock });
    this.#coins = keysOf(seriesSpec("news.count"), config);
    if (this.#watches.length + this.#streamed.length + this.#feeds.length > 0) return;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `There is nothing to record of ${names.join(", ")}`,
      fix: "`tidemark data alternative sources` tells what each source has, and which key it needs.",
    });
  }

  async run(lock: FileLock): Promise<void> {
    const { clock, signal } = this.#context;
    const startMs = clock.nowMs();
    this.#report = emptyReport(startMs);
    this.#tellStart(startMs);
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    // Every loop listens to it; that is no leak.
    setMaxListeners(0, ended);
    const sources = new Map<string, Watch[]>();
    for (const watch of this.#watches) {
      sources.set(watch.source.name, [...(sources.get(watch.source.name) ?? []), watch]);
    }
    const loops = [
      ...[...sources].map(([name, watches]) => this.#watch(name, watches, ended)),
      ...(this.#streamed.some(({ id }) => STREAMED.includes(id)) ? [this.#stream(ended)] : []),
      ...this.#heard.map((source) => this.#hear(source, ended)),
      ...this.#feeds.map((feed) => this.#read(feed, ended)),
      ...(this.#feeds.length > 0 ? [this.#count(ended)] : []),
      this.#tell(lock, ended),
    ];
    // A failure that no source is to blame for ends all of them.
    const results = await Promise.allSettled(
      loops.map((loop) =>
        loop.catch((thrown: unknown) => {
          if (!ended.aborted) stop.abort(thrown);
          throw thrown;
        }),
      ),
    );
    this.#watched.save();
    this.#hooks.onReport?.(this.#finished(clock.nowMs()));
    if (stop.signal.aborted) throw stop.signal.reason;
    for (const result of results) {
      if (result.status === "rejected" && result.reason !== signal.reason) throw result.reason;
    }
  }

  #tellStart(nowMs: number): void {
    const series = [...new Set(this.#watches.map(({ spec }) => spec.id)), ...this.#streamed.map(({ id }) => id)];
    this.#hooks.onStart?.(
      series,
      this.#feeds.map(({ title }) => title),
    );
    const streamed = this.#streamed.flatMap((spec) =>
      keysOf(spec, this.#config).map((key) => ({ watched: this.#watched, spec, key })),
    );
    for (const watch of [...this.#watches, ...streamed]) {
      const gap = missedSince(watch, nowMs);
      if (gap !== undefined) this.#hooks.onGap?.(gap);
    }
  }

  /** The series of one source, one question after the other. */
  async #watch(name: string, watches: readonly Watch[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const due = watches.map((watch) => ({ watch, nextMs: clock.nowMs() }));
    let failures = 0;
    for (;;) {
      due.sort((a, b) => a.nextMs - b.nextMs);
      const [next] = due;
      await clock.sleep(Math.max(0, next.nextMs - clock.nowMs()), signal);
      const { spec } = next.watch;
      try {
        const { counts, nextMs } = await look(next.watch, () => clock.nowMs(), signal);
        next.nextMs =
          spec.history === "none" ? Math.floor(clock.nowMs() / spec.cadenceMs + 1) * spec.cadenceMs : nextMs;
        this.#add(spec.id, counts.added);
        this.#report.revised += counts.revised;
        failures = 0;
        this.#isBack(name);
      } catch (thrown) {
        signal.throwIfAborted();
        if (!isVenueFailure(thrown)) throw thrown;
        failures++;
        this.#fails(name, `${spec.id} ${next.watch.key}`, thrown);
        next.nextMs = clock.nowMs() + waitAfter(failures);
      }
    }
  }

  async #stream(signal: AbortSignal): Promise<void> {
    const { clock, environment } = this.#context;
    const symbols = configuredSymbols(this.#config);
    const hosts = bybitHosts(environment["TIDEMARK_BYBIT_URL"] || "mainnet");
    const recorder = new BybitRecorder({
      url: hosts.publicStream,
      symbols,
      clock,
      random: new Random(freshSeed()),
      onState: ({ state, reason }) => {
        if (state === "up") this.#isBack("bybit stream");
        else if (state === "down" && !signal.aborted) this.#failsWith("bybit stream", reason);
      },
      onRows: (rows, eventMs) =>
        this.#keep(
          this.#streamed.filter(({ id }) => STREAMED.includes(id)),
          rows,
          eventMs,
        ),
    });
    await recorder.run(signal);
  }

  /** A source that tells as things happen. */
  async #hear({ name, series, stream }: AlternativeSource, signal: AbortSignal): Promise<void> {
    const own = this.#streamed.filter((spec) => series.includes(spec));
    await stream?.(
      {
        keys: [...new Set(own.flatMap((spec) => keysOf(spec, this.#config)))],
        random: new Random(freshSeed()),
        onState: ({ state, reason }) => {
          if (state === "up") this.#isBack(name);
          else if (!signal.aborted) this.#failsWith(name, reason);
        },
        onRows: (rows, eventMs) => this.#keep(own, rows, eventMs),
      },
      signal,
    );
  }

  /** The rows of an interval; those that are missing are counted. */
  async #keep(specs: readonly SeriesSpec[], rows: readonly RecordedRow[], eventMs: number): Promise<void> {
    const { clock } = this.#context;
    for (const spec of specs) {
      for (const key of keysOf(spec, this.#config)) {
        const row = rows.find((one) => one.id === spec.id && one.key === key);
        if (row === undefined) {
          this.#report.missing[`${spec.id} ${key}`] = (this.#report.missing[`${spec.id} ${key}`] ?? 0) + 1;
          continue;
        }
        const observation = { eventMs, publishedMs: null, value: row.value };
        const { added } = await this.#store.put(spec, key, [observation], { seenMs: clock.nowMs(), recorded: true });
        this.#watched.answered(spec, key, eventMs);
        this.#add(spec.id, added);
      }
    }
  }

  async #read(feed: HeadlineSource, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    let failures = 0;
    for (;;) {
      try {
        const headlines = await feed.headlines(signal);
        const { added, edited, fresh } = await this.#headlines.put(headlines, clock.nowMs());
        await scoreHeadlines(this.#headlines, fresh, this.#coins, clock.nowMs());
        this.#report.headlines += added;
        this.#report.revised += edited;
        failures = 0;
        this.#isBack(feed.feed);
      } catch (thrown) {
        signal.throwIfAborted();
        if (!isVenueFailure(thrown)) throw thrown;
        failures++;
        this.#fails(feed.feed, feed.title, thrown);
      }
      await clock.sleep(failures === 0 ? feed.everyMs : Math.max(feed.everyMs, waitAfter(failures)), signal);
    }
  }

  /** The series that are made of headlines, at every full hour. */
  async #count(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const startMs = clock.nowMs();
    const news = new NewsSeries(this.#headlines, this.#coins);
    for (;;) {
      const hourMs = Math.floor(clock.nowMs() / HOUR_MS + 1) * HOUR_MS;
      await clock.sleep(hourMs - clock.nowMs(), signal);
      if (this.#feeds.every(({ feed }) => this.#failing.has(feed))) continue;
      for (const { spec, key, value } of await news.at(hourMs, startMs)) {
        const observation = { eventMs: hourMs, publishedMs: null, value };
        const { added } = await this.#store.put(spec, key, [observation], { seenMs: clock.nowMs(), recorded: true });
        this.#watched.answered(spec, key, hourMs);
        this.#add(spec.id, added);
      }
    }
  }

  /** Keeps the lock and what is known of the past, and tells how it goes. */
  async #tell(lock: FileLock, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    let toldMs = clock.nowMs();
    for (;;) {
      await clock.sleep(Math.min(SAVE_MS, this.#reportMs), signal);
      lock.touch();
      this.#watched.save();
      const nowMs = clock.nowMs();
      if (nowMs - toldMs < this.#reportMs) continue;
      this.#hooks.onReport?.(this.#finished(nowMs));
      toldMs = nowMs;
      this.#report = emptyReport(nowMs);
    }
  }

  #finished(toMs: number): CollectReport {
    return { ...this.#report, toMs, failing: [...this.#failing].sort() };
  }

  #add(id: string, added: number): void {
    if (added > 0) this.#report.values[id] = (this.#report.values[id] ?? 0) + added;
  }

  #fails(name: string, asked: string, { code, what }: TidemarkError): void {
    this.#failsWith(name, `${asked}: ${what} (${code})`);
  }

  #failsWith(name: string, reason: string): void {
    if (!this.#failing.has(name))
      this.#context.warn(`${name}: ${reason}. It is tried again; features of it are missing meanwhile.`);
    this.#failing.add(name);
  }

  #isBack(name: string): void {
    if (this.#failing.delete(name)) this.#context.note(`${name}: it answers again.`);
  }
}

type OpenReport = {
  fromMs: number;
  toMs: number;
  values: Record<string, number>;
  revised: number;
  headlines: number;
  missing: Record<string, number>;
  failing: readonly string[];
};

function emptyReport(fromMs: number): OpenReport {
  return { fromMs, toMs: fromMs, values: {}, revised: 0, headlines: 0, missing: {}, failing: [] };
}

/** Whether a source tells as things happen, and answers no question. */
function isHeard({ stream }: AlternativeSource): boolean {
  return stream !== undefined;
}

function waitAfter(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

function isVenueFailure(thrown: unknown): thrown is TidemarkError {
  return thrown instanceof TidemarkError && thrown.code.startsWith("VENUE_");
}
