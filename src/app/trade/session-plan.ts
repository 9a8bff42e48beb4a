/** @file What a session is before it runs: its name, its strategies, its settings, and what its journal says of them. */
import { decimal, sha256Hex, TidemarkError, timeframeMs } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { TradingTerms } from "../../promotion/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { ALL_ROWS, type EngineConfig, type Entry, type Journal, type TradeMode } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import type { Candidate, MemberSpec, SessionMember } from "./members.ts";
import { engineConfig, paperExchange } from "./settings.ts";

/** Longer names are cut: a socket's path has little room. */
const LONGEST_NAME = 48;

/** The one's own name, or the names of all. */
export function sessionName(members: readonly Pick<Candidate, "name">[], given: string | undefined): string {
  if (given !== undefined) {
    if (/^\w[\w.+-]{0,63}$/.test(given)) return given;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${given}" can't be the name of a session`,
      where: "--name",
      fix: "Use at most 64 letters, digits, dots, dashes and underscores.",
    });
  }
  const all = members.map(({ name }) => name).join("+");
  if (members.length === 1 || all.length <= LONGEST_NAME) return all;
  return `${members[0].name}+${members.length - 1}-${sha256Hex(all).slice(0, 8)}`;
}

/** Strategies as the engine knows them; the rows of several have a name of their own. */
export function strategiesOf(
  members: readonly Pick<SessionMember, "name" | "instruments" | "timeframe" | "what">[],
): Pick<EngineConfig, "strategies" | "rows"> {
  const strategies = members.map(({ name, instruments, timeframe, what }) => ({
    name,
    symbols: instruments.map(({ symbol }) => symbol),
    barMs: timeframeMs(timeframe),
    model: what,
  }));
  return strategies.length === 1 ? { strategies } : { strategies, rows: ALL_ROWS };
}

/** The rules under which the account's fills are made: on paper harsh ones, unless the configuration says otherwise. */
export function accountExchange(
  context: AppContext,
  config: Config,
  mode: TradeMode,
  members: readonly SessionMember[],
): ExchangeConfig {
  const [first, ...others] = members.map(({ decision }) => decision.exchange);
  const differ = new Set(
    others.flatMap((own) =>
      Object.entries(own).flatMap(([key, value]) =>
        JSON.stringify(value) === JSON.stringify(first[key as keyof ExchangeConfig]) ? [] : [key],
      ),
    ),
  );
  if (differ.size > 0) {
    context.warn(
      `${members[0].name} and the others differ in [exchange] ${[...differ].join(", ")}: its own hold for all.`,
    );
  }
  return mode === "paper" ? paperExchange(config, first) : first;
}

/** A stage's own bound on what one position may lose, where it is the narrower one; of several the narrowest. */
function underTerms(settings: EngineConfig, terms: readonly TradingTerms[]): EngineConfig {
  const bounds = [settings.caps.maxOrderLoss, ...terms.map((own) => own.maxOrderLoss ?? 0)].filter((most) => most > 0);
  if (bounds.length === 0) return settings;
  return { ...settings, caps: { ...settings.caps, maxOrderLoss: Math.min(...bounds) } };
}

export type Plan = {
  readonly mode: TradeMode;
  readonly strategies: Pick<EngineConfig, "strategies" | "rows">;
  readonly currency: string;
  readonly balance: number;
  /** How much faster than this machine the market runs. */
  readonly pace: number;
  readonly terms: readonly TradingTerms[];
  /** Of the account's fills. */
  readonly exchange: ExchangeConfig;
};

export function settingsOf(config: Config, plan: Plan): EngineConfig {
  const { mode, strategies, currency, balance, pace, terms, exchange } = plan;
  const { breakEvenDistance: distance, profitLockShare: lockShare } = exchange;
  const settings = engineConfig(config, mode, strategies, currency, balance, pace);
  return underTerms(distance > 0 ? { ...settings, breakEven: { distance, lockShare } } : settings, terms);
}

