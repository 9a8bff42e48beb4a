/**
 * @file The engine's shell in virtual time: it journals, carries out effects over a network that fails, and dies at any
 * moment, even between two effects. What it had in memory is then gone; the journal and the venue are all there is.
 */
import { exactText, HOUR_MS, type Random } from "../../core/index.ts";
import type { BrokerEvent, OrderRequest } from "../broker.ts";
import type { EngineConfig } from "../engine/config.ts";
import { type Effect, type Input, isDurable } from "../engine/entries.ts";
import { Engine } from "../engine/machine.ts";
import { foldJournal } from "../journal/fold.ts";
import type { MemoryJournal } from "../journal/memory-journal.ts";
import type { FaultRates, PlantedFault } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimPlace } from "./sim-place.ts";

/** A request that the venue gets later than this is refused as too old, and a reply is waited for no longer. */
const WINDOW_MS = 5_000;

class Crash extends Error {}

/** When a process dies, with what, and when the next one begins. */
export type DeathScript = {
  /**
   * Asked before each write of the journal. Undefined: it lives. 0: the write is lost. 1: it is made, and nothing follows. 2 and up:
   * so many less one of the effects that follow from it are carried out.
   */
  readonly dies: (effects: number) => number | undefined;
  /** With the power: what was not flushed is gone. */
  readonly powerCut: boolean;
  readonly restartMs: number;
};

export type ShellWorld = {
  readonly time: Scheduler;
  readonly random: Random;
  readonly journal: MemoryJournal;
  readonly venue: SimPlace;
  readonly config: EngineConfig;
  faults: FaultRates;
  readonly planted: PlantedFault | undefined;
  readonly counts: Record<string, number>;
  /** A death at a moment that is chosen, in place of one by chance. */
  readonly script?: DeathScript;
  /** Called with every order that leaves. */
  readonly sending: (request: OrderRequest) => void;
  /** Called after everything that was handled, while the process lives. */
  readonly check: (shell: SimShell) => void;
};

export class SimShell {
  engine = new Engine();
  alive = false;
  linked = false;
  /** The last time at which the process was dead or without its stream. */
  troubledMs = 0;
  readonly #world: ShellWorld;
  #life = 0;
  #armedMs = Number.POSITIVE_INFINITY;
  #generation = 0;
  #resent = 0;
  #snapshotMs = 0;

  constructor(world: ShellWorld) {
    this.#world = world;
  }

