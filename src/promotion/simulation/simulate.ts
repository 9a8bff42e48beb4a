/**
 * @file What the gates let through: strategies of a known worth taken day by day, on a virtual clock, through the gates'
 * and the registry's own code. It shows how much of a gate is luck, and that no way leads around one.
 */
import { type ProgressListener, Random } from "../../core/index.ts";
import { type BettingState, FRESH_BETTING } from "../evidence/betting.ts";
import { Outcome } from "../gates/condition.ts";
import { type GateLook, lookAtGate, lookAtMonth } from "../gates/judge.ts";
import type { ClosedTrade, StageRecord } from "../gates/record.ts";
import { everyDays, type GateSettings, gatesFingerprint } from "../gates/settings.ts";
import { type EventBody, GENESIS, type RegistryEvent } from "../registry/event.ts";
import { RegistryState } from "../registry/state.ts";
import { type GateName, gateAbove, type Stage } from "../stages.ts";
import { drawTrade, type Strategy } from "./strategy.ts";

const DAY_MS = 86_400_000;
const SUBJECT = { version: "1", assetClass: "perpetual" } as const;
const MONTH_DAYS = 30;

export type GatePaths = {
  /** Share of the paths that passed within the days. */
  readonly passed: number;
  /** Of those that passed; null where none did. */
  readonly medianDay: number | null;
};

/** Paths of one strategy through the paper gate alone, looked at every so many days. */
export function passPaperGate(
  strategy: Strategy,
  settings: GateSettings,
  options: { readonly paths: number; readonly days: number; readonly everyDays: number; readonly seed: number },
): GatePaths {
  const passedOn: number[] = [];
  for (let path = 0; path < options.paths; path++) {
    const account = new SimulatedAccount(strategy, new Random(options.seed).fork(`path ${path}`));
    for (let day = 1; day <= options.days; day++) {
      account.live(day);
      if (day % options.everyDays !== 0 || account.trades < settings.paper.trades) continue;
      const look = lookAtGate("paper", { settings, record: account.record(day), evidence: FRESH_BETTING });
      if (look.outcome !== Outcome.pass) continue;
      passedOn.push(day);
      break;
    }
  }
  passedOn.sort((a, b) => a - b);
  return {
    passed: passedOn.length / options.paths,
    medianDay: passedOn[Math.floor((passedOn.length - 1) / 2)] ?? null,
  };
}

export type Journey = {
  /** The highest stage that a path reached, and where it stood at the end. */
  readonly reached: Stage;
  readonly ended: Stage;
  /** Day on which it went live, null where it never did. */
  readonly liveOn: number | null;
  readonly demotions: number;
};

export type JourneyOptions = {
  readonly paths: number;
  readonly days: number;
  readonly seed: number;
  /** From this day on the strategy is worth this Sharpe ratio: sudden damage. */
  readonly damage?: { readonly fromDay: number; readonly sharpe: number };
  readonly onProgress?: ProgressListener;
};

/** Paths from candidate upward and down again, each look and each step through the registry. */
export function simulateJourneys(strategy: Strategy, settings: GateSettings, options: JourneyOptions): Journey[] {
  return Array.from({ length: options.paths }, (_, path) => {
    const journey = simulateJourney(strategy, settings, options, new Random(options.seed).fork(`journey ${path}`));
    options.onProgress?.({ label: "promotion", done: path + 1, total: options.paths, unit: "paths" });
    return journey;
  });
}

