/**
 * @file A trading day in virtual time from one seed: engine, journal, venue and network in one process. A strategy that wants
 * anything at any time trades against every fault there is; what must hold is checked after every input, and when all is
 * quiet at the end journal and venue must agree to the last digit.
 */
import { DAY_MS, decimal, exactText, HOUR_MS, MINUTE_MS, Random, stepsText, toError } from "../../core/index.ts";
import type { OrderRequest } from "../broker.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import type { Target } from "../engine/entries.ts";
import { statusOf } from "../engine/state.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { requireAgreement } from "./agreement.ts";
import { DAY_FAULTS, type FaultRates, NO_FAULTS, type PlantedFault } from "./faults.ts";
import { Scheduler } from "./scheduler.ts";
import { LOT_STEP, type SimPlace, violated } from "./sim-place.ts";
import { type ShellWorld, SimShell } from "./sim-shell.ts";
import { SimSpotVenue } from "./sim-spot-venue.ts";
import { SimVenue } from "./sim-venue.ts";

export type DayOptions = {
  readonly seed: number;
  readonly faults?: FaultRates;
  readonly planted?: PlantedFault;
  readonly symbols?: number;
  readonly barMs?: number;
  /** Contracts on margin, or coins with stops and targets that are orders of their own. Default: linear. */
  readonly market?: "linear" | "spot";
};

export type DayResult = {
  readonly seed: number;
  /** Undefined where every promise held. */
  readonly violation: string | undefined;
  readonly orders: number;
  readonly executions: number;
  readonly records: number;
  /** Longest time that a position had no stop while the engine lived and was connected, ms. */
  readonly longestNakedMs: number;
  /** Faults that were injected, by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** The chain over the journal: equal seeds have equal ones. */
  readonly hash: string;
};

const START_MS = Date.UTC(2025, 0, 6);
const BALANCE = "100000";
const CAP = 60_000;
/** A position that the stream did not tell of is found by the next reconciliation, or the one after it. */
const NAKED_BOUND_MS = 200_000;
const QUIET_MS = 10 * MINUTE_MS;

function dayConfig(symbols: readonly string[], barMs: number): EngineConfig {
  return {
    ...ENGINE_DEFAULTS,
    mode: "live",
    strategies: [{ name: "sim", symbols, barMs }],
    initialBalance: exactText(BALANCE),
    currency: "USDT",
    unknownPositions: "adopt",
    limits: { ...ENGINE_DEFAULTS.limits, rapidDecline: 0.5, dailyLoss: 0.5, maxDrawdown: 0.6, maxRejects: 40 },
    caps: { ...ENGINE_DEFAULTS.caps, maxTotalNotional: CAP, maxPositionNotional: CAP / 2 },
  };
}

/** Plays one day. Never throws: what broke is in the result. */
export function simulateDay(options: DayOptions): DayResult {
  const day = new SimulatedDay(options);
  let violation: string | undefined;
  try {
    day.play();
  } catch (thrown) {
    violation = toError(thrown).message;
  }
  return day.result(violation);
}

class SimulatedDay {
  readonly #options: DayOptions;
  readonly #random: Random;
  readonly #time = new Scheduler(START_MS);
  readonly #journal = new MemoryJournal();
  readonly #venue: SimPlace;
  readonly #world: ShellWorld;
  readonly #shell: SimShell;
  readonly #symbols: readonly string[];
  readonly #barMs: number;
  /** Since when stops or targets have waited without a holding, by symbol. */
  readonly #looseMs = new Map<string, number>();
  #longestNakedMs = 0;
  #haltedMs = Number.POSITIVE_INFINITY;
  #orderedHaltMs = Number.POSITIVE_INFINITY;
  #checkedOrders = 0;

