/**
 * @file A session opened: made new from history, or taken up where its journal ends. Starting is recovering: engine, desk and
 * paper exchange are what the journal's entries give, and whatever was on its way is in doubt until the venue has told.
 */
import { InvariantError } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { PaperBroker } from "../brokers/paper/paper-broker.ts";
import { applyEntry } from "../engine/apply.ts";
import type { EngineConfig } from "../engine/config.ts";
import { Engine } from "../engine/machine.ts";
import { emptyState } from "../engine/state.ts";
import type { Journal } from "../journal/record.ts";
import { historiesOf } from "./history.ts";
import { type Member, Portfolio } from "./portfolio.ts";
import { replayed, rowsIn } from "./reproduce.ts";

export type OpenOptions = {
  readonly journal: Journal;
  readonly config: EngineConfig;
  /** In the order of the configuration's strategies. */
  readonly members: readonly Member[];
  /** What the account's own columns are kept by. */
  readonly exchange: ExchangeConfig;
  /** Of the paper exchange; absent where a venue fills. */
  readonly paper?: ExchangeConfig;
  readonly seed: number;
  readonly balance: number;
  /** Rows of room beyond the history. */
  readonly room: number;
  /** The rows that each member begins with; called where the journal is empty. */
  readonly history: () => Promise<readonly MarketTape[]>;
};

export type OpenedSession = {
  readonly engine: Engine;
  readonly portfolio: Portfolio;
  readonly paper: PaperBroker | undefined;
  /** The rows that a new session begins with, by member; they are to be journaled. Undefined where it goes on. */
  readonly begins: readonly MarketTape[] | undefined;
};

export async function openSession(options: OpenOptions): Promise<OpenedSession> {
  const { journal, config, members, exchange, seed, balance, room } = options;
  let begins: readonly MarketTape[] | undefined;
  let histories: readonly MarketTape[] | undefined = historiesOf(
    journal,
    members.map(({ name }) => name),
  );
  if (histories === undefined) {
    // A process that died at its very beginning has written some of them, and no session.
    if (hasBegun(journal)) throw new InvariantError("a journal begins with the rows that its session began with");
    begins = await options.history();
    histories = begins;
  }
  const name = config.rows ?? config.strategies[0].name;
  // The rows that it has had already are played again, and those that it let go are let go again.
  const rows = begins === undefined ? rowsIn(journal) : 0;
  const portfolio = new Portfolio({ name, members, histories, room: Math.max(room, rows), exchange, balance });
  const { live, desk } = portfolio;
  const paper =
    options.paper === undefined
      ? undefined
      : new PaperBroker({ tape: live.tape, config: options.paper, seed, balance, bar: live.lastBar });
  if (paper !== undefined) portfolio.follow((dropped) => paper.moved(dropped));
  const state = emptyState();
  for (const { entry, atMs } of journal.read(0)) {
    applyEntry(state, entry, atMs);
    const ran = live.begun;
    replayed(portfolio, entry);
    if (paper === undefined) continue;
    if (entry.kind === "intent") paper.place(entry.request);
    if (entry.kind === "open") paper.openBar();
    if (entry.kind === "row" && !entry.late) {
      if (!ran) paper.openBar();
      paper.closeBar();
    }
  }
  desk.closeBar();
  return { engine: new Engine(state), portfolio, paper, begins };
}

function hasBegun(journal: Pick<Journal, "read">): boolean {
  for (const { entry } of journal.read(0)) if (entry.kind === "session") return true;
  return false;
}
