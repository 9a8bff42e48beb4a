/**
 * @file A backtest whose history flows through a window: memory holds a stretch of bars, the account and its record,
 * however long the history is. It is the same run as `backtest` of the whole tape, with the same fills to the last bit.
 *
 * The window's first row always lies on a multiple of the bars at which volatility, volume and correlations are computed
 * afresh, and enough rows before the account stay: every figure that the exchange and the limits read is made of the same
 * sums as on the whole tape.
 */
import { type Clock, type ProgressListener, sha256, systemClock, TidemarkError } from "../core/index.ts";
import { createTape, joinTapes, type TapeStream } from "../market/index.ts";
import type { Policy } from "../policy/index.ts";
import { type DecisionConfig, rowWindow } from "../risk/index.ts";
import type { BacktestResult } from "./record.ts";
import { RecordedRun } from "./recorded-run.ts";

export type StreamedBacktestOptions = {
  readonly stream: TapeStream;
  readonly policy: Policy;
  readonly config: DecisionConfig;
  readonly balance: number;
  readonly seed: number;
  /** Least number of rows before the account that stay in memory, for rules that look back. Default: 10,080. */
  readonly keepBars?: number;
  /** Where the first decision is made. Default: at the close of the first bar. */
  readonly from?: StreamedStart;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  readonly clock?: Clock;
};

/** The row `bars` rows after the first that opens at or after `atMs`, and row `bar` of the history at the earliest. */
export type StreamedStart = { readonly atMs: number; readonly bars: number; readonly bar: number };

export const KEEP_BARS = 10_080;
const BARS_PER_LOOK = 256;
const PAUSE_EVERY_MS = 100;

/**
 * Throws DATA_TOO_SHORT where the history has no two bars, and USAGE_ARGUMENT for a policy or limits that can't be streamed.
 * The data fingerprint is that of the stretches, since no whole tape is ever there.
 */
export async function streamedBacktest(options: StreamedBacktestOptions): Promise<BacktestResult> {
  const { stream, policy, config, balance, seed, signal, onProgress, keepBars = KEEP_BARS } = options;
  const clock = options.clock ?? systemClock;
  const { instruments, timeframe, currency } = stream;
  let tape = createTape(instruments, timeframe, 0, currency);
  const { grid, least } = rowWindow(tape.barMs);
  const keep = Math.max(keepBars, least);
  requireStreamable(policy, config, keep);
  const hash = sha256();
  let run: RecordedRun | undefined;
  /** Row of the tape at whose close the account stands, or which is looked at next before there is one. */
  let at = 0;
  const start = new Beginning(options.from);
  /** Number of row 0 in the whole history, and of the first decision. */
  let slid = 0;
  let first = 0;
  let pausedMs = clock.elapsedMs();
  const pieces = stream.pieces[Symbol.asyncIterator]();
  let coming = await pieces.next();
  while (coming.done !== true) {
    signal?.throwIfAborted();
    const piece = coming.value;
    hash.update(piece.fingerprint);
    run?.settle(at + 1);
    const slide = Math.max(0, Math.floor((tape.bars - keep) / grid)) * grid;
    tape = joinTapes(tape, slide, piece);
    at -= slide;
    slid += slide;
    if (run === undefined) {
      if (slide > 0) policy.moved?.(slide);
      while (at < tape.bars && !start.isAt(tape.timeMs[at], slid + at)) policy.watch?.(tape, at++);
      if (at < tape.bars) {
        run = new RecordedRun({ tape, policy, config, balance, seed, rows: piece.bars, firstBar: slid });
        await run.begin(at);
        first = slid + at;
      }
    } else {
      run.moveTo(tape, slide);
    }
    // The next stretch says whether this one is the last.
    coming = await pieces.next();
    const end = coming.done === true ? tape.bars - 1 : -1;
    if (run === undefined) continue;
    for (; at < tape.bars - 1; at++) {
      const pending = run.decide(at);
      if (pending instanceof Promise) await pending;
      run.play(at, at + 1 === end);
      if (at % BARS_PER_LOOK === 0 && clock.elapsedMs() - pausedMs >= PAUSE_EVERY_MS) {
        const done = run.firstBar + at;
        onProgress?.({ label: policy.name, done, total: Math.max(stream.expectedBars, done), unit: "bars" });
        await clock.sleep(0, signal);
        pausedMs = clock.elapsedMs();
      }
    }
  }
  const to = slid + tape.bars;
  if (run === undefined || to - first < 2) {
    const bars = run === undefined ? 0 : to - first;
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `A backtest needs at least two bars, and the stored range has ${bars}${options.from === undefined ? "" : " from the first decision on"}`,
      fix: "Choose a longer range, or import more history.",
    });
  }
  run.settle(tape.bars);
  onProgress?.({ label: policy.name, done: to, total: to, unit: "bars" });
  return run.result({ from: first, to, dataFingerprint: hash.digest("hex") });
}

/** Told of one row after the other, it knows the first at whose close is decided. */
class Beginning {
  readonly #from: StreamedStart;
  #counted = Number.POSITIVE_INFINITY;

  constructor(from: StreamedStart = { atMs: Number.NEGATIVE_INFINITY, bars: 0, bar: 0 }) {
    this.#from = from;
  }

  /** @param row number in the whole history */
  isAt(timeMs: number, row: number): boolean {
    const { atMs, bars, bar } = this.#from;
    if (timeMs >= atMs) this.#counted = Math.min(this.#counted, row);
    return row >= Math.max(this.#counted + bars, bar);
  }
}

function requireStreamable(policy: Policy, { risk }: DecisionConfig, keep: number): void {
  const why =
    policy.moved === undefined
      ? `${policy.name} needs its whole history at once`
      : risk.turbulentScale < 1
        ? "risk.turbulent_scale remembers all of the history"
        : risk.cooldownBars >= keep
          ? `risk.cooldown_bars is longer than the ${keep} bars that are kept`
          : undefined;
  if (why === undefined) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `This backtest can't be streamed: ${why}`,
    fix: "Run it without --stream.",
  });
}