/** What decides, as the journal keeps it; sessions of one model are as they always were. */
export function specOf(members: readonly SessionMember[], exchange: ExchangeConfig): Record<string, unknown> {
  const kept = members.map(({ name, spec, decision }) => ({ name, spec, decision }));
  const [{ spec, decision }] = members;
  const alone = members.length === 1 && spec.kind === "model" ? { fingerprint: spec.fingerprint } : {};
  return {
    model: members.map(({ what }) => what).join(", "),
    ...alone,
    decision: { ...decision, exchange },
    members: kept,
  };
}

/** One of a past session: what it was and under which rules it decided. */
export type PastMember = { readonly name: string; readonly spec: MemberSpec; readonly decision: DecisionConfig };

export type PastSession = {
  readonly seed: number;
  readonly config: EngineConfig;
  readonly exchange: ExchangeConfig;
  readonly balance: number;
  readonly members: readonly PastMember[];
  readonly instruments: Extract<Entry, { kind: "session" }>["instruments"];
  /** Of a shadow: the session that it ran beside. */
  readonly beside: string | undefined;
};

/** How a journal says that its session was begun. Throws JOURNAL_MISSING where it does not say what decided. */
export function pastSession(journal: Pick<Journal, "read">, session: string): PastSession {
  for (const { entry } of journal.read(0)) {
    if (entry.kind !== "session") continue;
    const { model, fingerprint, decision: given, members, beside } = entry.strategySpec;
    const decision = given as DecisionConfig | undefined;
    if (typeof model !== "string" || decision === undefined) break;
    // Sessions of one model, from before there were others.
    const spec: MemberSpec = { kind: "model", model, ...(typeof fingerprint === "string" ? { fingerprint } : {}) };
    return {
      seed: entry.seed,
      config: entry.config,
      exchange: decision.exchange,
      balance: decimal(entry.config.initialBalance).toNumber(),
      members: (members as PastMember[] | undefined) ?? [{ name: entry.config.strategies[0].name, spec, decision }],
      instruments: entry.instruments,
      beside: typeof beside === "string" ? beside : undefined,
    };
  }
  throw new TidemarkError("JOURNAL_MISSING", {
    what: "The journal does not say what decided",
    where: session,
    fix: "Sessions and replays of this version do: run it again.",
  });
}

function told(all: EngineConfig["strategies"]): string {
  return all.map(({ name, symbols }) => `${name} (${symbols.join(", ")})`).join(", ");
}

/** How a journal says that its session was begun; undefined where it has none yet. */
export function begunSession(journal: Pick<Journal, "read">, session: string): PastSession | undefined {
  for (const { entry } of journal.read(0)) if (entry.kind === "session") return pastSession(journal, session);
  return undefined;
}

/** What an account's fills are made by stays as it was begun: the fills of the past have to come out again. */
export function keptExchange(context: AppContext, past: ExchangeConfig, now: ExchangeConfig): ExchangeConfig {
  const keys = Object.keys(now) as Array<keyof ExchangeConfig>;
  const changed = keys.filter((key) => JSON.stringify(past[key]) !== JSON.stringify(now[key]));
  if (changed.length > 0) {
    context.warn(
      `the session keeps the rules of fills that it was begun with: ${changed.join(", ")} would be others now.`,
    );
  }
  return past;
}

/** Throws SESSION_MIX where a session is to go on with other strategies than it was begun with. */
export function requireSameStrategies(
  journal: Pick<Journal, "read" | "lastSeq">,
  session: string,
  { strategies }: Pick<EngineConfig, "strategies">,
): void {
  if (journal.lastSeq === 0) return;
  for (const { entry } of journal.read(0)) {
    if (entry.kind !== "session") continue;
    const [before, now] = [told(entry.config.strategies), told(strategies)];
    if (before === now) return;
    throw new TidemarkError("SESSION_MIX", {
      what: `The session was begun with ${before}, and would go on with ${now}`,
      where: session,
      fix: "Begin another one with --name, or give the same strategies in the same order.",
    });
  }
}
