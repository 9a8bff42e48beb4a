/**
 * @file Work beside a session: a command line in a process of its own with the lowest priority, never in the session's
 * loop. Its output lies in two files, and however it ends, the session goes on with what it has.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { DAY_MS } from "../../core/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

const WEEK_MS = 7 * DAY_MS;
/** The first Monday, 00:00 UTC. */
const MONDAY_MS = 4 * DAY_MS;

/** The Monday, 00:00 UTC, at or before a time. */
export function lastMonday(nowMs: number): number {
  return Math.floor((nowMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
}

/** Exit code of a process, null after a signal, or why it never ran. */
export type BesideEnd = number | null | Error;

export type BesideOptions = {
  /** The script that runs a command line. */
  readonly launcher: string;
  /** Of the session: where the output is kept. */
  readonly folder: string;
  /** Of the processes; the lowest where absent. */
  readonly priority?: number;
};

export type BesideWork = {
  /** What it is about: one process at a time, and one after each Monday (or day, of what is daily). */
  readonly key: string;
  readonly mondayMs: number;
  /** Of its files, without `.json` (what it prints) and `.log`. */
  readonly name: string;
  /** Without what the session's own configuration adds. */
  readonly line: readonly string[];
  /** In place of what that adds. */
  readonly under?: readonly string[];
  /** Never rejects. */
  readonly told: (end: BesideEnd, path: string) => Promise<void> | void;
};

/** Processes of one kind, one at a time and one a week of each subject. */
export class Besides {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #options: BesideOptions;
  /** The last Monday that was tried, by key. */
  readonly #tried = new Map<string, number>();
  readonly #running = new Map<string, { readonly child: ChildProcess; readonly ended: Promise<void> }>();
  #closed = false;

  constructor(context: AppContext, config: Config, options: BesideOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
  }

  /** Whether it was asked to end: what is found from now on is for the next session. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether nothing runs and nothing was tried of it since that Monday. */
  isFree(key: string, mondayMs: number): boolean {
    return !this.#closed && !this.#running.has(key) && this.#tried.get(key) !== mondayMs;
  }

  /** There is nothing to begin of it until the next Monday. */
  pass(key: string, mondayMs: number): void {
    this.#tried.set(key, mondayMs);
  }

  /** Of the files of a work, without their endings. */
  path(name: string): string {
    return join(this.#options.folder, name);
  }

  /** Begins what is free. Throws where its files can't be made; it is not tried again then. */
  begin({ key, mondayMs, name, line, told, under = underSession(this.#config) }: BesideWork): ChildProcess {
    const { launcher, priority } = this.#options;
    const path = this.path(name);
    this.pass(key, mondayMs);
    const out = opened(`${path}.json`);
    const log = opened(`${path}.log`);
    const child = spawn(process.execPath, [launcher, ...line, ...under], {
      cwd: this.#config.folder,
      env: this.#context.environment,
      stdio: ["ignore", out, log],
    });
    closeSync(out);
    closeSync(log);
    yieldTo(child.pid, priority ?? constants.priority.PRIORITY_LOW);
    const ended = new Promise<BesideEnd>((resolve) => {
      child.once("error", resolve);
      child.once("close", resolve);
    }).then((end) => {
      this.#running.delete(key);
      return told(end, path);
    });
    this.#running.set(key, { child, ended });
    return child;
  }

  /** Resolves when what runs has ended by itself, and was told. */
  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Asks what runs to end, and waits for it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { child } of this.#running.values()) child.kill("SIGTERM");
    await this.ended();
  }
}

/** A file of its own: a process of a session that was killed may still write to the one that had the name. */
function opened(path: string): number {
  rmSync(path, { force: true });
  return openSync(path, "wx", 0o600);
}

/** What a command line needs to be about the session's own models, venue and settings. */
function underSession(config: Config): string[] {
  const isMade = config.data.venue === "synthetic" || config.data.venue === "csv";
  return [
    ...(isMade ? [] : ["--fetch"]),
    "--json",
    "--host",
    config.trade.host,
    "--models-dir",
    modelsFolder(config),
    ...(config.file === undefined ? [] : ["--config", config.file]),
  ];
}

/** What decides comes first. A system that does not let priorities be set works at the same one. */
function yieldTo(pid: number | undefined, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority);
  } catch {
    return;
  }
}
