/**
 * @file The transport of the stream: signs in, subscribes from the place it knows, and comes back by itself. Nothing here knows
 * of a browser, so that a test can cut, drop and reorder what it is sent.
 */
import type { Frame, StreamStore, Topic } from "./contract.ts";

export type Wire = { send(text: string): void; close(): void };
export type WireEvents = { opened(): void; received(text: string): void; closed(code: number): void };

export type StreamSettings = {
  readonly topics: readonly Topic[];
  readonly store: StreamStore;
  readonly connect: (events: WireEvents) => Wire;
  readonly secret: () => string;
  readonly now: () => number;
  /** Runs once after a delay; returns what takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly onConnection: (to: "connecting" | "open" | "waiting" | "refused") => void;
  readonly onFrame: (frame: Frame) => void;
};

export type Stream = {
  /** Ends the connection that is open, as if it had broken. */
  breakOff(): void;
  end(): void;
};

/** The contract's code for a half of a session that opens nothing; its own module would bring the schemas along. */
const CLOSE_UNAUTHORIZED = 4001;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A subscription that was asked for is not asked for again within this, however many frames show the hole. */
const ANSWER_MS = 2_000;

/** How long to wait before the n-th try: doubling, and shifted by where the clock stands, so that pages don't come at once. */
export function waitBefore(tries: number, nowMs: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return whole * (0.75 + (nowMs % 500) / 2_000);
}

export function keepStream(settings: StreamSettings): Stream {
  const { topics, store, now, after, onConnection, onFrame } = settings;
  const askedMs = new Map<Topic, number>();
  let wire: Wire | undefined;
  let tries = 0;
  let hasEnded = false;
  let cancelRetry: (() => void) | undefined;

  const subscribe = (topic: Topic): void => {
    askedMs.set(topic, now());
    wire?.send(JSON.stringify({ do: "subscribe", topic, ...store.place(topic) }));
  };
  const take = (frame: Frame): void => {
    const { topic } = frame;
    if (store.take(frame) !== "hole") {
      askedMs.delete(topic);
      return;
    }
    const asked = askedMs.get(topic);
    if (asked === undefined || now() - asked > ANSWER_MS) subscribe(topic);
  };
  const open = (): void => {
    onConnection("connecting");
    askedMs.clear();
    // What an earlier connection still says is not listened to.
    let isCurrent = true;
    const events: WireEvents = {
      opened: () => {
        if (!isCurrent) return;
        opened.send(JSON.stringify({ do: "sign-in", secret: settings.secret() }));
        for (const topic of topics) subscribe(topic);
      },
      received: (text) => {
        if (!isCurrent) return;
        const frame = JSON.parse(text) as Frame;
        tries = 0;
        onConnection("open");
        take(frame);
        if (frame.topic === "beat") opened.send(JSON.stringify({ do: "pong" }));
        onFrame(frame);
      },
      closed: (code) => {
        if (!isCurrent) return;
        isCurrent = false;
        if (hasEnded) return;
        onConnection(code === CLOSE_UNAUTHORIZED ? "refused" : "waiting");
        cancelRetry = after(waitBefore(tries++, now()), open);
      },
    };
    const opened = settings.connect(events);
    wire = opened;
  };
  open();
  return {
    breakOff: () => wire?.close(),
    end: () => {
      hasEnded = true;
      cancelRetry?.();
      wire?.close();
    },
  };
}
