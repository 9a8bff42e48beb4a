/** @file What the stream brings, put into the answers that the screens show already: no request, and no flicker. */
import type { QueryClient } from "@tanstack/react-query";
import type { Job, Overview, Session } from "./contract.ts";

type Listed<T> = { readonly items: readonly T[] };

/** The first words of every answer's key. */
const SESSIONS = ["sessions", {}];
const JOBS = ["jobs", {}];
const OVERVIEW = ["overview", {}];

/** The order in which the server lists them stays; what is new comes first, what is gone is left out. */
export function inOrderOf<T extends { readonly id: string }>(before: readonly T[], fresh: readonly T[]): T[] {
  const known = new Map(fresh.map((one) => [one.id, one]));
  const kept = before.flatMap(({ id }) => known.get(id) ?? []);
  const old = new Set(kept.map(({ id }) => id));
  return [...fresh.filter(({ id }) => !old.has(id)), ...kept];
}

function put<T>(client: QueryClient, key: readonly unknown[], change: (before: T) => T): void {
  client.setQueryData<T>(key, (before) => (before === undefined ? undefined : change(before)));
}

export function withSessions(client: QueryClient, values: readonly unknown[]): void {
  const sessions = values as readonly Session[];
  put<Listed<Session>>(client, SESSIONS, (before) => ({ ...before, items: inOrderOf(before.items, sessions) }));
  put<Overview>(client, OVERVIEW, (before) => ({ ...before, sessions: inOrderOf(before.sessions, sessions) }));
}

export function withJobs(client: QueryClient, values: readonly unknown[]): void {
  const jobs = values as readonly Job[];
  put<Listed<Job>>(client, JOBS, (before) => ({ ...before, items: inOrderOf(before.items, jobs) }));
  put<Overview>(client, OVERVIEW, (before) => ({ ...before, jobs: inOrderOf(before.jobs, jobs) }));
}
