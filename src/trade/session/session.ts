/**
 * @file The engine's shell: everything that happens becomes an input, is handled, journaled, and only then acted on. Inputs
 * are handled one after the other, whoever brings them. Where the journal can't be written nothing is acted on any more.
 */
import { type Clock, canonicalJson, HOUR_MS, TidemarkError, toError } from "../../core/index.ts";
import type { Broker, UnknownOutcome } from "../broker.ts";
import type { Actor, CommandOrder, CommandRecord } from "../engine/command.ts";
import { type Effect, type Entry, type Input, isDurable } from "../engine/entries.ts";
import type { Engine } from "../engine/machine.ts";
import type { Quote } from "../feed.ts";
import type { Journal } from "../journal/record.ts";

export type SessionParts = {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly broker: Broker;
  readonly clock: Clock;
  /** Sees every entry once it is in the journal, before anything follows from it: desks. */
  readonly onEntry: (entry: Entry, atMs: number) => void;
  /** Sees the same entries in the same order once what follows from them has left: logs, metrics, notices. */
  readonly onTold?: (entry: Entry, atMs: number) => void;
  readonly onNotify: (code: string, text: string) => void;
  /** The journal can't be written, or the engine broke a promise: nothing is done any more. */
  readonly onFailure: (error: Error) => void;
  /** Whether timers run by themselves; in a replay they are run by hand. */
  readonly timers: boolean;
};

/** A quote that is at most this much older than the newest is not renewed for an input. */
const RENEW_QUOTE_MS = 250;
/** Inputs on which nothing is done, or cannot be yet. */
const LEAVES_QUOTES: ReadonlySet<Input["kind"]> = new Set([
  "session",
  "rules",
  "closed",
  "compacted",
  "history",
  "archived",
]);
const SNAPSHOT_EVERY_MS = HOUR_MS;

export class TradeSession {
  readonly engine: Engine;
  readonly #parts: SessionParts;
  readonly #quotes = new Map<string, Quote>();
  readonly #queue: Input[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #busy = false;
  #failure: Error | undefined;
  #timer: AbortController | undefined;
  #armedMs = Number.POSITIVE_INFINITY;
  #snapshotMs: number;
  /** Entries that nobody was told of yet. */
  #untold: Array<readonly [entry: Entry, atMs: number]> = [];
  #telling: NodeJS.Immediate | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.engine = parts.engine;
    // Of the journal and not of this process: one that is killed again and again keeps its snapshots young all the same.
    this.#snapshotMs = parts.journal.snapshot()?.atMs ?? 0;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The newest quote; it goes to the journal when something is done on it. */
  quote(quote: Quote): void {
    const known = this.#quotes.get(quote.symbol);
    if (known === undefined || quote.timeMs >= known.timeMs) this.#quotes.set(quote.symbol, quote);
  }

  newestQuote(symbol: string): Quote | undefined {
    return this.#quotes.get(symbol);
  }

