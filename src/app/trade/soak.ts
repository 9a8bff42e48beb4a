/**
 * @file Soak: a live session in a process of its own trades for hours of market time at a local venue in another, both as a user
 * starts them. Memory, open files and the distance to the market are looked at all the time; what grows is named.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR_MS, MINUTE_MS, TidemarkError } from "../../core/index.ts";
import { SYNTHETIC_SYMBOLS } from "../../market/index.ts";
import { loadConfig } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { foldedSession, sessionNames, verifyJournalOf } from "./journals.ts";
import { type SoakFigures, soakFindings } from "./soak-rule.ts";
import { askVenueControl } from "./venue-control.ts";

export type SoakOptions = {
  /** Market time. */
  readonly hours: number;
  /** Market time a second of wall time. */
  readonly speed: number;
  readonly seed: number;
  /** The program's own file. */
  readonly launcher: string;
};

export type SoakProof = {
  readonly passed: boolean;
  readonly hours: number;
  readonly speed: number;
  readonly figures: readonly SoakFigures[];
  /** What grew, or went wrong; empty where it passed. */
  readonly findings: readonly string[];
  readonly executions: number;
  readonly records: number;
  readonly journalMb: number;
};

const BAR_MS = 5 * MINUTE_MS;
const CAP = 50_000;
const PATIENCE_MS = 120_000;
const SAMPLES = 240;
const LEAST_WAIT_MS = 200;
const MB = 2 ** 20;

/** Changes sides every few bars, with stops and targets near enough to be met. */
const STRATEGY = `export const strategy = {
  name: "soak",
  warmup: () => 2,
  decide: (symbol) => {
    const brackets = { stop: 0.004, target: 0.006 };
    if (symbol.barsHeld > 3) symbol.flat();
    else if (symbol.close() > symbol.close(1)) symbol.long(0.1, brackets);
    else if (symbol.mayShort) symbol.short(0.1, brackets);
  },
};
`;

/** Runs the soak. Throws CHECK_FAILED where a process does not run at all, USAGE_ARGUMENT where the system tells nothing of it. */
export async function soakSession(context: AppContext, options: SoakOptions): Promise<SoakProof> {
  if (!hasProc()) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "This system has no /proc, which tells memory and open files of a process",
      fix: "Run the soak on Linux.",
    });
  }
  const folder = mkdtempSync(join(tmpdir(), "tidemark-soak-"));
  const children: Watched[] = [];
  try {
    return await soak(context, options, folder, children);
  } finally {
    for (const child of children) child.process.kill("SIGKILL");
    context.endProgress();
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasProc(): boolean {
  try {
    return statSync("/proc/self/fd").isDirectory();
  } catch {
    return false;
  }
}

type Watched = { readonly process: ChildProcess; said: string; ended: boolean };

function started(launcher: string, args: readonly string[], folder: string, environment: NodeJS.ProcessEnv): Watched {
  const process_ = spawn(process.execPath, [launcher, ...args], { cwd: folder, env: environment });
  const watched: Watched = { process: process_, said: "", ended: false };
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      watched.said = (watched.said + text).slice(-4_000);
    });
  }
  process_.on("close", () => {
    watched.ended = true;
  });
  return watched;
}

/** Resident memory and open files of a process, from /proc. */
function looked(pid: number): { readonly residentMb: number; readonly handles: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/VmRSS:\s+(?<kb>\d+)/.exec(status)?.groups?.["kb"]);
  return { residentMb: kilobytes / 1_024, handles: readdirSync(`/proc/${pid}/fd`).length };
}

