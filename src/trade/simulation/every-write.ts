/**
 * @file The crash of every single write. One scripted session, with entries, a reversal, a reduction, stops, lost brackets, partial
 * fills, a dropped stream, commands and funding, is played once for every moment at which its process can die: before a
 * write of the journal is made, after it, and after each effect that follows from it; with the power, which takes what was
 * not flushed, and without. Afterwards nothing may be lost, nothing doubled, and every position has its stop.
 */
import { decimal, exactText, MINUTE_MS, Random, toError, ZERO_TEXT } from "../../core/index.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import type { Target } from "../engine/entries.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { requireAgreement } from "./agreement.ts";
import { NO_FAULTS, type PlantedFault } from "./faults.ts";
import { Scheduler } from "./scheduler.ts";
import { violated } from "./sim-place.ts";
import { SimShell } from "./sim-shell.ts";
import { SimVenue } from "./sim-venue.ts";

/** `at` as a death script has it: 0 before the write, 1 after it, 2 and up after so many less one of its effects. */
export type Death = { readonly write: number; readonly at: number; readonly powerCut: boolean };

export type DeathResult = Death & {
  readonly violation: string | undefined;
  /** Orders whose fate the next process did not know. */
  readonly doubtful: number;
  readonly longestNakedMs: number;
};

const START_MS = Date.UTC(2025, 0, 6);
const SYMBOLS = ["AUSDT", "BUSDT"] as const;
const BAR_MS = 2 * MINUTE_MS;
const BARS = 13;
const QUIET_MS = 4 * MINUTE_MS;
const RESTART_MS = 1_500;
/** What dies later has no time left to show that it recovers. */
const LAST_DEATH_MS = START_MS + BARS * BAR_MS + MINUTE_MS;
/** The next process asks, waits for an attached stop to appear, and places one: seconds, and never the bound of the engine twice. */
const NAKED_BOUND_MS = 2 * ENGINE_DEFAULTS.nakedLimitMs;

const CONFIG: EngineConfig = {
  ...ENGINE_DEFAULTS,
  mode: "live",
  strategies: [{ name: "script", symbols: [...SYMBOLS], barMs: BAR_MS }],
  initialBalance: exactText("100000"),
  currency: "USDT",
  unknownPositions: "adopt",
  limits: { ...ENGINE_DEFAULTS.limits, rapidDecline: 0, dailyLoss: 0, maxDrawdown: 0 },
};

type Want = readonly [symbol: 0 | 1, quantity: string, terms?: Partial<Target>];

/** What is decided at the close of each bar. */
const DECISIONS: Readonly<Record<number, readonly Want[]>> = {
  1: [
    [0, "20", { targetDistance: 0.03 }],
    [1, "-10"],
  ],
  3: [[0, "-15"]],
  4: [[1, "-5"]],
  5: [
    [0, "-25", { trailDistance: 0.015 }],
    [1, "0"],
  ],
  7: [
    [0, "12", { maxBars: 2 }],
    [1, "8"],
  ],
  8: [[1, "16"]],
  10: [[1, "30"]],
  11: [[0, "18"]],
  12: [
    [0, "10"],
    [1, "-6", { targetDistance: 0.05 }],
  ],
};
const LAST_DECISION = 12;

/** Every moment at which the process of the script can die: a session without a death tells them. */
export function deaths(): Death[] {
  const effects: number[] = [];
  const whole = new ScriptedSession((count) => {
    effects.push(count);
    return undefined;
  });
  const { violation } = whole.play();
  if (violation !== undefined) violated(`the script without a death: ${violation}`);
  return effects.flatMap((count, write) =>
    Array.from({ length: count + 2 }, (_, at) => at).flatMap((at) =>
      [false, true].map((powerCut) => ({ write, at, powerCut })),
    ),
  );
}

