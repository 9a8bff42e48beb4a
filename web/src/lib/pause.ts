/** @file Live figures held still, for those who read slowly or copy something: nothing is asked or painted until it goes on. */
import { useSyncExternalStore } from "react";

let paused = false;
const listeners = new Set<() => void>();

export function isPaused(): boolean {
  return paused;
}

export function setPaused(to: boolean): void {
  paused = to;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePaused(): boolean {
  return useSyncExternalStore(subscribe, isPaused);
}
