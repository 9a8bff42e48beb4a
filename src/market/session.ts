/** @file Trading sessions of the day in UTC. They overlap, so a moment has a set of them. */
import { DAY_MS, HOUR_MS } from "../core/index.ts";

/** Bits of the set that a moment's sessions form. */
export const Session = {
  /** 23:00 to 07:00 UTC. */
  asia: 1,
  /** 07:00 to 15:00 UTC. */
  europe: 2,
  /** 13:00 to 21:00 UTC. */
  us: 4,
} as const;
export type Session = (typeof Session)[keyof typeof Session];

/** Bits of Session that are open at `tsMs`; zero between 21:00 and 23:00 UTC. */
export function sessionOf(tsMs: number): number {
  const hour = (tsMs - Math.floor(tsMs / DAY_MS) * DAY_MS) / HOUR_MS;
  let sessions = 0;
  if (hour >= 23 || hour < 7) sessions |= Session.asia;
  if (hour >= 7 && hour < 15) sessions |= Session.europe;
  if (hour >= 13 && hour < 21) sessions |= Session.us;
  return sessions;
}