function simulateJourney(strategy: Strategy, settings: GateSettings, options: JourneyOptions, random: Random): Journey {
  const registry = new VirtualRegistry(settings);
  registry.take("research", {
    gate: "research",
    outcome: Outcome.pass,
    conditions: [{ name: "promotable", figure: 1, wanted: "yes", outcome: Outcome.pass }],
    evidence: FRESH_BETTING,
  });
  let account = new SimulatedAccount(strategy, random);
  let evidence: BettingState = FRESH_BETTING;
  let began = 0;
  let reached: Stage = "paper";
  let liveOn: number | null = null;
  let demotions = 0;
  const enter = (day: number): void => {
    account = new SimulatedAccount(account.strategy, random, day);
    began = day;
  };
  for (let day = 1; day <= options.days; day++) {
    registry.atMs = day * DAY_MS;
    if (day === options.damage?.fromDay) account.strategy = { ...strategy, sharpe: options.damage.sharpe };
    account.live(day);
    const { stage } = registry;
    if (stage === "live") {
      if ((day - began) % MONTH_DAYS !== 0) continue;
      const look = lookAtMonth({ settings, record: account.record(day), evidence });
      evidence = look.evidence;
      if (look.outcome === Outcome.fail) {
        registry.demote("paper");
        demotions++;
      }
      enter(day);
      continue;
    }
    const above = gateAbove(stage);
    if (above === undefined || (day - began) % Math.max(1, everyDays(settings, above.gate)) !== 0) continue;
    const look = lookAtGate(above.gate, { settings, record: account.record(day), evidence });
    if (!registry.take(above.gate, look)) continue;
    evidence = look.evidence;
    reached = above.to === "live" ? "live" : higher(reached, above.to);
    if (above.to === "live") liveOn ??= day;
    enter(day);
  }
  return { reached, ended: registry.stage, liveOn, demotions };
}

function higher(a: Stage, b: Stage): Stage {
  const order: readonly Stage[] = ["candidate", "paper", "shadow", "canary", "live"];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** The registry's state with a clock that is told, and no file. */
class VirtualRegistry {
  readonly #state = new RegistryState();
  readonly #gates: string;
  #seq = 0;
  atMs = 0;

  constructor(settings: GateSettings) {
    this.#gates = gatesFingerprint(settings);
    this.#apply({ kind: "register", modelHash: "model", recipe: "recipe" });
  }

  get stage(): Stage {
    return this.#state.find(SUBJECT)?.stage ?? "candidate";
  }

  /** Records the look; goes one stage up where it passed. */
  take(gate: GateName, look: GateLook): boolean {
    const { outcome, conditions, evidence } = look;
    const seq = this.#apply({ kind: "look", gate, outcome, conditions, evidence, gates: this.#gates });
    const above = gateAbove(this.stage);
    if (outcome !== Outcome.pass || above === undefined) return false;
    this.#apply({ kind: "promote", from: this.stage, to: above.to, look: seq });
    return true;
  }

  demote(to: Stage): void {
    this.#apply({ kind: "demote", from: this.stage, to, reason: "the month failed" });
  }

  #apply(body: EventBody): number {
    const seq = this.#seq++;
    const event: RegistryEvent = {
      ...SUBJECT,
      ...body,
      seq,
      timeMs: this.atMs,
      actor: "simulation",
      previous: GENESIS,
      hash: "",
    };
    this.#state.apply(event);
    return seq;
  }
}

/** Trades of a strategy, its days and its deepest fall, trade by trade. */
class SimulatedAccount {
  strategy: Strategy;
  readonly #random: Random;
  readonly #fromDay: number;
  readonly #trades: ClosedTrade[] = [];
  readonly #days: number[] = [];
  #equity = 1;
  #peak = 1;
  #drawdown = 0;

  constructor(strategy: Strategy, random: Random, fromDay = 0) {
    this.strategy = strategy;
    this.#random = random;
    this.#fromDay = fromDay;
  }

  get trades(): number {
    return this.#trades.length;
  }

  live(day: number): void {
    const before = this.#equity;
    for (let trade = 0; trade < this.strategy.tradesPerDay; trade++) {
      const r = drawTrade(this.strategy, this.#random);
      this.#equity *= 1 + this.strategy.risk * r;
      this.#peak = Math.max(this.#peak, this.#equity);
      this.#drawdown = Math.max(this.#drawdown, 1 - this.#equity / this.#peak);
      this.#trades.push({ closedMs: day * DAY_MS, r, profit: r, approved: true, costOverModelBps: 0 });
    }
    this.#days.push(this.#equity / before - 1);
  }

  record(day: number): StageRecord {
    return {
      fromMs: this.#fromDay * DAY_MS,
      toMs: day * DAY_MS,
      trades: this.#trades,
      dailyReturns: this.#days,
      drawdown: this.#drawdown,
      replayed: 1,
      replayedEqual: 1,
      errors: 0,
      latencyP99Ms: 1,
    };
  }
}
