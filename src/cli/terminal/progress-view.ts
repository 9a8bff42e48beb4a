/** @file Shows progress: one line that is rewritten on a terminal, a plain line every few seconds elsewhere. */
import type { Clock, Progress } from "../../core/index.ts";
import { progressText } from "./progress-text.ts";

const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 5_000;
/** The rate is that of about the last this many milliseconds. */
const RATE_WINDOW_MS = 15_000;

export type ProgressStream = { isTTY?: boolean; columns?: number; write(text: string): unknown };

type Sample = { elapsedMs: number; done: number };

export class ProgressView {
  readonly #stream: ProgressStream;
  readonly #clock: Clock;
  #label: string | undefined;
  #samples: Sample[] = [];
  #shownMs = 0;
  #drawn = false;
  #last: Progress | undefined;
  #lastShown: Progress | undefined;

  constructor(stream: ProgressStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  show(progress: Progress): void {
    const nowMs = this.#clock.elapsedMs();
    if (progress.label !== this.#label) {
      this.end();
      this.#label = progress.label;
      this.#samples = [];
      // The first plain line comes after one interval: short work needs none.
      this.#shownMs = this.#stream.isTTY === true ? nowMs - TERMINAL_INTERVAL_MS : nowMs;
    }
    this.#samples.push({ elapsedMs: nowMs, done: progress.done });
    while (this.#samples.length > 2 && nowMs - this.#samples[1].elapsedMs > RATE_WINDOW_MS) this.#samples.shift();
    this.#last = progress;
    const intervalMs = this.#stream.isTTY === true ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (nowMs - this.#shownMs >= intervalMs) this.#draw(progress, nowMs);
  }

  /** Removes the rewritten line, so that other text can be written; the next report draws it again. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\u001B[2K");
    this.#drawn = false;
  }

  /** Leaves the last state standing, where any of it was shown. */
  end(): void {
    if (this.#last !== undefined && this.#lastShown !== undefined && this.#last !== this.#lastShown) {
      this.#draw(this.#last, this.#clock.elapsedMs());
    }
    if (this.#drawn) this.#stream.write("\n");
    this.#drawn = false;
    this.#last = undefined;
    this.#lastShown = undefined;
    this.#label = undefined;
  }

  #ratePerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples[this.#samples.length - 1];
    const spanMs = last.elapsedMs - first.elapsedMs;
    return spanMs < 200 ? 0 : ((last.done - first.done) / spanMs) * 1000;
  }

  #draw(progress: Progress, nowMs: number): void {
    const terminal = this.#stream.isTTY === true;
    const text = progressText(progress, this.#ratePerSecond(), terminal);
    this.#stream.write(terminal ? `\r\u001B[2K${text.slice(0, (this.#stream.columns ?? 100) - 1)}` : `${text}\n`);
    this.#drawn = terminal;
    this.#shownMs = nowMs;
    this.#lastShown = progress;
  }
}
