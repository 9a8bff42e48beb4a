/**
 * @file Where a trial works, and what it finds there when it was stopped before its end: checkpoints of the training, and
 * its looks at the validation part, so that it goes on as if nothing had been.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bytesOf, ensureFolder, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import { newestCheckpoint, type TrainingValidation } from "../training/index.ts";

const LOOKS_FILE = "looks.jsonl";

/** Account-steps of the newest checkpoint; 0 where there is none. */
function checkpointSteps(runFolder: string): number {
  const steps = Number.parseInt(basename(newestCheckpoint(join(runFolder, "checkpoints"))), 10);
  return Number.isNaN(steps) ? 0 : steps;
}

function lookOf(line: string): TrainingValidation {
  const { returns, ...look } = JSON.parse(line) as Omit<TrainingValidation, "returns"> & { returns: string };
  // A copy: what comes out of a pool of bytes need not lie on a multiple of eight.
  return { ...look, returns: new Float64Array(Uint8Array.from(Buffer.from(returns, "base64")).buffer) };
}

function damaged(file: string, cause?: unknown): TidemarkError {
  return new TidemarkError("MODEL_CORRUPT", {
    what: "What a stopped trial left is damaged",
    where: file,
    fix: "Remove it: the trial then begins anew.",
    cause,
  });
}

function looksOf(lines: readonly string[], file: string): TrainingValidation[] {
  try {
    return lines.map(lookOf);
  } catch (thrown) {
    throw damaged(file, thrown);
  }
}

const lineOf = ({ returns, ...look }: TrainingValidation): string =>
  `${JSON.stringify({ ...look, returns: Buffer.from(bytesOf(returns)).toString("base64") })}\n`;

/** A trial's folder: one that stays until the trial has ended, or a temporary one. */
export class TrialFolder {
  readonly #path: string;
  /** Looks of an earlier try, those before its newest checkpoint. */
  readonly earlier: readonly TrainingValidation[];
  readonly resume: boolean;

  private constructor(path: string, earlier: readonly TrainingValidation[], resume: boolean) {
    this.#path = path;
    this.earlier = earlier;
    this.resume = resume;
  }

  /**
   * Throws MODEL_CORRUPT where looks are missing that lie before the checkpoint: without them the result would be another.
   * @param kept the trial's own folder; a temporary one where absent
   * @param stepsPerLook account-steps from one look to the next
   */
  static open(kept: string | undefined, stepsPerLook: number): TrialFolder {
    if (kept === undefined) return new TrialFolder(mkdtempSync(join(tmpdir(), "tidemark-trial-")), [], false);
    ensureFolder(kept);
    const steps = checkpointSteps(join(kept, "run"));
    const file = join(kept, LOOKS_FILE);
    // A process that was killed may have left half a line; it belongs to no checkpoint.
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    const earlier = looksOf(lines, file).filter((look) => look.steps <= steps);
    if (earlier.length < Math.floor(steps / stepsPerLook)) throw damaged(file);
    writeFileAtomic(file, earlier.map(lineOf).join(""));
    return new TrialFolder(kept, earlier, steps > 0);
  }

  get model(): string {
    return join(this.#path, "model");
  }

  get run(): string {
    return join(this.#path, "run");
  }

  remember(look: TrainingValidation): void {
    appendFileSync(join(this.#path, LOOKS_FILE), lineOf(look));
  }

  remove(): void {
    TrialFolder.discard(this.#path);
  }

  static discard(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }
}
