/** @file What a benchmark is: fixed work, repeated, the fastest run counts, because noise only ever slows down. */
import type { Clock, Progress } from "../../core/index.ts";

export type Measurement = {
  readonly name: string;
  /** Absent where nothing was measured: the detail says why. */
  readonly value?: number;
  readonly unit: string;
  /** What was measured, on what, and what else was seen. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
};

export type BenchContext = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Another program that does the same work, where one was named, such as a Python. */
  readonly beside?: string;
  /** The program's own file, for what starts it as a user does. */
  readonly launcher?: string;
  /** Signs in to a dashboard by the address that it prints. */
  readonly signIn?: (address: string) => Promise<Pages>;
};

/** Pages of a dashboard, each with its stream and the questions that an open page asks. */
export type Pages = {
  open(count: number): Promise<void>;
  /** How many answers they had. Rejects where one of them was refused. */
  close(): Promise<number>;
};

export type Benchmark = {
  readonly name: string;
  /** What the figure means, with its unit. */
  readonly summary: string;
  /** Runs only when it is named: it takes minutes. */
  readonly long?: boolean;
  run(context: BenchContext): Promise<readonly Measurement[]>;
};

/** Milliseconds of the fastest of several runs. The first run warms up and doesn't count. */
export async function fastestMs(
  context: BenchContext,
  repeats: number,
  work: () => void | Promise<void>,
): Promise<number> {
  await work();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    context.signal.throwIfAborted();
    const startMs = context.clock.elapsedMs();
    await work();
    best = Math.min(best, context.clock.elapsedMs() - startMs);
  }
  return best;
}

/** The value below which a share of the samples lies; samples are sorted in place. */
export function quantile(samples: Float64Array, share: number): number {
  samples.sort();
  return samples[Math.min(samples.length - 1, Math.floor(share * samples.length))];
}
