import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, StreamStore } from "./contract.ts";
import { keepStream, type WireEvents, waitBefore } from "./stream-client.ts";

/** A server with one state topic: it numbers its frames, remembers the last few, and can be started anew. */
class ModelServer {
  readonly #state = new Map<string, number>();
  readonly #ring: Frame[] = [];
  #epoch = 1;
  #seq = 0;

  snapshot(): Frame {
    return this.#frame("snapshot", { set: Object.fromEntries(this.#state) });
  }

  state(): Record<string, number> {
    return Object.fromEntries(this.#state);
  }

  change(key: string, value: number | undefined): Frame {
    if (value === undefined) this.#state.delete(key);
    else this.#state.set(key, value);
    this.#seq++;
    const frame = this.#frame("delta", value === undefined ? { set: {}, gone: [key] } : { set: { [key]: value } });
    this.#ring.push(frame);
    if (this.#ring.length > 4) this.#ring.shift();
    return frame;
  }

  restart(): void {
    this.#epoch++;
    this.#seq = 0;
    this.#ring.length = 0;
  }

  /** What answers a subscription: the frames that are missing, or the whole. */
  answer(place: { readonly epoch?: string; readonly seq?: number }): Frame[] {
    const { epoch, seq } = place;
    if (epoch !== String(this.#epoch) || seq === undefined) return [this.snapshot()];
    if (seq === this.#seq) return [];
    const missing = this.#ring.filter((frame) => frame.seq > seq);
    return missing.at(0)?.seq === seq + 1 ? missing : [this.snapshot()];
  }

  #frame(kind: Frame["kind"], data: Frame["data"]): Frame {
    return { topic: "sessions", epoch: String(this.#epoch), seq: this.#seq, kind, serverMs: 0, data };
  }
}

/** A network in a test's hands: what the server says waits here until it is let through, lost or overtaken. */
class ModelNetwork {
  readonly server = new ModelServer();
  readonly store = new StreamStore();
  readonly sent: string[] = [];
  readonly #waiting: Frame[] = [];
  readonly #timers: { atMs: number; run: () => void }[] = [];
  #events: WireEvents | undefined;
  #nowMs = 0;

  constructor() {
    keepStream({
      topics: ["sessions"],
      store: this.store,
      secret: () => "half",
      now: () => this.#nowMs,
      after: (delayMs, run) => {
        const timer = { atMs: this.#nowMs + delayMs, run };
        this.#timers.push(timer);
        return () => void this.#timers.splice(this.#timers.indexOf(timer), 1);
      },
      onConnection: () => undefined,
      onFrame: () => undefined,
      connect: (events) => {
        this.#events = events;
        return {
          send: (text) => {
            this.sent.push(text);
            const message = JSON.parse(text) as { do: string; epoch?: string; seq?: number };
            if (message.do === "subscribe") this.#waiting.push(...this.server.answer(message));
          },
          close: () => this.cut(),
        };
      },
    });
    this.#events?.opened();
  }

  change(key: string, value: number | undefined): void {
    const frame = this.server.change(key, value);
    if (this.#events !== undefined) this.#waiting.push(frame);
  }

  deliver(): void {
    const frame = this.#waiting.shift();
    if (frame !== undefined) this.#events?.received(JSON.stringify(frame));
  }

  lose(): void {
    this.#waiting.shift();
  }

  overtake(): void {
    const first = this.#waiting.shift();
    if (first !== undefined) this.#waiting.splice(1, 0, first);
  }

  double(): void {
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.unshift(first);
  }

  cut(): void {
    const events = this.#events;
    this.#events = undefined;
    this.#waiting.length = 0;
    events?.closed(1006);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers.splice(0).sort((a, b) => a.atMs - b.atMs)) {
      if (timer.atMs > this.#nowMs) this.#timers.push(timer);
      else {
        timer.run();
        this.#events?.opened();
      }
    }
  }

  /** Lets everything through, and time pass, until nobody has anything to say. */
  settle(): void {
    for (let round = 0; round < 6; round++) {
      this.pass(20_000);
      // A word of the server shows a hole that is still there.
      this.change("word", round);
      for (let i = 0; i < 100; i++) this.deliver();
    }
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant("change"),
      fc.constantFrom("a", "b", "c"),
      fc.option(fc.nat(9), { nil: undefined }),
    ),
  },
  { weight: 6, arbitrary: fc.constant(["deliver"] as const) },
  { weight: 2, arbitrary: fc.constantFrom(["lose"] as const, ["overtake"] as const, ["double"] as const) },
  { weight: 1, arbitrary: fc.constantFrom(["cut"] as const, ["restart"] as const) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("pass"), fc.nat(3_000)) },
);

describe("the stream", () => {
  it("ends equal to the server, whatever was cut, lost, doubled, overtaken or begun anew", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const network = new ModelNetwork();
        for (const [name, first, second] of steps) {
          if (name === "change") network.change(first, second);
          else if (name === "restart") {
            network.server.restart();
            network.cut();
          } else if (name === "pass") network.pass(first);
          else network[name]();
        }
        network.settle();
        expect(Object.fromEntries(network.store.state("sessions"))).toEqual(network.server.state());
      }),
      { numRuns: 300 },
    );
  });

  it("asks once for a hole, however many frames show it", () => {
    const network = new ModelNetwork();
    network.deliver();
    for (let i = 0; i < 20; i++) network.change("a", i);
    network.lose();
    const before = network.sent.length;
    for (let i = 0; i < 19; i++) network.deliver();
    expect(network.sent.length - before).toBe(1);
  });

  it("waits longer each time, up to a quarter of a minute, and not all pages at once", () => {
    const waits = Array.from({ length: 10 }, (_, tries) => waitBefore(tries, 0));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Math.max(...Array.from({ length: 500 }, (_, at) => waitBefore(9, at)))).toBeLessThanOrEqual(15_000);
    expect(waitBefore(3, 100)).not.toBe(waitBefore(3, 400));
  });
});