  /** Starting is recovering: the state is what the journal gives. */
  start(): void {
    const { journal, config, time } = this.#world;
    this.alive = true;
    this.#life++;
    this.#armedMs = Number.POSITIVE_INFINITY;
    this.troubledMs = time.nowMs;
    const state = foldJournal(journal);
    // Of the journal and not of this life: a process that dies every few minutes keeps its snapshots young all the same.
    this.#snapshotMs = journal.snapshot()?.atMs ?? 0;
    this.engine = new Engine(state);
    if (state.config === undefined) {
      this.input({
        kind: "session",
        id: "sim",
        config,
        capabilities: this.#world.venue.capabilities,
        accountId: "sim",
        instruments: [],
        strategySpec: {},
        version: "sim",
        seed: 0,
      });
    }
    this.input({ kind: "rules", rules: this.#world.venue.rules });
    this.input({ kind: "started", process: `life ${this.#life}` });
    if (this.#world.planted === "resent-at-start") this.#resend();
    this.#within(this.#delay(), () => this.connect());
  }

  #resend(): void {
    const { orders, live } = this.engine.state;
    for (const id of live) {
      if (orders[id].life === "unknown")
        this.#submit({ ...orders[id].request, clientOrderId: `anew-${++this.#resent}` });
    }
  }

  connect(): void {
    if (!this.alive) return;
    this.linked = true;
    this.troubledMs = this.#world.time.nowMs;
    if (this.#world.planted === "missed-reconnect" && this.#generation > 0) return;
    this.#tell({ kind: "connection", state: "up", generation: ++this.#generation, reason: "connected" });
  }

  disconnect(): void {
    this.linked = false;
    this.#world.counts["disconnect"] = (this.#world.counts["disconnect"] ?? 0) + 1;
    if (this.alive && this.#world.planted !== "missed-reconnect") {
      this.#tell({ kind: "connection", state: "down", generation: this.#generation, reason: "dropped" });
    }
  }

  kill(): void {
    const { journal, random, time, counts, script } = this.#world;
    counts["crash"] = (counts["crash"] ?? 0) + 1;
    this.alive = false;
    this.linked = false;
    this.#life++;
    if (script === undefined) journal.crash(random);
    else if (script.powerCut) journal.cut();
    time.after(script?.restartMs ?? 1_000 + random.below(120_000), () => this.start());
  }

  /** One input, with the newest quotes of what is in play before it. */
  input(input: Input): void {
    if (!this.alive) return;
    try {
      const { venue, time } = this.#world;
      if (input.kind !== "session" && input.kind !== "rules") {
        const symbols = input.kind === "decision" ? input.targets.map(({ symbol }) => symbol) : [];
        for (const symbol of new Set([...symbols, ...this.engine.symbolsInPlay()])) {
          const known = this.engine.state.quotes[symbol];
          if (known === undefined || time.nowMs - known.timeMs >= 1_000) {
            this.#handle({ kind: "quote", quote: venue.quote(symbol, time.nowMs) });
          }
        }
      }
      this.#handle(input);
    } catch (thrown) {
      if (!(thrown instanceof Crash)) throw thrown;
      this.kill();
      return;
    }
    this.#arm();
    this.#keepSnapshot();
    this.#world.check(this);
  }

  #keepSnapshot(): void {
    const { time, journal } = this.#world;
    if (time.nowMs - this.#snapshotMs < HOUR_MS) return;
    this.#snapshotMs = time.nowMs;
    const { state } = this.engine;
    journal.writeSnapshot(JSON.stringify(state), state.seq, time.nowMs);
  }

  #handle(input: Input): void {
    const { journal, time, planted } = this.#world;
    const { entries, effects } = this.engine.handle(input, time.nowMs);
    const crashes = this.#draws(this.#world.faults.crash);
    const chosen = this.#world.script?.dies(effects.length);
    const at = chosen ?? (crashes ? this.#world.random.below(effects.length + 2) : -1);
    if (planted === "sent-before-journal") for (const effect of effects) this.#carryOut(effect);
    if (at === 0) throw new Crash();
    journal.append(entries, time.nowMs, planted !== "not-flushed" && entries.some(isDurable));
    if (at === 1) throw new Crash();
    if (planted === "sent-before-journal") return;
    for (const [index, effect] of effects.entries()) {
      this.#carryOut(effect);
      if (at === index + 2) throw new Crash();
    }
  }

  #carryOut(effect: Effect): void {
    const { venue, planted, time } = this.#world;
    switch (effect.do) {
      case "submit": {
        const request = this.#tampered(effect.request);
        if (planted === "guard-not-placed" && request.purpose === "protection") {
          const { clientOrderId } = request;
          const outcome = { outcome: "acknowledged", orderId: clientOrderId, duplicate: false } as const;
          this.#within(10, () => this.input({ kind: "submitted", clientOrderId, outcome }));
          return;
        }
        this.#world.sending(request);
        return this.#submit(request);
      }
      case "cancel":
        if (planted === "guard-not-cancelled") {
          this.#within(10, () =>
            this.input({ kind: "cancelled", request: effect.request, outcome: { outcome: "acknowledged" } }),
          );
          return;
        }
        return this.#request(
          () => venue.cancel(effect.request, time.nowMs),
          (outcome) => ({ kind: "cancelled", request: effect.request, outcome: outcome ?? lost }),
        );
      case "protect":
        if (planted === "stop-not-replaced") {
          this.#within(10, () =>
            this.input({ kind: "protected", request: effect.request, outcome: { outcome: "acknowledged" } }),
          );
          return;
        }
        return this.#request(
          () => venue.protect(effect.request, time.nowMs),
          (outcome) => ({ kind: "protected", request: effect.request, outcome: outcome ?? lost }),
        );
      case "find":
        return this.#request(
          () => venue.orders.get(effect.clientOrderId) ?? null,
          (order) =>
            order === undefined
              ? { kind: "found", clientOrderId: effect.clientOrderId, order: null, failed: "timed out" }
              : { kind: "found", clientOrderId: effect.clientOrderId, order },
        );
      case "snapshot": {
        const askedMs = time.nowMs;
        if (planted === "missed-reconnect") return;
        return this.#request(
          () => ({ ...venue.snapshot(effect.cursor, time.nowMs), askedMs }),
          (snapshot) =>
            snapshot === undefined
              ? { kind: "snapshot", snapshot: null, failed: "timed out" }
              : { kind: "snapshot", snapshot },
        );
      }
      case "rules":
        return this.input({ kind: "rules", rules: venue.rules });
      case "notify":
        return;
    }
  }

  #submit(request: OrderRequest): void {
    const { venue, time, planted } = this.#world;
    this.#request(
      () => venue.submit(request, time.nowMs),
      (outcome) => {
        if (outcome === undefined && planted === "blind-resend") {
          this.#submit({ ...request, clientOrderId: `again-${++this.#resent}` });
        }
        if (outcome === undefined && planted === "unknown-as-rejected") {
          const rejected = { outcome: "rejected", code: "other", message: "timed out" } as const;
          return { kind: "submitted", clientOrderId: request.clientOrderId, outcome: rejected };
        }
        return { kind: "submitted", clientOrderId: request.clientOrderId, outcome: outcome ?? lost };
      },
    );
  }

  #tampered(request: OrderRequest): OrderRequest {
    const { planted } = this.#world;
    if (planted === "reused-id") return { ...request, clientOrderId: request.clientOrderId.slice(0, 13) };
    if (planted === "cap-ignored" && !request.reduceOnly) {
      return { ...request, quantity: exactText(String(Number(request.quantity) * 20)) };
    }
    return request;
  }

  /** To the venue and back, or not. A reply that comes too late, or to a process that died, is no reply. */
  #request<T>(work: () => T, reply: (result: T | undefined) => Input): void {
    const { time, random, faults, counts } = this.#world;
    const life = this.#life;
    const sentMs = time.nowMs;
    const fate = random.uniform();
    const isLost = fate < faults.lostRequest;
    const losesReply = !isLost && fate < faults.lostRequest + faults.lostReply;
    const isLate = !isLost && !losesReply && fate < faults.lostRequest + faults.lostReply + faults.lateRequest;
    for (const [name, happened] of Object.entries({
      lostRequest: isLost,
      lostReply: losesReply,
      lateRequest: isLate,
    })) {
      if (happened) counts[name] = (counts[name] ?? 0) + 1;
    }
    const answer = (result: T | undefined): void => {
      if (this.alive && this.#life === life) this.input(reply(result));
    };
    let answered = false;
    time.after(WINDOW_MS, () => {
      if (answered) return;
      answered = true;
      answer(undefined);
    });
    if (isLost) return;
    time.after(isLate ? 1_000 + random.below(20_000) : this.#delay(), () => {
      if (time.nowMs - sentMs > WINDOW_MS) return;
      const result = work();
      if (losesReply) return;
      time.after(this.#delay(), () => {
        if (answered) return;
        answered = true;
        answer(result);
      });
    });
  }

  /** A stream event on its way: late, twice, out of order, or never. */
  stream(event: BrokerEvent): void {
    const { random, faults, counts, planted } = this.#world;
    if (!this.linked || !this.alive) return;
    if (this.#draws(faults.omitted)) {
      counts["omitted"] = (counts["omitted"] ?? 0) + 1;
      return;
    }
    const copies = this.#draws(faults.duplicated) ? 2 : 1;
    if (copies === 2) counts["duplicated"] = (counts["duplicated"] ?? 0) + 1;
    const generation = this.#generation;
    for (let i = 0; i < copies; i++) {
      let sent = event;
      if (planted === "funding-as-fill" && event.kind === "execution" && event.execution.kind === "funding") {
        sent = { kind: "execution", execution: { ...event.execution, kind: "trade" } };
      }
      if (planted === "booked-twice" && i === 1 && event.kind === "execution") {
        const executionId = `${event.execution.executionId}-again`;
        sent = { kind: "execution", execution: { ...event.execution, executionId } };
      }
      this.#within(1 + random.below(300), () => {
        if (this.#generation === generation && this.linked) this.#tell(sent);
      });
    }
  }

  #tell(event: BrokerEvent): void {
    this.input({ kind: "broker", event });
  }

  #arm(): void {
    const next = this.engine.nextTimer();
    if (next === undefined || next.dueMs >= this.#armedMs) return;
    this.#armedMs = next.dueMs;
    const life = this.#life;
    this.#world.time.at(next.dueMs, () => {
      if (this.#life !== life) return;
      this.#armedMs = Number.POSITIVE_INFINITY;
      const due = this.engine.nextTimer();
      if (due !== undefined && due.dueMs <= this.#world.time.nowMs) this.input({ kind: "timer", id: due.id });
      else this.#arm();
    });
  }

  /** Later, where this very process still lives. */
  #within(ms: number, run: () => void): void {
    const life = this.#life;
    this.#world.time.after(ms, () => {
      if (this.alive && this.#life === life) run();
    });
  }

  #delay(): number {
    return 2 + this.#world.random.below(80);
  }

  #draws(probability: number): boolean {
    return probability > 0 && this.#world.random.uniform() < probability;
  }
}

const lost = { outcome: "unknown", reason: "timed out" } as const;
