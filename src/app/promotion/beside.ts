/**
 * @file Work beside a session: a command line in a process of its own with the lowest priority, never in the session's
 * loop. Its output lies in two files, and however it ends, the session goes on with what it has.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { DAY_MS } from "../../core/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

const WEEK_MS = 7 * DAY_MS;
/** The first Monday, 00:00 UTC. */
const MONDAY_MS = 4 * DAY_MS;

/** The Monday, 00:00 UTC, at or before a time. */
export function lastMonday(nowMs: number): number {
  return Math.floor((nowMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
}

export type Beside = {
  readonly child: ChildProcess;
  /** Its exit code, null after a signal, or why it never ran. Never rejects. */
  readonly ended: Promise<number | null | Error>;
};

export type BesideOptions = {
  /** The script that runs a command line. */
  readonly launcher: string;
  /** Of its files, without `.json` (what it prints) and `.log`. */
  readonly path: string;
  readonly line: readonly string[];
  /** Of the process; the lowest where absent. */
  readonly priority?: number;
};

export function startBeside(
  context: AppContext,
  config: Config,
  { launcher, path, line, priority = constants.priority.PRIORITY_LOW }: BesideOptions,
): Beside {
  const out = openSync(`${path}.json`, "w", 0o600);
  const log = openSync(`${path}.log`, "w", 0o600);
  const child = spawn(process.execPath, [launcher, ...line], {
    cwd: config.folder,
    env: context.environment,
    stdio: ["ignore", out, log],
  });
  closeSync(out);
  closeSync(log);
  yieldTo(child.pid, priority);
  const ended = new Promise<number | null | Error>((resolve) => {
    child.once("error", resolve);
    child.once("close", resolve);
  });
  return { child, ended };
}

/** What decides comes first. A system that does not let priorities be set works at the same one. */
function yieldTo(pid: number | undefined, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority);
  } catch {
    return;
  }
}
