/** @file The kill switch of whoever can write into a session's folder: a file that halts it, whatever else still works. */
import { existsSync, rmSync } from "node:fs";
import type { Clock } from "../../core/index.ts";
import type { TradeSession } from "../../trade/index.ts";

const LOOK_MS = 1_000;

/** Halts where the file is there, and takes it away once that stands in the journal. */
export function obeyKillFile(session: Pick<TradeSession, "deliver" | "failure">, path: string): void {
  if (!existsSync(path)) return;
  const reason = "the file KILL was found";
  session.deliver({ kind: "command", command: "halt", by: "owner of the state folder", from: "file", reason });
  // What could not be written down is there for the next start.
  if (session.failure === undefined) rmSync(path, { force: true });
}

/** Looks for it every second until the signal fires. */
export async function watchKillFile(
  session: Parameters<typeof obeyKillFile>[0],
  path: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    obeyKillFile(session, path);
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}
