/** @file The entry of the command line: from arguments to an exit code. */

import { CommanderError } from "commander";
import { ExitCode, JobReport, systemClock } from "../core/index.ts";
import { reportFailure } from "./failure.ts";
import { catchInterrupt, INTERRUPTED_EXIT_CODE, type Interrupt, Interrupted } from "./interrupt.ts";
import { createProgram, spelledOut, usageError, verbNamed } from "./program.ts";
import { Output } from "./terminal/output.ts";
import type { CommandContext, VerbRunner } from "./verb.ts";

/** Where a command line runs: its two streams, its environment, and the folder that its user stands in. */
export type Host = {
  readonly stdout: NodeJS.Process["stdout"];
  readonly stderr: NodeJS.Process["stderr"];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
};

const thisProcess = (): Host => ({
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  folder: process.cwd(),
});

type Said = { readonly json?: boolean; readonly quiet?: boolean; readonly verbose?: boolean };

function createOutput({ stdout, stderr, environment }: Host, options: Said, report?: JobReport): Output {
  return new Output(stdout, stderr, systemClock, environment, {
    json: options.json === true,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    ...(report === undefined ? {} : { report }),
  });
}

/** Runs one command line (without node and script) and resolves with its exit code. */
export async function main(argv: readonly string[], host: Host = thisProcess()): Promise<number> {
  const report = JobReport.of(host.environment, systemClock);
  const code = await runLine(spelledOut(argv), host, report);
  report?.ended(code);
  return code;
}

async function runLine(argv: readonly string[], host: Host, report: JobReport | undefined): Promise<number> {
  const { environment, folder } = host;
  let exitCode = 0;
  let running: Interrupt | undefined;
  // Before the options are parsed only their presence is known.
  let output = createOutput(host, { json: argv.includes("--json"), verbose: argv.includes("--verbose") });
  const runner: VerbRunner = async (common, overrides, action) => {
    // The configuration stands on every room; help and the version need none of them.
    const { lazyConfig, lazySeed } = await import("./verb.ts");
    output = createOutput(host, common, report);
    running = catchInterrupt(() => {
      output.note("Stopping: the work so far is being saved. Press Ctrl-C again to stop at once.");
    });
    const { signal } = running;
    const config = lazyConfig(common, overrides, environment, folder);
    const seed = lazySeed(config, (fresh) => {
      output.note(`Seed ${fresh} (drawn; repeat with --seed ${fresh})`);
    });
    const context: CommandContext = {
      output,
      note: (text) => output.note(text),
      warn: (text) => output.warn(text),
      detail: (text) => output.detail(text),
      progress: (progress) => output.progress(progress),
      endProgress: () => output.endProgress(),
      signal,
      clock: systemClock,
      environment,
      folder,
      config,
      reloadConfig: () => lazyConfig(common, overrides, environment, folder)(),
      seed,
    };
    const code = await action(context);
    output.endProgress();
    exitCode = signal.aborted ? INTERRUPTED_EXIT_CODE : (code ?? 0);
  };
  try {
    const asked = verbNamed(argv);
    const program = await createProgram(runner, asked === undefined ? [] : [asked], host);
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (thrown) {
    // A terminal that is asked for a line tells of Ctrl-C itself: no signal comes then.
    if (thrown instanceof Interrupted || (running?.signal.aborted === true && isInterruption(thrown))) {
      output.endProgress();
      output.note("Stopped.");
      return INTERRUPTED_EXIT_CODE;
    }
    const failure = thrown instanceof CommanderError ? usageError(thrown, argv) : thrown;
    if (failure !== undefined) return reportFailure(failure, output);
    // Help in place of a missing command is no result.
    return (thrown as CommanderError).exitCode === 0 ? ExitCode.done : ExitCode.usage;
  } finally {
    running?.release();
  }
}

/** Whether work ended because it was asked to, whatever library noticed it first. */
function isInterruption(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return thrown instanceof Interrupted || thrown.name === "AbortError" || isInterruption(thrown.cause);
}