/** Plays the script with one death. Never throws: what broke is in the result. */
export function dieAt(death: Death, planted?: PlantedFault): DeathResult {
  let write = 0;
  const dies = (): number | undefined => (write++ === death.write ? death.at : undefined);
  return { ...death, ...new ScriptedSession(dies, death.powerCut, planted).play() };
}

class ScriptedSession {
  readonly #time = new Scheduler(START_MS);
  readonly #journal = new MemoryJournal();
  readonly #venue: SimVenue;
  readonly #shell: SimShell;
  /** Between these a position may be: what was held when it was last decided, what was decided, and nothing. */
  readonly #range = new Map<string, readonly [least: number, most: number]>();
  #diedMs = Number.POSITIVE_INFINITY;
  #doubtful = 0;
  #longestNakedMs = 0;

  constructor(dies: (effects: number) => number | undefined, powerCut = false, planted?: PlantedFault) {
    const random = new Random(11);
    this.#venue = new SimVenue(SYMBOLS, "100000", random.fork("venue"), (event) => this.#shell.stream(event));
    this.#shell = new SimShell({
      time: this.#time,
      random: random.fork("network"),
      journal: this.#journal,
      venue: this.#venue,
      config: CONFIG,
      faults: NO_FAULTS,
      planted,
      counts: {},
      script: {
        dies: (effects) => {
          if (this.#time.nowMs > LAST_DEATH_MS) return undefined;
          const at = dies(effects);
          if (at !== undefined) this.#diedMs = this.#time.nowMs;
          return at;
        },
        powerCut,
        restartMs: RESTART_MS,
      },
      sending: () => {},
      check: () => this.#check(),
    });
  }

  play(): Omit<DeathResult, keyof Death> {
    let violation: string | undefined;
    try {
      this.#plan();
      this.#shell.start();
      this.#time.runUntil(START_MS + BARS * BAR_MS + QUIET_MS);
      this.#checkEnd();
    } catch (thrown) {
      violation = toError(thrown).message;
    }
    return { violation, doubtful: this.#doubtful, longestNakedMs: this.#longestNakedMs };
  }

  #plan(): void {
    for (let bar = 1; bar <= BARS; bar++) this.#time.at(START_MS + bar * BAR_MS, () => this.#close(bar));
    const at = (bar: number, ms: number, run: () => void): void => this.#time.at(START_MS + bar * BAR_MS + ms, run);
    const { knobs } = this.#venue;
    at(4, 60_000, () => this.#venue.fund("0.0001", this.#time.nowMs));
    // The attached stop of one entry gets lost, one order fills in part, and one stop is met.
    at(4, 90_000, () => Object.assign(knobs, { lostBracket: 1 }));
    at(5, 60_000, () => Object.assign(knobs, { lostBracket: 0 }));
    at(6, 30_000, () => this.#venue.move(SYMBOLS[0], 400, this.#time.nowMs));
    at(6, 90_000, () => Object.assign(knobs, { partialFill: 1, lostBracket: 1 }));
    at(7, 60_000, () => Object.assign(knobs, { partialFill: 0, lostBracket: 0 }));
    at(8, 20_000, () => this.#shell.disconnect());
    at(8, 40_000, () => this.#shell.connect());
    at(9, 60_000, () => this.#command("close-only"));
    at(10, 60_000, () => this.#command("resume"));
    at(11, 50_000, () => this.#command("flatten"));
    at(11, 90_000, () => this.#command("resume"));
    // A person repeats a command that met no living process.
    at(11, 100_000, () => this.#command("resume"));
  }

  #command(command: "close-only" | "resume" | "flatten"): void {
    this.#shell.input({ kind: "command", command, by: "test", reason: "scripted" });
  }

  #close(bar: number): void {
    const { nowMs } = this.#time;
    for (const [i, symbol] of SYMBOLS.entries()) this.#venue.move(symbol, bar % 2 === i ? 1 : -1, nowMs);
    const rows = SYMBOLS.map((symbol) => {
      const last = Number(this.#venue.quote(symbol, nowMs).last);
      return [last, last, last, last, 1, 0];
    });
    this.#shell.input({ kind: "row", strategy: "script", openMs: nowMs - BAR_MS, rows, late: false });
    const wants = DECISIONS[bar] ?? [];
    if (wants.length === 0) return;
    for (const [symbol, quantity] of wants) {
      const levels = [0, Number(this.#venue.held(SYMBOLS[symbol])), Number(quantity)];
      this.#range.set(SYMBOLS[symbol], [Math.min(...levels), Math.max(...levels)]);
    }
    const targets = wants.map(
      ([symbol, quantity, terms]): Target => ({
        symbol: SYMBOLS[symbol],
        lots: Math.round(Number(quantity) * 1_000),
        quantity: exactText(quantity),
        stopDistance: 0.02,
        targetDistance: 0,
        trailDistance: 0,
        maxBars: 0,
        urgency: 1,
        ...terms,
      }),
    );
    this.#shell.input({ kind: "decision", strategy: "script", closeMs: nowMs, targets });
  }

  /** After every input that a living process has handled. */
  #check(): void {
    const { state } = this.#shell.engine;
    if (this.#doubtful === 0 && this.#time.nowMs > this.#diedMs) {
      this.#doubtful = state.live.filter((id) => state.orders[id].life === "unknown").length;
    }
    for (const [id, order] of this.#venue.orders) {
      const known = state.orders[id];
      if (known === undefined) violated(`${id} at the venue has an intent in the journal`);
      if (known.request.quantity !== order.quantity && !order.reduceOnly)
        violated(`${id} has the quantity of its intent`);
    }
    for (const [symbol, [least, most]] of this.#range) {
      const held = this.#venue.held(symbol);
      if (held.lt(least) || held.gt(most))
        violated(`${symbol} holds between ${least} and ${most}, what was decided, and holds ${held.toFixed()}`);
    }
    for (const [symbol, since] of this.#venue.nakedMs) {
      const ms = this.#shell.linked ? this.#time.nowMs - Math.max(since, this.#shell.troubledMs) : 0;
      this.#longestNakedMs = Math.max(this.#longestNakedMs, ms);
      if (ms > NAKED_BOUND_MS) violated(`${symbol} is protected within ${NAKED_BOUND_MS} ms, was naked for ${ms} ms`);
    }
  }

  #checkEnd(): void {
    const { state } = this.#shell.engine;
    if (!this.#shell.alive) violated("the session runs at the end");
    if (this.#time.nowMs - state.reconcile.lastMs > 2 * MINUTE_MS)
      violated("journal and venue are compared every minute");
    requireAgreement(state, this.#venue, this.#journal, SYMBOLS);
    for (const symbol of SYMBOLS) {
      const position = state.positions[symbol];
      if (position === undefined) continue;
      const { stopPrice } = this.#venue.snapshot("", this.#time.nowMs).positions.find((p) => p.symbol === symbol) ?? {};
      if (stopPrice === undefined) violated(`${symbol} has its stop at the end`);
      if (stopPrice !== position.venue.stopPrice) violated(`the stop of ${symbol} is known at the end`);
      // Two hundredths from its entry, on the grid.
      const distance = decimal(stopPrice).div(decimal(position.cost).div(position.quantity)).minus(1).abs();
      if (distance.minus("0.02").abs().gt("0.001")) violated(`the stop of ${symbol} is where it was decided`);
    }
    // A death before the last decision takes nothing of it: what is held is what was decided.
    if (this.#diedMs > START_MS + LAST_DECISION * BAR_MS - 2 * RESTART_MS && this.#diedMs !== Number.POSITIVE_INFINITY)
      return;
    for (const [symbol, quantity] of DECISIONS[LAST_DECISION]) {
      const held = state.positions[SYMBOLS[symbol]]?.quantity ?? ZERO_TEXT;
      if (held !== quantity) violated(`${SYMBOLS[symbol]} holds ${quantity} at the end, holds ${held}`);
    }
  }
}