  deliver(input: Input): void {
    this.#queue.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#process(next);
    } catch (thrown) {
      this.#fail(toError(thrown));
    } finally {
      this.#busy = false;
    }
    this.#arm();
  }

  /**
   * Gives a command and returns what the journal knows of it then. An id that was given before is not carried out again.
   * Throws ENGINE_FAILED where the session takes nothing any more, COMMAND_CONFLICT where the id belongs to another command.
   */
  command(order: CommandOrder, { id, by, from, reason }: Actor & { id: string; reason: string }): CommandRecord {
    const { commands } = this.engine.state;
    const known = commands[id] as CommandRecord | undefined;
    if (known !== undefined) {
      // What a reload brings is read when it is given: sent again, it is the same command.
      const isReload = known.order.command === "reload" && order.command === "reload";
      if (isReload || canonicalJson(known.order) === canonicalJson(order)) return { ...known };
      throw new TidemarkError("COMMAND_CONFLICT", {
        what: `The id ${id} belongs to another command (${known.order.command})`,
        fix: "Give each command an id of its own.",
      });
    }
    this.#requireWhole();
    this.deliver({ kind: "command", id, by, from, reason, ...order });
    this.#requireWhole();
    return { ...commands[id] };
  }

  #requireWhole(): void {
    if (this.#failure === undefined) return;
    throw new TidemarkError("ENGINE_FAILED", {
      what: `The session has failed and takes no command: ${this.#failure.message}`,
      fix: "Protective orders at the venue stand. Mend the cause and start the session again.",
    });
  }

  /** Resolves when nothing is under way to the broker. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Runs every timer that is due by `untilMs`, in their order, and what they begin. For a clock that is moved by hand. */
  async runTimers(untilMs: number): Promise<void> {
    for (let next = this.engine.nextTimer(); next !== undefined && next.dueMs <= untilMs; ) {
      this.deliver({ kind: "timer", id: next.id });
      await this.idle();
      if (this.#failure !== undefined) return;
      next = this.engine.nextTimer();
    }
  }

  /** Ends timers. What is under way to the broker still comes in, and is journaled. */
  stop(reason: string): void {
    this.#timer?.abort();
    if (this.#failure === undefined) this.deliver({ kind: "stopped", reason });
    this.#timer?.abort();
    this.#writeSnapshot();
    this.tellAll();
  }

  #process(input: Input): void {
    if (this.#failure !== undefined) return;
    this.#handle(LEAVES_QUOTES.has(input.kind) ? [input] : [...this.#renewedQuotes(input), input]);
  }

  /** Quotes that the journal does not know yet, and that the input may be acted on by. */
  #renewedQuotes(input: Input): Input[] {
    const { state } = this.engine;
    const renewed: Input[] = [];
    const symbols = input.kind === "decision" ? input.targets.map(({ symbol }) => symbol) : [];
    for (const symbol of new Set([...symbols, ...this.engine.symbolsInPlay()])) {
      const newest = this.#quotes.get(symbol);
      const known = state.quotes[symbol] as Quote | undefined;
      if (newest === undefined || (known !== undefined && newest.timeMs - known.timeMs < RENEW_QUOTE_MS)) continue;
      renewed.push({ kind: "quote", quote: newest });
    }
    return renewed;
  }

  /** Inputs that came at one instant: one write of the journal, and one flush, for all of them. */
  #handle(inputs: readonly Input[]): void {
    const { journal, clock, onEntry } = this.#parts;
    // A paced clock tells parts of a millisecond.
    const nowMs = Math.floor(clock.nowMs());
    const entries: Entry[] = [];
    const effects: Effect[] = [];
    for (const input of inputs) {
      const handled = this.engine.handle(input, nowMs);
      entries.push(...handled.entries);
      effects.push(...handled.effects);
    }
    journal.append(entries, nowMs, entries.some(isDurable));
    for (const entry of entries) onEntry(entry, nowMs);
    this.#tellLater(entries, nowMs);
    for (const effect of effects) this.#carryOut(effect);
    if (nowMs - this.#snapshotMs >= SNAPSHOT_EVERY_MS) this.#writeSnapshot();
  }

  #tellLater(entries: readonly Entry[], atMs: number): void {
    if (this.#parts.onTold === undefined) return;
    for (const entry of entries) this.#untold.push([entry, atMs]);
    // After the microtasks in which requests are signed and sent.
    this.#telling ??= setImmediate(() => this.tellAll());
  }

  /** Tells what nobody was told of yet, before those who are told are closed. */
  tellAll(): void {
    clearImmediate(this.#telling);
    this.#telling = undefined;
    const untold = this.#untold;
    this.#untold = [];
    try {
      for (const [entry, atMs] of untold) this.#parts.onTold?.(entry, atMs);
    } catch (thrown) {
      this.#fail(toError(thrown));
    }
  }

  #writeSnapshot(): void {
    if (this.#failure !== undefined) return;
    const { state } = this.engine;
    this.#snapshotMs = Math.floor(this.#parts.clock.nowMs());
    // In its own order: what goes over orders and positions goes on as it would have without a restart.
    this.#parts.journal.writeSnapshot(JSON.stringify(state), state.seq, this.#snapshotMs);
  }

  #carryOut(effect: Effect): void {
    const { broker } = this.#parts;
    switch (effect.do) {
      case "submit": {
        const { clientOrderId } = effect.request;
        return this.#ask(
          () => broker.submit(effect.request),
          (outcome) => ({ kind: "submitted", clientOrderId, outcome }),
          (failed) => ({ kind: "submitted", clientOrderId, outcome: unknown(failed) }),
        );
      }
      case "cancel":
        return this.#ask(
          () => broker.cancel(effect.request),
          (outcome) => ({ kind: "cancelled", request: effect.request, outcome }),
          (failed) => ({ kind: "cancelled", request: effect.request, outcome: unknown(failed) }),
        );
      case "protect":
        return this.#ask(
          () => broker.protect(effect.request),
          (outcome) => ({ kind: "protected", request: effect.request, outcome }),
          (failed) => ({ kind: "protected", request: effect.request, outcome: unknown(failed) }),
        );
      case "find": {
        const { symbol, clientOrderId } = effect;
        return this.#ask(
          () => broker.orderByClientId(symbol, clientOrderId),
          (order) => ({ kind: "found", clientOrderId, order: order ?? null }),
          (failed) => ({ kind: "found", clientOrderId, order: null, failed }),
        );
      }
      case "snapshot": {
        const askedMs = Math.floor(this.#parts.clock.nowMs());
        return this.#ask(
          () => this.#snapshot(effect.cursor, askedMs),
          (input) => input,
          (failed) => ({ kind: "snapshot", snapshot: null, failed }),
        );
      }
      case "rules":
        return this.#ask(
          () => broker.rules(),
          (rules) => ({ kind: "rules", rules }),
          (failed) => ({ kind: "rules", rules: [], failed }),
        );
      case "notify":
        return this.#parts.onNotify(effect.code, effect.text);
    }
  }

  async #snapshot(from: string, askedMs: number): Promise<Input> {
    const { broker } = this.#parts;
    const { beganMs, orders: ours } = this.engine.state;
    const mode = await broker.accountMode();
    const [orders, positions, balances] = await Promise.all([
      broker.openOrders(),
      broker.positions(),
      broker.balances(),
    ]);
    const executions = [];
    let cursor = from;
    // Last, so that no fill that the positions show is missing here.
    for (;;) {
      const page = await broker.executionsSince(cursor);
      // Pages reach back a little: what a person did just before the session is in the positions that it began with.
      executions.push(
        ...page.executions.filter(({ timeMs, clientOrderId }) => timeMs >= beganMs || clientOrderId in ours),
      );
      if (page.cursor === cursor || page.executions.length === 0) {
        cursor = page.cursor;
        break;
      }
      cursor = page.cursor;
    }
    return { kind: "snapshot", snapshot: { orders, positions, balances, executions, cursor, mode, askedMs } };
  }

  #ask<T>(work: () => Promise<T>, done: (result: T) => Input, failed: (why: string) => Input): void {
    const run = async (): Promise<void> => {
      let input: Input;
      try {
        input = done(await work());
      } catch (thrown) {
        input = failed((toError(thrown) as Partial<TidemarkError>).what ?? toError(thrown).message);
      }
      this.deliver(input);
    };
    const promise = run().finally(() => this.#underWay.delete(promise));
    this.#underWay.add(promise);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#timer?.abort();
    this.tellAll();
    this.#parts.onFailure(error);
  }

  #arm(): void {
    if (!this.#parts.timers || this.#failure !== undefined || !this.engine.state.running) return;
    const next = this.engine.nextTimer();
    if (next === undefined || next.dueMs >= this.#armedMs) return;
    this.#timer?.abort();
    const controller = new AbortController();
    this.#timer = controller;
    this.#armedMs = next.dueMs;
    const { clock } = this.#parts;
    void this.#wake(Math.max(0, next.dueMs - clock.nowMs()), controller.signal);
  }

  async #wake(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.clock.sleep(ms, signal);
    } catch {
      return;
    }
    this.#armedMs = Number.POSITIVE_INFINITY;
    const due = this.engine.nextTimer();
    if (due !== undefined && due.dueMs <= this.#parts.clock.nowMs()) this.deliver({ kind: "timer", id: due.id });
    else this.#arm();
  }
}

function unknown(reason: string): UnknownOutcome {
  return { outcome: "unknown", reason };
}
