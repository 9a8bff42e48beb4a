/** @file The time that ages are counted from, for all of the page together: once a second, and not while it is hidden. */
import { useSyncExternalStore } from "react";
import { every, now } from "./clock.ts";

let current = now();
let stop: (() => void) | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  if (document.hidden) return;
  current = now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= every(1_000, tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stop?.();
      stop = undefined;
    }
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => current);
}
