/**
 * @file Every session as its journal tells it, kept up to date record by record: what a page shows is the fold that the engine
 * itself would make, and asking again reads only what is new.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { decimal, exactText, type Instrument } from "../../core/index.ts";
import { type Candles, candlesFromRows } from "../../market/index.ts";
import { type AssetClass, assetClass } from "../../portfolio/index.ts";
import {
  applyEntry,
  askEngine,
  type EngineConfig,
  type EngineState,
  type Entry,
  emptyState,
  foldedSnapshot,
  foldJournal,
  JOURNAL_FILE,
  type JournalTrade,
  OrderIndex,
  type OrderStory,
  type OrderView,
  orderStory,
  ordersView,
  type PositionView,
  rowsNamed,
  type SessionView,
  SqliteJournal,
  sessionEquity,
  sessionView,
  TradeReader,
} from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import { type ToldEvent, tellEntry } from "./event-text.ts";
import { SessionBars } from "./session-bars.ts";
import { stateFolder } from "./settings.ts";

export type BookPosition = Omit<PositionView, "assetClass"> & { readonly assetClass: AssetClass };

/** Limits of a session as its journal has them; zero switches one off. */
export type BookLimits = Pick<EngineConfig["limits"], "dailyLoss" | "maxDrawdown"> & EngineConfig["caps"];

export type BookSession = {
  /** "mode/name". */
  readonly id: string;
  readonly mode: "paper" | "live";
  readonly name: string;
  readonly model: string;
  readonly view: SessionView;
  readonly currency: string;
  readonly timeframeMs: number;
  readonly symbols: readonly string[];
  readonly assetClasses: readonly AssetClass[];
  readonly initialBalance: string;
  readonly dayProfit: string;
  readonly startedMs: number;
  readonly lastRecordMs: number;
  readonly positions: readonly BookPosition[];
  /** Undefined before its first record. */
  readonly limits: BookLimits | undefined;
};

export type BookTrade = Omit<JournalTrade, "assetClass" | "session"> & {
  readonly session: string;
  readonly assetClass: AssetClass;
};

type Recorded<K extends Entry["kind"]> = {
  readonly seq: number;
  readonly atMs: number;
  readonly entry: Extract<Entry, { kind: K }>;
};
export type DecisionOutcome = {
  readonly kind: string;
  readonly symbol: string;
  readonly code: string;
  readonly text: string;
};
export type BookDecision = Recorded<"decision"> & { readonly outcomes: readonly DecisionOutcome[] };
export type BookEvent = ToldEvent & { readonly seq: number; readonly atMs: number; readonly kind: string };

/** Events and decisions beyond these are in the journal only. */
const KEPT = 20_000;
/** Records between two breaths, so that a long journal stops nobody: a few milliseconds. */
const BREATH = 100;
/** A journal that is longer by more than this shows first where the session stands, and then how it came there. */
const LONG = 2_000;

class Book {
  readonly id: string;
  readonly path: string;
  /** Of the journal's file: another session may take the folder of one that was put aside. */
  readonly file: number;
  /** By every record that was read. */
  readonly state = emptyState();
  /** By the newest snapshot and what came after, until the reading from the first record has come there. */
  #ahead: EngineState | undefined;
  readonly orders = new OrderIndex();
  readonly events: BookEvent[] = [];
  readonly decisions: Array<Recorded<"decision"> & { outcomes: DecisionOutcome[] }> = [];
  readonly times: number[] = [];
  readonly equity: number[] = [];
  readonly bars: SessionBars;
  #bySeq = new Map<number, DecisionOutcome[]>();
  readonly #closed = new TradeReader();
  #trades: BookTrade[] = [];
  #instruments: readonly Instrument[] = [];
  #model = "";
  #startedMs = 0;
  lastMs = 0;
  mark = "";
  /** Under way while records are read. */
  reading: Promise<void> | undefined;
  isRunning = false;
  #shown: BookSession | undefined;

