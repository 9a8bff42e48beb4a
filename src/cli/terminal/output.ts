/**
 * @file What a command may say, and where: results on stdout (text, or JSON alone with --json), everything else on
 * stderr. A reader that went away (EPIPE) silences its stream; the work goes on.
 */
import { type Clock, type Progress, systemCode } from "../../core/index.ts";
import { type Palette, paletteFor } from "./palette.ts";
import { ProgressView } from "./progress-view.ts";

export type OutputOptions = {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
};

type Stream = NodeJS.WriteStream;

/** Swallows EPIPE on a stream; any other failure is a real one. */
function silenceWhenClosed(stream: Stream, onClosed: () => void): void {
  stream.on("error", (error: Error) => {
    if (systemCode(error) !== "EPIPE") throw error;
    onClosed();
  });
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Colors for text on stdout. */
  readonly palette: Palette;
  /** Colors for messages on stderr. */
  readonly errorPalette: Palette;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #progress: ProgressView;
  #stdoutOpen = true;
  #stderrOpen = true;

  constructor(stdout: Stream, stderr: Stream, clock: Clock, environment: NodeJS.ProcessEnv, options: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.json = options.json;
    this.quiet = options.quiet;
    this.verbose = options.verbose;
    this.palette = paletteFor(stdout, environment);
    this.errorPalette = paletteFor(stderr, environment);
    this.#progress = new ProgressView(stderr, clock, { curves: !options.json && !options.quiet });
    silenceWhenClosed(stdout, () => {
      this.#stdoutOpen = false;
    });
    silenceWhenClosed(stderr, () => {
      this.#stderrOpen = false;
    });
  }

  /** A result as text; nothing with --json. */
  text(text: string): void {
    if (!this.json) this.#writeOut(`${text}\n`);
  }

  /** A result as one line of JSON; nothing without --json. */
  data(value: unknown): void {
    if (this.json) this.#writeOut(`${JSON.stringify(value)}\n`);
  }

  /** Something worth knowing that is not the result; nothing with --quiet. */
  note(text: string): void {
    if (!this.quiet) this.#writeError(`${text}\n`);
  }

  warn(text: string): void {
    this.#writeError(`${this.errorPalette.yellow("warning:")} ${text}\n`);
  }

  /** Only with --verbose. */
  detail(text: string): void {
    if (this.verbose) this.#writeError(`${this.errorPalette.dim(text)}\n`);
  }

  error(text: string): void {
    this.#writeError(`${text}\n`);
  }

  progress(progress: Progress): void {
    if (!this.quiet && this.#stderrOpen) this.#progress.show(progress);
  }

  endProgress(): void {
    if (this.#stderrOpen) this.#progress.end();
  }

  #writeOut(text: string): void {
    this.#progress.clear();
    if (this.#stdoutOpen) this.#stdout.write(text);
  }

  #writeError(text: string): void {
    this.#progress.clear();
    if (this.#stderrOpen) this.#stderr.write(text);
  }
}
