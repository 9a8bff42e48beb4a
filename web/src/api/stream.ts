/**
 * @file The page's end of the stream: one WebSocket that signs in, subscribes from the place it knows, and comes back by
 * itself. What it brings goes into the store; what depends on it is asked anew. How old its last word is decides what the
 * page still allows.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { after, every, now } from "../lib/clock.ts";
import { API } from "./client.ts";
import { type Frame, StreamStore, type Topic, type TradeEvent } from "./contract.ts";
import { sessionSecret } from "./session.ts";

const TOPICS: readonly Topic[] = ["sessions", "jobs", "events", "beat"];
/** Two heartbeats without a word make what is shown old. */
export const STALE_MS = 5_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type Connection = "connecting" | "open" | "waiting";

const store = new StreamStore();
let connection: Connection = "connecting";
let lastWordMs = 0;
let skewMs = 0;
const listeners = new Set<() => void>();

function tellAll(): void {
  for (const listener of listeners) listener();
}

/** How long to wait before the n-th try: doubling, and shifted by where the clock stands, so that pages don't come at once. */
export function waitBefore(tries: number, nowMs: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return whole * (0.75 + (nowMs % 500) / 1_000);
}

/** Asks for what a topic's news may have changed; many frames of one moment ask once. */
function refresher(client: QueryClient): (topic: Topic) => void {
  const due = new Set<string>();
  let isPlanned = false;
  const about: Readonly<Record<Topic, readonly string[]>> = {
    sessions: ["overview", "sessions", "positions", "wallet"],
    jobs: ["overview", "jobs", "runs"],
    events: ["history", "equity"],
    beat: [],
  };
  return (topic) => {
    for (const name of about[topic]) due.add(name);
    if (isPlanned || due.size === 0) return;
    isPlanned = true;
    after(250, () => {
      isPlanned = false;
      const names = [...due];
      due.clear();
      void client.invalidateQueries({
        predicate: ({ queryKey: [path] }) => names.some((name) => typeof path === "string" && path.startsWith(name)),
      });
    });
  };
}

/** Keeps the stream open until it is told to end. */
export function openStream(client: QueryClient): () => void {
  let socket: WebSocket | undefined;
  let tries = 0;
  let hasEnded = false;
  let cancelRetry: (() => void) | undefined;
  const refresh = refresher(client);
  const unsubscribe = store.onChange(refresh);

  const subscribe = (topic: Topic): void => {
    socket?.send(JSON.stringify({ do: "subscribe", topic, ...store.place(topic) }));
  };
  const open = (): void => {
    connection = "connecting";
    tellAll();
    const address = new URL(`${API}/stream`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const opened = new WebSocket(address);
    socket = opened;
    opened.addEventListener("open", () => {
      opened.send(JSON.stringify({ do: "sign-in", secret: sessionSecret() ?? "" }));
      for (const topic of TOPICS) subscribe(topic);
    });
    opened.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as Frame;
      lastWordMs = now();
      skewMs = frame.serverMs - lastWordMs;
      tries = 0;
      if (connection !== "open") connection = "open";
      if (store.take(frame) === "hole") {
        if (frame.kind === "gap") store.forget(frame.topic);
        subscribe(frame.topic);
      }
      if (frame.topic === "beat") opened.send(JSON.stringify({ do: "pong" }));
      tellAll();
    });
    opened.addEventListener("close", () => {
      if (socket !== opened || hasEnded) return;
      connection = "waiting";
      tellAll();
      cancelRetry = after(waitBefore(tries++, now()), open);
    });
  };
  open();
  // A connection that died without a word is only noticed by its silence.
  const watch = every(STALE_MS, () => {
    if (connection === "open" && now() - lastWordMs > STALE_MS * 3) socket?.close();
  });
  return () => {
    hasEnded = true;
    cancelRetry?.();
    watch();
    unsubscribe();
    socket?.close();
  };
}

export type StreamState = { readonly connection: Connection; readonly lastWordMs: number; readonly skewMs: number };

let snapshot: StreamState = { connection, lastWordMs, skewMs };

function currentState(): StreamState {
  if (snapshot.connection !== connection || snapshot.lastWordMs !== lastWordMs)
    snapshot = { connection, lastWordMs, skewMs };
  return snapshot;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(listen, currentState);
}

/** Newest last. */
export function useEvents(): readonly TradeEvent[] {
  return useSyncExternalStore(listen, () => store.list("events")) as readonly TradeEvent[];
}

/** Whether what is shown may be old: it takes away what raises risk, and nothing that lowers it. */
export function isStale({ lastWordMs: last }: StreamState, nowMs: number): boolean {
  return last === 0 || nowMs - last > STALE_MS;
}
