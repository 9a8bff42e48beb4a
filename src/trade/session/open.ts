/**
 * @file A session opened: made new from history, or taken up where its journal ends. Starting is recovering: engine, desk and
 * paper exchange are what the journal's entries give, and whatever was on its way is in doubt until the venue has told.
 */
import { InvariantError } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { PaperBroker } from "../brokers/paper/paper-broker.ts";
import { LiveDesk } from "../desk/live-desk.ts";
import type { LiveRows } from "../desk/live-rows.ts";
import { LiveTape } from "../desk/live-tape.ts";
import { applyEntry } from "../engine/apply.ts";
import type { EngineConfig } from "../engine/config.ts";
import { Engine } from "../engine/machine.ts";
import { emptyState } from "../engine/state.ts";
import type { Journal } from "../journal/record.ts";
import { tapeOfHistory } from "./history.ts";
import { replayed } from "./reproduce.ts";
import { Strategy } from "./strategy.ts";

export type OpenOptions = {
  readonly journal: Journal;
  readonly config: EngineConfig;
  readonly decision: DecisionConfig;
  /** Of the paper exchange; absent where a venue fills. */
  readonly paper?: ExchangeConfig;
  readonly seed: number;
  readonly balance: number;
  readonly policy: (live: LiveTape) => { readonly policy: Policy; readonly rows?: LiveRows };
  /** Rows of room beyond the history. */
  readonly room: number;
  /** Called where the journal is empty. */
  readonly history: () => Promise<MarketTape>;
};

export type OpenedSession = {
  readonly engine: Engine;
  readonly strategy: Strategy;
  readonly paper: PaperBroker | undefined;
  /** The rows that a new session begins with; they are to be journaled. Undefined where it goes on. */
  readonly begins: MarketTape | undefined;
};

export async function openSession(options: OpenOptions): Promise<OpenedSession> {
  const { journal, config, decision, seed, balance, room } = options;
  const { name } = config.strategies[0];
  let begins: MarketTape | undefined;
  let tape: MarketTape | undefined;
  for (const { entry } of journal.read(0)) {
    if (entry.kind !== "history") continue;
    tape = tapeOfHistory(entry);
    break;
  }
  if (tape === undefined) {
    if (journal.lastSeq > 0) throw new InvariantError("a journal begins with the rows that its session began with");
    begins = await options.history();
    tape = begins;
  }
  const live = new LiveTape(tape, tape.bars + room);
  const desk = new LiveDesk(name, live, decision.exchange);
  desk.reset(balance);
  const paper =
    options.paper === undefined
      ? undefined
      : new PaperBroker({ tape: live.tape, config: options.paper, seed, balance, bar: live.lastBar });
  const strategy = new Strategy({ name, live, desk, decision, ...options.policy(live) });
  const state = emptyState();
  for (const { entry, atMs } of journal.read(0)) {
    applyEntry(state, entry, atMs);
    const ran = live.begun;
    replayed(strategy, entry);
    if (paper === undefined) continue;
    if (entry.kind === "intent") paper.place(entry.request);
    if (entry.kind === "open") paper.openBar();
    if (entry.kind === "row" && !entry.late) {
      if (!ran) paper.openBar();
      paper.closeBar();
    }
  }
  desk.closeBar();
  return { engine: new Engine(state), strategy, paper, begins };
}
