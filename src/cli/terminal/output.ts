/**
 * @file What a command may say, and where: results on stdout (text, or JSON alone with --json), everything else on
 * stderr. A reader that went away (EPIPE) silences its stream; the work goes on.
 */
import { type Clock, type JobReport, type Progress, systemCode } from "../../core/index.ts";
import { type Palette, paletteFor } from "./palette.ts";
import { ProgressView } from "./progress-view.ts";
import { wrap } from "./wrap.ts";

export type OutputOptions = {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Whoever started this process as a job and wants to know how far it is. */
  readonly report?: JobReport;
};

type Stream = NodeJS.WriteStream;

const LEAST_COLUMNS = 40;

/** Of the terminal, or as the environment says. */
function columnsOf(stream: Stream, environment: NodeJS.ProcessEnv): number {
  const said = Number(environment["COLUMNS"]);
  const columns = Number.isInteger(said) && said > 0 ? said : stream.columns;
  // A pipe has no width; a screen of a few cells would show nothing but breaks.
  return columns === undefined ? Number.POSITIVE_INFINITY : Math.max(LEAST_COLUMNS, columns);
}

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
  readonly #report: JobReport | undefined;
  /** Cells of a line; infinite where nobody says how wide the screen is. */
  readonly columns: number;
  #stdoutOpen = true;
  #stderrOpen = true;

  constructor(stdout: Stream, stderr: Stream, clock: Clock, environment: NodeJS.ProcessEnv, options: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#report = options.report;
    this.json = options.json;
    this.quiet = options.quiet;
    this.verbose = options.verbose;
    this.columns = columnsOf(stdout, environment);
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
    if (!this.json) this.#writeOut(`${wrap(text, this.columns)}\n`);
  }

  /** A result as one line of JSON; nothing without --json. */
  data(value: unknown): void {
    if (this.json) this.#writeOut(`${JSON.stringify(value)}\n`);
  }

  /** Something worth knowing that is not the result; nothing with --quiet. */
  note(text: string): void {
    if (!this.quiet) this.#writeError(`${wrap(text, this.columns)}\n`);
  }

  warn(text: string): void {
    this.#writeError(`${wrap(`${this.errorPalette.yellow("warning:")} ${text}`, this.columns)}\n`);
  }

  /** Only with --verbose. */
  detail(text: string): void {
    if (this.verbose) this.#writeError(`${this.errorPalette.dim(wrap(text, this.columns))}\n`);
  }

  error(text: string): void {
    this.#writeError(`${wrap(text, this.columns)}\n`);
  }

  progress(progress: Progress): void {
    this.#report?.progress(progress);
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
