/**
 * @file Shows progress: one line that is rewritten on a terminal, with curves under it where they are wanted and there is
 * room; a plain line every few seconds elsewhere.
 */
import type { Clock, Progress } from "../../core/index.ts";
import { Curve, curveLine } from "./curves.ts";
import { progressText } from "./progress-text.ts";

const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 5_000;
/** The rate is that of about the last this many milliseconds. */
const RATE_WINDOW_MS = 15_000;

/** Lines of the screen that curves leave to what was written before. */
const OTHER_LINES = 4;

export type ProgressStream = { isTTY?: boolean; columns?: number; rows?: number; write(text: string): unknown };

type Sample = { elapsedMs: number; done: number };

export class ProgressView {
  readonly #stream: ProgressStream;
  readonly #clock: Clock;
  readonly #wantsCurves: boolean;
  /** By name, in the order in which they came. */
  readonly #curves = new Map<string, Curve>();
  #label: string | undefined;
  #samples: Sample[] = [];
  #shownMs = 0;
  /** Lines that stand on the screen and are to be rewritten. */
  #lines = 0;
  #last: Progress | undefined;
  #lastShown: Progress | undefined;

  constructor(stream: ProgressStream, clock: Clock, options: { readonly curves: boolean } = { curves: false }) {
    this.#stream = stream;
    this.#clock = clock;
    this.#wantsCurves = options.curves && stream.isTTY === true;
  }

  show(progress: Progress): void {
    const nowMs = this.#clock.elapsedMs();
    if (progress.label !== this.#label) {
      this.end();
      this.#label = progress.label;
      this.#samples = [];
      // The parts of one long work are one curve.
      if (progress.curves === undefined) this.#curves.clear();
      // The first plain line comes after one interval: short work needs none.
      this.#shownMs = this.#stream.isTTY === true ? nowMs - TERMINAL_INTERVAL_MS : nowMs;
    }
    this.#samples.push({ elapsedMs: nowMs, done: progress.done });
    while (this.#samples.length > 2 && nowMs - this.#samples[1].elapsedMs > RATE_WINDOW_MS) this.#samples.shift();
    this.#last = progress;
    if (this.#wantsCurves) this.#collect(progress);
    const intervalMs = this.#stream.isTTY === true ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (nowMs - this.#shownMs >= intervalMs) this.#draw(progress, nowMs);
  }

  #collect({ curves = {} }: Progress): void {
    for (const [name, value] of Object.entries(curves)) {
      const curve = this.#curves.get(name) ?? new Curve();
      this.#curves.set(name, curve);
      curve.add(value);
    }
  }

  /** Removes the rewritten lines, so that other text can be written; the next report draws them again. */
  clear(): void {
    if (this.#lines > 0) this.#stream.write(this.#erased());
    this.#lines = 0;
  }

  /** To the start of what stands there, all of it removed. */
  #erased(): string {
    return this.#lines > 1 ? `\r\u001B[${this.#lines - 1}A\u001B[J` : "\r\u001B[2K";
  }

  /** Leaves the last state standing, where any of it was shown. */
  end(): void {
    if (this.#last !== undefined && this.#lastShown !== undefined && this.#last !== this.#lastShown) {
      this.#draw(this.#last, this.#clock.elapsedMs());
    }
    if (this.#lines > 0) this.#stream.write("\n");
    this.#lines = 0;
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
    this.#shownMs = nowMs;
    this.#lastShown = progress;
    if (this.#stream.isTTY !== true) {
      this.#stream.write(`${progressText(progress, this.#ratePerSecond(), false)}\n`);
      return;
    }
    const columns = (this.#stream.columns ?? 100) - 1;
    const curves = this.#curveLines(progress, columns);
    const text = progressText(
      curves.length === 0 ? progress : { ...progress, figures: without(progress.figures, this.#curves) },
      this.#ratePerSecond(),
      true,
    );
    const lines = [text.slice(0, columns), ...curves];
    this.#stream.write(`${this.#erased()}${lines.join("\n")}`);
    this.#lines = lines.length;
  }

  /** None where the screen is too small. */
  #curveLines({ figures = {} }: Progress, columns: number): string[] {
    if (this.#curves.size === 0 || (this.#stream.rows ?? 24) < this.#curves.size + 1 + OTHER_LINES) return [];
    return [...this.#curves].flatMap(([name, curve]) => {
      const line = curveLine(name, curve, figures[name] ?? curve.last.toPrecision(4), columns);
      return line === undefined ? [] : [line];
    });
  }
}

/** The figures that have no curve. */
function without(figures: Progress["figures"], curves: ReadonlyMap<string, Curve>): NonNullable<Progress["figures"]> {
  return Object.fromEntries(Object.entries(figures ?? {}).filter(([name]) => !curves.has(name)));
}