  constructor(options: DayOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#barMs = options.barMs ?? 15 * MINUTE_MS;
    this.#symbols = Array.from({ length: options.symbols ?? 2 }, (_, i) => `S${i}USDT`);
    const faults = options.faults ?? DAY_FAULTS;
    const Venue = options.market === "spot" ? SimSpotVenue : SimVenue;
    this.#venue = new Venue(this.#symbols, BALANCE, this.#random.fork("venue"), (event) => this.#shell.stream(event));
    this.#venue.onCovered = (since) => this.#countNaked(since);
    Object.assign(this.#venue.knobs, {
      lostBracket: faults.lostBracket,
      partialFill: faults.partialFill,
      refusal: faults.refusal,
    });
    this.#world = {
      time: this.#time,
      random: this.#random.fork("network"),
      journal: this.#journal,
      venue: this.#venue,
      config: dayConfig(this.#symbols, this.#barMs),
      faults,
      planted: options.planted,
      counts: {},
      sending: (request) => this.#checkCap(request),
      check: () => this.#check(),
    };
    this.#shell = new SimShell(this.#world);
  }

  play(): void {
    const end = START_MS + DAY_MS;
    this.#shell.start();
    // It stands still before the comparison: a stop that it meets in the last instant is on its way to the journal.
    this.#planMarket(end + QUIET_MS - 3 * MINUTE_MS);
    this.#planDecisions(end);
    this.#planTrouble(end);
    this.#time.runUntil(end);
    this.#world.faults = NO_FAULTS;
    if (!this.#shell.linked) this.#time.after(1_000, () => this.#shell.connect());
    this.#time.runUntil(end + QUIET_MS);
    this.#compare();
  }

  #planMarket(end: number): void {
    const random = this.#random.fork("market");
    const minute = (): void => {
      for (const symbol of this.#symbols) {
        const size = random.uniform() < 0.01 ? 60 : 6;
        this.#venue.move(symbol, Math.round(random.normal() * size), this.#time.nowMs);
      }
      if (this.#time.nowMs % (8 * HOUR_MS) === 0) this.#venue.fund("0.0001", this.#time.nowMs);
      this.#checkNaked();
      if (this.#time.nowMs < end) this.#time.after(MINUTE_MS, minute);
    };
    this.#time.after(MINUTE_MS, minute);
  }

  #planDecisions(end: number): void {
    const random = this.#random.fork("strategy");
    const bar = (): void => {
      const closeMs = this.#time.nowMs;
      const rows = this.#symbols.map((symbol) => {
        const last = Number(this.#venue.quote(symbol, closeMs).last);
        return [last, last, last, last, 1, 0];
      });
      this.#shell.input({ kind: "row", strategy: "sim", openMs: closeMs - this.#barMs, rows, late: false });
      const targets = this.#symbols.flatMap((symbol): Target[] => {
        if (random.uniform() < 0.4) return [];
        const signed = random.uniform() < 0.3 ? 0 : Math.round((random.uniform() - 0.5) * 80_000);
        const lots = this.#options.market === "spot" ? Math.abs(signed) : signed;
        return [
          {
            symbol,
            lots,
            quantity: exactText(stepsText(lots, "0.001")),
            stopDistance: 0.004 + random.uniform() * 0.02,
            targetDistance: random.uniform() < 0.5 ? 0.01 : 0,
            trailDistance: random.uniform() < 0.2 ? 0.01 : 0,
            maxBars: random.uniform() < 0.1 ? 3 : 0,
            urgency: 1,
          },
        ];
      });
      if (targets.length > 0) this.#shell.input({ kind: "decision", strategy: "sim", closeMs, targets });
      if (closeMs + this.#barMs < end) this.#time.after(this.#barMs, bar);
    };
    this.#time.after(this.#barMs, bar);
  }

  #planTrouble(end: number): void {
    const random = this.#random.fork("trouble");
    const span = end - START_MS;
    for (let i = 0; i < this.#world.faults.disconnects; i++) {
      const atMs = START_MS + random.below(span);
      const lastsMs = 1_000 + random.below(90_000);
      this.#time.at(atMs, () => this.#shell.disconnect());
      this.#time.at(atMs + lastsMs, () => this.#shell.connect());
    }
    for (let i = 0; i < this.#world.faults.commands; i++) {
      const atMs = START_MS + random.below(span - HOUR_MS);
      const command = (["halt", "close-only", "flatten"] as const)[random.below(3)];
      this.#time.at(atMs, () => this.#command(command));
      this.#time.at(atMs + 20 * MINUTE_MS, () => this.#command("resume"));
    }
  }

  #command(command: "halt" | "close-only" | "flatten" | "resume"): void {
    const { planted } = this.#world;
    if (planted !== "halt-ignored") {
      this.#shell.input({ kind: "command", command, by: "test", reason: "simulated" });
    }
    // A process that died over it has not confirmed it; whether it took effect is open.
    if (command === "resume") this.#orderedHaltMs = Number.POSITIVE_INFINITY;
    else if (this.#shell.alive) this.#orderedHaltMs = Math.min(this.#orderedHaltMs, this.#time.nowMs);
  }

  /** After every input that a living process has handled. */
  #check(): void {
    const { state } = this.#shell.engine;
    const isHalted = statusOf(state) === "halted";
    if (!isHalted) this.#haltedMs = Number.POSITIVE_INFINITY;
    else if (this.#haltedMs === Number.POSITIVE_INFINITY) this.#haltedMs = this.#time.nowMs;
    if (this.#venue.orders.size !== this.#checkedOrders) this.#checkOrders();
  }

  /** Every order at the venue has its intent in the journal, with a quote, and was not sent while trading was halted. */
  #checkOrders(): void {
    const { state } = this.#shell.engine;
    const orders = [...this.#venue.orders.values()];
    for (const order of orders.slice(this.#checkedOrders)) {
      const known = state.orders[order.clientOrderId];
      if (known === undefined) violated(`${order.clientOrderId} at the venue has an intent in the journal`);
      if (known.quote === "") violated(`${order.clientOrderId} was sent on a quote`);
      if (known.request.quantity !== order.quantity && !order.reduceOnly) {
        violated(`${order.clientOrderId} has the quantity of its intent`);
      }
      if (!order.reduceOnly && known.intendedMs > Math.min(this.#haltedMs, this.#orderedHaltMs))
        violated("nothing is opened while trading is halted");
    }
    this.#checkedOrders = orders.length;
  }

  /** The market may move what is held beyond the cap; no order may. */
  #checkCap(request: OrderRequest): void {
    if (request.reduceOnly) return;
    let notional = decimal(request.quantity).mul(this.#venue.quote(request.symbol, 0).last);
    for (const symbol of this.#symbols) {
      notional = notional.plus(this.#venue.held(symbol).abs().mul(this.#venue.quote(symbol, 0).last));
    }
    if (notional.gt(CAP * 1.01))
      violated(`an order keeps positions of ${notional.toFixed(0)} within the cap of ${CAP}`);
  }

  #checkNaked(): void {
    for (const [symbol, since] of this.#venue.nakedMs) {
      const ms = this.#countNaked(since);
      if (ms > NAKED_BOUND_MS) violated(`${symbol} is protected within its bound, was naked for ${ms} ms`);
    }
    for (const symbol of this.#symbols) this.#checkLoose(symbol);
    for (const [id, { life }] of Object.entries(this.#shell.engine.state.orders)) {
      if (life !== "rejected" && life !== "absent") continue;
      const theirs = this.#venue.orders.get(id)?.status;
      // A stop that is met where there are not coins enough is rejected by the venue itself.
      if (theirs !== undefined && theirs !== life) violated(`${id} is taken for ${life}, and the venue has it`);
    }
  }

  /** A stop or target of coins that are sold already could sell those that are bought next. */
  #checkLoose(symbol: string): void {
    const isLoose = this.#venue.held(symbol).lt(LOT_STEP) && this.#venue.waiting(symbol).length > 0;
    const since = this.#looseMs.get(symbol);
    if (!isLoose) this.#looseMs.delete(symbol);
    else if (since === undefined) this.#looseMs.set(symbol, this.#time.nowMs);
    else if (this.#countTime(since) > NAKED_BOUND_MS)
      violated(`a stop or target of ${symbol} ends with its holding, and waits without one`);
  }

  /** Only while the process lives and is connected can it do anything about it. */
  #countTime(sinceMs: number): number {
    if (!this.#shell.alive || !this.#shell.linked) return 0;
    return this.#time.nowMs - Math.max(sinceMs, this.#shell.troubledMs);
  }

  #countNaked(sinceMs: number): number {
    const ms = this.#countTime(sinceMs);
    this.#longestNakedMs = Math.max(this.#longestNakedMs, ms);
    return ms;
  }

  /** All is quiet: what the journal says and what the venue says is the same. */
  #compare(): void {
    const { state } = this.#shell.engine;
    if (this.#time.nowMs - state.reconcile.lastMs > 2 * MINUTE_MS)
      violated("journal and venue are compared every minute");
    requireAgreement(state, this.#venue, this.#journal, this.#symbols);
  }

  result(violation: string | undefined): DayResult {
    return {
      seed: this.#options.seed,
      violation,
      orders: this.#venue.orders.size,
      executions: this.#venue.executions.length,
      records: this.#journal.lastSeq,
      longestNakedMs: this.#longestNakedMs,
      counts: this.#world.counts,
      hash: this.#journal.head(),
    };
  }
}
