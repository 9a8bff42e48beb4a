/** @file Short words to the reader: shown in a corner, and spoken politely by a screen reader. */
import { useSyncExternalStore } from "react";
import { after } from "./clock.ts";

export type Notice = { readonly id: number; readonly text: string; readonly isBad: boolean };

const SHOWN_MS = 6_000;
const MOST = 4;
let notices: readonly Notice[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: readonly Notice[]): void {
  notices = to;
  for (const listener of listeners) listener();
}

export function announce(text: string, isBad = false): void {
  const notice = { id: next++, text, isBad };
  change([...notices, notice].slice(-MOST));
  after(isBad ? SHOWN_MS * 2 : SHOWN_MS, () => change(notices.filter(({ id }) => id !== notice.id)));
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}
