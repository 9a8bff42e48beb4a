/** @file A process of this program that is watched and may be killed: what it said, whether it ended, and how. */
import { type ChildProcess, spawn } from "node:child_process";
import { type Clock, TidemarkError } from "../../../core/index.ts";

/** Characters of what it said last that are kept. */
const KEPT = 4_000;
const LOOK_MS = 10;

export class Child {
  /** Everything on standard output, and the end of standard error. */
  out = "";
  said = "";
  /** Exit code, or the name of the signal; undefined while it runs. */
  ended: number | string | undefined;
  readonly #process: ChildProcess;
  readonly #clock: Clock;

  constructor(launcher: string, args: readonly string[], folder: string, environment: NodeJS.ProcessEnv, clock: Clock) {
    this.#clock = clock;
    this.#process = spawn(process.execPath, [launcher, ...args], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.said = (this.said + text).slice(-KEPT);
    });
    this.#process.on("error", (error) => {
      this.ended = error.message;
    });
    this.#process.on("close", (code, signal) => {
      this.ended = code ?? signal ?? "unknown";
    });
  }

  /** False where it ended, or the time passed, before. */
  async until(condition: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    const endMs = this.#clock.elapsedMs() + limitMs;
    while (!condition()) {
      if (this.ended !== undefined || this.#clock.elapsedMs() > endMs) return false;
      await this.#clock.sleep(LOOK_MS, signal);
    }
    return true;
  }

  /** Sends the signal and waits for the end, however it comes. Throws CHECK_FAILED where it doesn't come. */
  async end(how: "SIGKILL" | "SIGINT", limitMs = 60_000): Promise<number | string> {
    if (this.ended === undefined) this.#process.kill(how);
    const endMs = this.#clock.elapsedMs() + limitMs;
    while (this.ended === undefined) {
      if (this.#clock.elapsedMs() > endMs) {
        this.#process.kill("SIGKILL");
        throw new TidemarkError("CHECK_FAILED", { what: `A process did not end after ${how}: ${this.said}` });
      }
      await this.#clock.sleep(LOOK_MS);
    }
    return this.ended;
  }
}