async function soak(
  context: AppContext,
  { hours, speed, seed, launcher }: SoakOptions,
  folder: string,
  children: Watched[],
): Promise<SoakProof> {
  const { clock, signal } = context;
  const environment = { ...context.environment, BYBIT_API_KEY: "local-key", BYBIT_API_SECRET: "local-secret" };
  const path = join(folder, "tidemark.toml");
  const configure = (host: string): void => writeFileSync(path, settings(host, { hours, speed, seed }));
  const until = async (child: Watched, condition: () => boolean, what: string): Promise<void> => {
    const endMs = clock.elapsedMs() + PATIENCE_MS;
    while (!condition()) {
      if (child.ended || clock.elapsedMs() > endMs)
        throw new TidemarkError("CHECK_FAILED", { what: `${what}: ${child.said.slice(-600)}` });
      await clock.sleep(20, signal);
    }
  };
  configure("mainnet");
  writeFileSync(join(folder, "soak.mjs"), STRATEGY);
  const venue = started(launcher, ["venue", "--port", "0", "--json"], folder, environment);
  children.push(venue);
  const address = /"url":\s*"(?<url>[^"]+)"/;
  await until(venue, () => address.test(venue.said), "the local venue does not start");
  const url = address.exec(venue.said)?.groups?.["url"] ?? "";
  configure(url);
  const args = ["live", "--strategy", "./soak.mjs", "--i-accept-unpromoted-risk", "--confirm", `bybit-custom-1 ${CAP}`];
  const live = started(launcher, args, folder, environment);
  children.push(live);
  await until(live, () => live.said.includes("Ctrl-C stops it"), "the session does not start");
  const config = loadConfig({ path, workingFolder: folder, overrides: [] });
  const [session] = sessionNames(config);
  const market = async (): Promise<number> => {
    const state = (await askVenueControl(url, { action: "state" }, signal)) as { readonly nowMs: number };
    return state.nowMs;
  };
  // Before its first bar a session is behind by all of time.
  await until(live, () => foldedSession(config, session).lastRowMs > 0, "the session gets no bar");
  const beganMs = await market();
  const spanMs = hours * HOUR_MS;
  const figures: SoakFigures[] = [];
  const pid = live.process.pid ?? 0;
  for (;;) {
    if (live.ended)
      throw new TidemarkError("CHECK_FAILED", { what: `the session ended by itself: ${live.said.slice(-600)}` });
    const nowMs = await market();
    const state = foldedSession(config, session);
    const lagBars = Math.max(0, (nowMs - state.lastRowMs) / BAR_MS - 1);
    const { timers, live: open, executions } = state;
    const waiting = Object.keys(timers).length + open.length;
    figures.push({
      hours: (nowMs - beganMs) / HOUR_MS,
      ...looked(pid),
      lagBars,
      waiting,
      executions: Object.keys(executions).length,
    });
    if (nowMs - beganMs >= spanMs) break;
    context.progress({
      label: `soak, ${figures[figures.length - 1].residentMb.toFixed(0)} MB`,
      done: nowMs - beganMs,
      total: spanMs,
      unit: "ms",
    });
    await clock.sleep(Math.max(LEAST_WAIT_MS, spanMs / speed / SAMPLES), signal);
  }
  live.process.kill("SIGINT");
  await until(live, () => live.ended, "the session does not end after Ctrl-C").catch((thrown: unknown) => {
    if (!live.ended) throw thrown;
  });
  const { report } = verifyJournalOf(config, session);
  const findings = [...soakFindings(figures), ...report.problems.map(({ seq, what }) => `record ${seq}: ${what}`)];
  const journalMb = statSync(join(folder, "state", session, "journal.sqlite")).size / MB;
  const { executions } = figures[figures.length - 1];
  return {
    passed: findings.length === 0,
    hours,
    speed,
    figures,
    findings,
    executions,
    records: report.records,
    journalMb,
  };
}

function settings(host: string, { hours, speed, seed }: Omit<SoakOptions, "launcher">): string {
  const symbols = SYNTHETIC_SYMBOLS.slice(0, 2).map((symbol) => JSON.stringify(symbol));
  return `seed = ${seed}
[data]
venue = "synthetic"
symbols = [${symbols.join(", ")}]
timeframe = "5m"
# A fifth lies ahead of the start.
synthetic_bars = ${5 * (Math.ceil((hours * HOUR_MS) / BAR_MS) + 600)}
[venue]
speed = ${speed}
balance = "100000"
[trade]
live = true
host = "${host}"
max_total_notional = ${CAP}
# Losing money is no reason to rest here.
daily_loss = 0
max_drawdown = 0
rapid_decline = 0
`;
}
