/** @file Paper and live sessions, and the words to a running one. */

import { join } from "node:path";
import { decimal, freshId, TidemarkError } from "../../core/index.ts";
import type { TradingTerms } from "../../promotion/index.ts";
import {
  type Actor,
  askEngine,
  type CommandRecord,
  checkCommandOrder,
  commandsView,
  type EngineStream,
  type FollowOptions,
  followEngine,
  type OrderAsked,
  type OrderView,
  ordersView,
  type SessionView,
  sessionView,
} from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { moneyTerms } from "../promotion/promotion.ts";
import { foldedSession, sessionNames } from "./journals.ts";
import { type AskedMembers, type Candidate, candidates } from "./members.ts";
import { bybitPlace, paperPlace } from "./place.ts";
import { runSession } from "./session.ts";
import { stateFolder } from "./settings.ts";

export type SessionAsked = AskedMembers & {
  /** Of the session; what decides in it gives the name otherwise. */
  readonly name?: string;
  /** The script that runs a command line, for what runs beside the session. */
  readonly launcher?: string;
};

/** Spot or derivatives: an account of the venue trades one of them through one client. */
function categoryOf(config: Config, found: readonly Candidate[]): "spot" | "linear" {
  const kinds = found.flatMap(({ instruments }) => instruments?.map(({ kind }) => kind) ?? [config.data.kind]);
  const spot = kinds.filter((kind) => kind === "spot").length;
  if (spot === 0 || spot === kinds.length) return spot === 0 ? "linear" : "spot";
  throw new TidemarkError("SESSION_MIX", {
    what: "Some of the strategies trade spot, and others derivatives",
    fix: "Start a session for each kind.",
  });
}

/** Live quotes, paper money: no key is read, and no order can leave. */
export async function paperSession(context: AppContext, asked: SessionAsked): Promise<SessionView> {
  const config = context.config();
  const found = candidates(context, config, asked);
  const symbols = found.flatMap((one) => one.symbols);
  const { feed, clock, instrument, requests } = await paperPlace(context, categoryOf(config, found), symbols);
  return runSession(context, found, {
    mode: "paper",
    feed,
    clock,
    instrument,
    balance: config.backtest.initialBalance,
    secrets: [],
    ...(requests === undefined ? {} : { requests }),
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.launcher === undefined ? {} : { launcher: asked.launcher }),
  });
}

export type LiveTerms = {
  readonly account: string;
  readonly live: boolean;
  readonly equity: string;
  readonly currency: string;
  /** Greatest notional of all positions. */
  readonly cap: number;
  /** What has to be typed. */
  readonly phrase: string;
};

export type LiveOptions = {
  readonly acceptUnpromotedRisk: boolean;
  /** Shows the terms and returns what the user typed. */
  readonly confirm: (terms: LiveTerms) => Promise<string>;
};

/** What may trade money by its gates, by name. Throws LIVE_REFUSED where one of them has none and the risk is not accepted. */
function termsOf(
  context: AppContext,
  config: Config,
  found: readonly Candidate[],
  acceptUnpromotedRisk: boolean,
): Map<string, TradingTerms> {
  const known = new Map<string, TradingTerms>();
  for (const { name, what, manifest } of found) {
    const terms = manifest === undefined ? undefined : moneyTerms(context, config, what);
    if (terms !== undefined) known.set(name, terms);
    else if (!acceptUnpromotedRisk) {
      throw new TidemarkError("LIVE_REFUSED", {
        what: `"${what}" has not passed the gates of promotion`,
        where: what,
        fix:
          manifest === undefined
            ? "Only trained models have gates: give --i-accept-unpromoted-risk with a cap in trade.max_total_notional."
            : "Let it earn them (`tidemark promotion` shows what is missing), or give --i-accept-unpromoted-risk with a cap in trade.max_total_notional.",
      });
    }
  }
  return known;
}

/** Strategies with an account of the venue: only with flag, configuration, key, cap and a typed confirmation. */
export async function liveSession(
  context: AppContext,
  asked: SessionAsked,
  options: LiveOptions,
): Promise<SessionView> {
  const config = context.config();
  if (!config.trade.live) {
    throw new TidemarkError("LIVE_REFUSED", {
      what: "The configuration does not allow live trading",
      where: "trade.live",
      fix: "Set `live = true` under [trade] when you mean it.",
    });
  }
  const found = candidates(context, config, asked);
  const terms = termsOf(context, config, found, options.acceptUnpromotedRisk);
  const cap = config.trade.maxTotalNotional;
  if (!(cap > 0)) {
    throw new TidemarkError("LIVE_REFUSED", {
      what: "A live session needs a cap on all positions together",
      where: "trade.max_total_notional",
      fix: "Set it, or give --cap AMOUNT.",
    });
  }
  const place = await bybitPlace(context, categoryOf(config, found), true);
  if (place.broker === undefined) throw new TidemarkError("LIVE_REFUSED", { what: "There is no account" });
  const [{ instruments, symbols }] = found;
  const currency = (instruments?.[0] ?? (await place.instrument(symbols[0]))).quote;
  const mode = await place.broker.accountMode();
  const balance = (await place.broker.balances()).find((one) => one.currency === currency);
  const equity = balance?.equity ?? "0";
  const phrase = `${mode.accountId} ${cap}`;
  const typed = await options.confirm({ account: mode.accountId, live: place.live, equity, currency, cap, phrase });
  if (typed.trim() !== phrase) {
    throw new TidemarkError("LIVE_REFUSED", {
      what: "The confirmation does not name account and cap",
      fix: `Type "${phrase}" to begin; nothing was sent.`,
    });
  }
  return runSession(context, found, {
    mode: "live",
    feed: place.feed,
    clock: place.clock,
    instrument: place.instrument,
    broker: place.broker,
    balance: decimal(balance?.total ?? "0").toNumber(),
    secrets: place.secrets,
    ...(place.requests === undefined ? {} : { requests: place.requests }),
    // What trades without having passed the gates has nothing that could be taken back.
    terms,
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.launcher === undefined ? {} : { launcher: asked.launcher }),
  });
}