  constructor(id: string, path: string) {
    this.id = id;
    this.path = path;
    this.file = fileOf(path);
    this.bars = new SessionBars(path);
  }

  take(seq: number, atMs: number, entry: Entry): void {
    this.#shown = undefined;
    applyEntry(this.state, entry, atMs);
    if (this.#ahead !== undefined && this.state.seq >= this.#ahead.seq) this.#ahead = undefined;
    this.orders.read(entry, seq);
    this.lastMs = atMs;
    if (this.#startedMs === 0) this.#startedMs = atMs;
    this.#closed.read(entry, seq);
    const told = tellEntry(entry);
    if (told !== undefined) keep(this.events, { ...told, seq, atMs, kind: entry.kind });
    if (entry.kind === "session") {
      const { model } = entry.strategySpec;
      this.#instruments = entry.instruments;
      this.#model = typeof model === "string" ? model : "";
    } else if (entry.kind === "decision") {
      const outcomes: DecisionOutcome[] = [];
      this.#bySeq.set(seq, outcomes);
      const gone = keep(this.decisions, { seq, atMs, entry, outcomes });
      if (gone !== undefined) this.#bySeq.delete(gone.seq);
    } else if (entry.kind === "row") {
      this.times.push(entry.openMs);
      this.equity.push(decimal(sessionEquity(this.state)).toNumber());
      const { config } = this.state;
      if (config !== undefined) this.bars.take(entry, rowsNamed(config, entry.strategy)?.symbols ?? []);
    } else if (entry.kind === "history") {
      this.bars.begin(seq);
    } else {
      this.#follow(entry);
    }
  }

  /** What became of a decision. */
  #follow(entry: Entry): void {
    if (entry.kind === "intent") {
      const { side, quantity, symbol, clientOrderId } = entry.request;
      this.#outcome(entry.decision, { kind: "order", symbol, code: clientOrderId, text: `${side} ${quantity}` });
      for (const { rule, from, to } of entry.clamps)
        this.#outcome(entry.decision, { kind: "clamped", symbol, code: rule, text: `${from} to ${to}` });
    } else if (entry.kind === "denied") {
      const { symbol, code, detail } = entry;
      this.#outcome(entry.decision, { kind: "denied", symbol, code, text: detail });
    } else if (entry.kind === "dropped") {
      const { symbol, reason } = entry;
      this.#outcome(entry.decision, { kind: "dropped", symbol, code: "", text: reason });
    }
  }

  #outcome(decision: number, outcome: DecisionOutcome): void {
    this.#bySeq.get(decision)?.push(outcome);
  }

  classOf(symbol: string): AssetClass {
    const instrument = this.#instruments.find((one) => one.symbol === symbol);
    return instrument === undefined ? "cryptoFutures" : assetClass(instrument);
  }

