/** @file Runs the real program as a child process, the way a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommandLine } from "../../src/cli/testing/command-line.ts";

const BIN = resolve(import.meta.dirname, "../../bin/tidemark.mjs");

export type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called again and again until the child ends. */
  readonly whileRunning?: (child: ChildProcess, stderr: string) => void;
};

/** A port where nobody answers: no test talks to a real venue. */
const NO_VENUE = { TIDEMARK_BYBIT_URL: "http://127.0.0.1:9" };

/** Settings of the person who runs the suite must not reach the child. */
export function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:TIDEMARK_|BYBIT_|NO_COLOR|FORCE_COLOR|VITEST|NODE_ENV|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...NO_VENUE, ...extra };
}

export function tidemark(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: options.cwd ?? tmpdir(),
      env: cleanEnvironment(options.env ?? {}),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const watch = setInterval(() => options.whileRunning?.(child, stderr), 50);
    child.on("error", fail);
    child.on("close", (code) => {
      clearInterval(watch);
      done({ code, stdout, stderr });
    });
  });
}

/** A folder that is gone after the test: `using folder = temporaryFolder()`. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "tidemark-cli-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The same within this process, where nothing is about a process: signals, children, what another one holds. */
export function commandLine(
  args: readonly string[],
  { cwd = tmpdir(), env = {} }: Pick<RunOptions, "cwd" | "env"> = {},
): Promise<Outcome> {
  return runCommandLine(args, { folder: cwd, environment: cleanEnvironment(env) });
}
