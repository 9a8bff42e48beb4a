/**
 * @file The page's end of the stream: sessions and jobs go straight into what the screens show, what else depends on them is
 * asked anew, a few times a second at most. How old its last word is decides what the page still allows.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { after, every, now } from "../lib/clock.ts";
import { isPaused } from "../lib/pause.ts";
import { API } from "./client.ts";
import { StreamStore, type Topic, type TradeEvent } from "./contract.ts";
import { withJobs, withSessions } from "./live-data.ts";
import { sessionSecret } from "./session.ts";
import { keepStream, type Wire, type WireEvents } from "./stream-client.ts";

const TOPICS: readonly Topic[] = ["sessions", "jobs", "events", "beat"];
/** Heartbeats without a word make what is shown old. */
export const STALE_MS = 5_000;
/** Screens are painted by the stream so often at most; the eye sees no more, and nothing flickers. */
const PAINT_MS = 200;
/** What only follows from the stream is asked so often at most. */
const ASK_MS = 2_000;

export type Connection = "connecting" | "open" | "waiting" | "refused";

export type StreamState = {
  readonly connection: Connection;
  readonly lastWordMs: number;
  /** What the server's clock is ahead of this machine's. */
  readonly skewMs: number;
};

const store = new StreamStore();
let state: StreamState = { connection: "connecting", lastWordMs: 0, skewMs: 0 };
const listeners = new Set<() => void>();
let isPaintPlanned = false;

function paintSoon(): void {
  if (isPaintPlanned) return;
  isPaintPlanned = true;
  after(PAINT_MS, () => {
    isPaintPlanned = false;
    for (const listener of listeners) listener();
  });
}

/** What a topic's news goes into, and what is to be asked because of it. */
const ABOUT: Readonly<Record<Topic, readonly string[]>> = {
  sessions: ["overview", "positions", "wallet"],
  jobs: ["overview", "runs"],
  events: ["history", "equity"],
  beat: [],
};

function follower(client: QueryClient): (topic: Topic) => void {
  const changed = new Set<Topic>();
  const due = new Set<string>();
  let isPaintDue = false;
  let isAskDue = false;
  const paint = (): void => {
    isPaintDue = false;
    // Held still, what came waits in the store.
    if (isPaused()) return;
    if (changed.has("sessions")) withSessions(client, [...store.state("sessions").values()]);
    if (changed.has("jobs")) withJobs(client, [...store.state("jobs").values()]);
    changed.clear();
  };
  const askAnew = (): void => {
    isAskDue = false;
    if (isPaused()) return;
    const names = [...due];
    due.clear();
    void client.invalidateQueries({
      predicate: ({ queryKey: [path] }) => names.some((name) => typeof path === "string" && path.startsWith(name)),
    });
  };
  return (topic) => {
    changed.add(topic);
    for (const name of ABOUT[topic]) due.add(name);
    if (!isPaintDue) {
      isPaintDue = true;
      after(PAINT_MS, paint);
    }
    if (!isAskDue && due.size > 0) {
      isAskDue = true;
      after(ASK_MS, askAnew);
    }
  };
}

function connect(events: WireEvents): Wire {
  const address = new URL(`${API}/stream`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.addEventListener("open", () => events.opened());
  socket.addEventListener("message", ({ data }: MessageEvent<string>) => events.received(data));
  socket.addEventListener("close", ({ code }) => events.closed(code));
  return socket;
}

/** Keeps the stream open until it is told to end. */
export function openStream(client: QueryClient): () => void {
  const unfollow = store.onChange(follower(client));
  const stream = keepStream({
    topics: TOPICS,
    store,
    connect,
    secret: () => sessionSecret() ?? "",
    now,
    after,
    onConnection: (connection) => {
      if (state.connection === connection) return;
      state = { ...state, connection };
      if (connection === "refused") void client.invalidateQueries({ queryKey: ["session"] });
      paintSoon();
    },
    onFrame: ({ serverMs }) => {
      const lastWordMs = now();
      state = { ...state, lastWordMs, skewMs: serverMs - lastWordMs };
      paintSoon();
    },
  });
  // A connection that died without a word is only noticed by its silence.
  const watch = every(STALE_MS, () => {
    if (state.connection === "open" && now() - state.lastWordMs > STALE_MS * 3) stream.breakOff();
  });
  return () => {
    watch();
    unfollow();
    stream.end();
  };
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(listen, () => state);
}

/** Newest last. */
export function useEvents(): readonly TradeEvent[] {
  return useSyncExternalStore(listen, () => store.list("events")) as readonly TradeEvent[];
}

/** Whether what is shown may be old: it takes away what raises risk, and nothing that lowers it. */
export function isStale({ lastWordMs }: Pick<StreamState, "lastWordMs">, nowMs: number): boolean {
  return lastWordMs === 0 || nowMs - lastWordMs > STALE_MS;
}