  trades(): readonly BookTrade[] {
    for (const trade of this.#closed.trades.slice(this.#trades.length))
      this.#trades.push({ ...trade, session: this.id, assetClass: this.classOf(trade.symbol) });
    return this.#trades;
  }

  /** Where the session stands now. */
  get now(): EngineState {
    return this.#ahead ?? this.state;
  }

  /** Whether every record has been read. */
  get isWhole(): boolean {
    return this.#ahead === undefined;
  }

  /** Moves what is shown to the journal's end, where reading all of it takes its time. */
  jump(journal: SqliteJournal): void {
    if (this.#ahead === undefined && journal.lastSeq - this.state.seq <= LONG) return;
    // Without a snapshot to begin at, going there is reading all of it, which is done anyway.
    if (this.#ahead === undefined && (foldedSnapshot(journal)?.seq ?? 0) <= this.state.seq) return;
    const ahead = foldJournal(journal, this.#ahead);
    if (ahead.seq <= this.state.seq) return;
    this.#ahead = ahead;
    this.#shown = undefined;
  }

  setRunning(isRunning: boolean): void {
    if (isRunning !== this.isRunning) this.#shown = undefined;
    this.isRunning = isRunning;
  }

  show(): BookSession {
    this.#shown ??= this.#make();
    return this.#shown;
  }

  #make(): BookSession {
    const { now: state, id } = this;
    const view = { ...sessionView(state), running: this.isRunning };
    const [mode, ...rest] = id.split("/");
    const positions = view.positions.map((position) => ({ ...position, assetClass: this.classOf(position.symbol) }));
    const strategies = state.config?.strategies ?? [];
    return {
      id,
      mode: mode === "live" ? "live" : "paper",
      name: rest.join("/"),
      model: this.#model,
      view,
      currency: state.config?.currency ?? "",
      timeframeMs: strategies[0]?.barMs ?? 0,
      symbols: strategies.flatMap(({ symbols }) => symbols),
      assetClasses: [...new Set(this.#instruments.map(assetClass))],
      initialBalance: state.config?.initialBalance ?? "0",
      dayProfit: exactText(decimal(view.equity).minus(view.dayEquity)),
      startedMs: this.#startedMs,
      lastRecordMs: state.nowMs,
      positions,
      limits: limitsOf(state.config),
    };
  }
}

function limitsOf(config: EngineConfig | undefined): BookLimits | undefined {
  if (config === undefined) return undefined;
  const { dailyLoss, maxDrawdown } = config.limits;
  return { dailyLoss, maxDrawdown, ...config.caps };
}

/** Appends, and returns what fell out at the other end. */
function keep<T>(list: T[], item: T): T | undefined {
  list.push(item);
  return list.length > KEPT ? list.shift() : undefined;
}

const MODES = ["paper", "live"] as const;

export class SessionBook {
  readonly #root: string;
  readonly #books = new Map<string, Book>();
  /** Lists that were made before, each with what it was made of. */
  readonly #traded = new Map<string, { readonly mark: string; readonly trades: readonly BookTrade[] }>();
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #catching: Promise<void> | undefined;

  constructor(config: Config) {
    this.#root = stateFolder(config);
  }

  /** Where a session keeps everything. */
  folderOf(session: string): string {
    return join(this.#root, session);
  }

  /**
   * Reads everything that was there when it was called. Calls during a reading share the next one: the reading that is under
   * way may have passed what they are asked about.
   */
  refresh(): Promise<void> {
    if (this.#reading === undefined) return this.#read();
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#reading ?? this.#read();
      });
    return this.#next;
  }

  #read(): Promise<void> {
    this.#reading = this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /**
   * Waits until every record has been read: of one session, or of all. Where sessions stand now is known before; their past
   * (decisions, events, curves, trades, stories) is complete only then.
   */
  async whole(session?: string): Promise<void> {
    const isBehind = (): boolean =>
      session === undefined
        ? [...this.#books.values()].some((book) => !book.isWhole)
        : this.#books.get(session)?.isWhole === false;
    while (isBehind()) await this.#catchUp();
  }

  /** Whether everything of a session's past has been read. */
  isWhole(session: string): boolean {
    return this.#books.get(session)?.isWhole === true;
  }

  /** Everything about one order, from its own records alone; undefined where the session has none of that name. */
  story(session: string, order: string): OrderStory | undefined {
    const book = this.#books.get(session);
    const records = book?.orders.recordsOf(order) ?? [];
    if (book === undefined || records.length === 0) return undefined;
    const journal = new SqliteJournal(book.path, { readOnly: true });
    try {
      return orderStory(journal.at(records), order);
    } finally {
      journal.close();
    }
  }

  list(): BookSession[] {
    return [...this.#books.values()].map((book) => book.show()).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(session: string): BookSession | undefined {
    return this.#books.get(session)?.show();
  }

  orders(session: string): readonly OrderView[] {
    const book = this.#books.get(session);
    return book === undefined ? [] : ordersView(book.now);
  }

  decisions(session: string): readonly BookDecision[] {
    return this.#books.get(session)?.decisions ?? [];
  }

  events(session: string): readonly BookEvent[] {
    return this.#books.get(session)?.events ?? [];
  }

  equity(session: string): { readonly timeMs: readonly number[]; readonly equity: readonly number[] } {
    const book = this.#books.get(session);
    return { timeMs: book?.times ?? [], equity: book?.equity ?? [] };
  }

  /** Bars of a symbol as the session had them, those that it was warmed up on included, oldest first. */
  bars(session: string, symbol: string): Candles {
    return this.#books.get(session)?.bars.of(symbol) ?? candlesFromRows([]);
  }

  /** Closed trades of a class in a mode, over all its sessions, by exit: the same list until another one is closed. */
  trades(wanted: AssetClass, mode: string): readonly BookTrade[] {
    const lists = [...this.#books.values()]
      .filter(({ id }) => id.startsWith(`${mode}/`))
      .map((book) => [`${book.id} ${book.file}`, book.trades()] as const);
    const mark = lists.map(([id, { length }]) => `${id} ${length}`).join("\n");
    const key = `${mode} ${wanted}`;
    const known = this.#traded.get(key);
    if (known?.mark === mark) return known.trades;
    const trades = lists
      .flatMap(([, list]) => list.filter((trade) => trade.assetClass === wanted))
      .sort((a, b) => a.exitMs - b.exitMs);
    this.#traded.set(key, { mark, trades });
    return trades;
  }

  async #readAll(): Promise<void> {
    for (const id of this.#found()) {
      const path = join(this.#root, id, JOURNAL_FILE);
      let book = this.#books.get(id);
      if (book === undefined || book.file !== fileOf(path)) {
        book = new Book(id, path);
        this.#books.set(id, book);
      }
      await readNew(book);
      if (!book.isWhole) this.#catchUp().catch(() => undefined);
      book.setRunning(await answers(join(this.#root, id)));
    }
  }

  /** Reads on what long journals hold; a failure shows at the next refresh, which meets it too. */
  #catchUp(): Promise<void> {
    this.#catching ??= this.#readPast().finally(() => {
      this.#catching = undefined;
    });
    return this.#catching;
  }

  async #readPast(): Promise<void> {
    for (const book of this.#books.values()) if (!book.isWhole) await readOn(book);
  }

  #found(): string[] {
    return MODES.flatMap((mode) => {
      const folder = join(this.#root, mode);
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, JOURNAL_FILE)))
        .map((name) => `${mode}/${name}`);
    });
  }
}

/** What tells one file from another of the same name. */
function fileOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Size and time of the journal and of what was appended to it: where they stand still, nothing is new. */
function markOf(path: string): string {
  return ["", "-wal"]
    .map((end) => statSync(`${path}${end}`, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.size ?? 0} ${stat?.mtimeMs ?? 0}`)
    .join(" ");
}

async function readNew(book: Book): Promise<void> {
  const mark = markOf(book.path);
  if (mark === book.mark) return;
  const journal = new SqliteJournal(book.path, { readOnly: true });
  try {
    book.jump(journal);
  } finally {
    journal.close();
  }
  if (book.isWhole) {
    // One that has been reading since before the mark may have missed what the mark tells.
    await book.reading;
    await readOn(book);
  }
  book.mark = mark;
}

/** Everything after the last record that was read; calls at once share one reading. */
function readOn(book: Book): Promise<void> {
  book.reading ??= readRecords(book).finally(() => {
    book.reading = undefined;
  });
  return book.reading;
}

async function readRecords(book: Book): Promise<void> {
  const journal = new SqliteJournal(book.path, { readOnly: true });
  try {
    let count = 0;
    for (const { seq, atMs, entry } of journal.read(book.state.seq)) {
      book.take(seq, atMs, entry);
      if (++count % BREATH === 0) await setImmediate();
    }
  } finally {
    journal.close();
  }
}

async function answers(folder: string): Promise<boolean> {
  try {
    return (await askEngine(folder, { verb: "status" })) !== undefined;
  } catch {
    return false;
  }
}