/** The named session, or the only one, or the one that runs. */
async function chosen(config: Config, session: string | undefined): Promise<string> {
  const known = sessionNames(config).filter((name) => !name.startsWith("shadow/"));
  if (session !== undefined) return session;
  const running: string[] = [];
  for (const name of known) {
    if ((await askEngine(join(stateFolder(config), name), { verb: "status" })) !== undefined) running.push(name);
  }
  if (running.length === 1) return running[0];
  if (running.length === 0 && known.length === 1) return known[0];
  throw new TidemarkError("JOURNAL_MISSING", {
    what:
      known.length === 0
        ? "There is no session yet"
        : `Which session is meant: ${(running.length > 1 ? running : known).join(", ")}?`,
    where: stateFolder(config),
    fix: known.length === 0 ? "Start one with `tidemark paper`." : "Name it.",
  });
}

export type Shown<T> = { readonly session: string; readonly running: boolean; readonly result: T };

/** Status of a session: from the engine where one runs, from its journal otherwise. */
export async function sessionStatus(config: Config, given: string | undefined): Promise<Shown<SessionView>> {
  const session = await chosen(config, given);
  const told = await askEngine(join(stateFolder(config), session), { verb: "status" });
  if (told !== undefined) return { session, running: true, result: told as SessionView };
  return { session, running: false, result: { ...sessionView(foldedSession(config, session)), running: false } };
}

export async function sessionOrders(config: Config, given: string | undefined): Promise<Shown<readonly OrderView[]>> {
  const session = await chosen(config, given);
  const told = await askEngine(join(stateFolder(config), session), { verb: "orders" });
  if (told !== undefined) return { session, running: true, result: told as OrderView[] };
  return { session, running: false, result: ordersView(foldedSession(config, session)) };
}

export type Commanded = Shown<SessionView> & {
  /** As the journal knew it right after: a command that takes its time is followed by `sessionCommands`. */
  readonly command: CommandRecord;
};

export type CommandOptions = {
  readonly actor: Actor;
  readonly reason: string;
  /** The same id is carried out once, however often it is sent; a fresh one where absent. */
  readonly id?: string;
};

/**
 * Tells a running engine what to do. Throws ENGINE_NOT_RUNNING where none runs, ENGINE_FAILED where its session has failed,
 * COMMAND_INVALID and COMMAND_CONFLICT; a command that the engine refuses is returned with its code.
 */
export async function commandSession(
  config: Config,
  given: string | undefined,
  order: OrderAsked,
  { actor, reason, id = `c-${freshId()}${freshId()}` }: CommandOptions,
): Promise<Commanded> {
  const checked = checkCommandOrder(order);
  const session = await chosen(config, given);
  const folder = join(stateFolder(config), session);
  const request = { verb: "command", id, by: actor.by, from: actor.from, reason, order: checked } as const;
  const told = (await askEngine(folder, request)) as { command: CommandRecord; view: SessionView } | undefined;
  if (told === undefined) {
    throw new TidemarkError("ENGINE_NOT_RUNNING", {
      what: `No engine runs the session ${session}`,
      where: folder,
      fix: "Protective orders at the venue stand; start the session again to command it.",
    });
  }
  return { session, running: true, result: told.view, command: told.command };
}

/** Commands of a session's last days, newest first, each with its end. */
export async function sessionCommands(
  config: Config,
  given: string | undefined,
): Promise<Shown<readonly CommandRecord[]>> {
  const session = await chosen(config, given);
  const told = await askEngine(join(stateFolder(config), session), { verb: "commands" });
  if (told !== undefined) return { session, running: true, result: told as CommandRecord[] };
  return { session, running: false, result: commandsView(foldedSession(config, session)) };
}

/** Follows what a running session journals; undefined where none runs it. */
export function followSession(
  config: Config,
  session: string,
  options: FollowOptions,
): Promise<EngineStream | undefined> {
  return followEngine(join(stateFolder(config), session), options);
}
