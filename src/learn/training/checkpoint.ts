/**
 * @file Checkpoints: one file with everything that a bit-for-bit continuation needs. Layout: the magic line, the byte
 * length of a JSON header (uint32, little-endian), the header, the raw float32 arrays in the order that the header
 * lists, and a SHA-256 over all of it. A damaged file is refused, never half read.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, sha256, systemCode, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import type { PpoState } from "../ppo/index.ts";

const MAGIC = "tidemark checkpoint 2\n";
const ARRAYS = ["memory", "parameters", "firstMoment", "secondMoment"] as const;
const DIGEST_BYTES = 32;

export type Checkpoint = {
  /** Of the configuration and data that the state belongs to; another one can't be continued with it. */
  readonly fingerprint: string;
  readonly ppo: PpoState;
  /** What the trainer keeps beside the algorithm, as plain JSON. */
  readonly trainer: unknown;
  /** The best parameters so far; empty before the first validation. */
  readonly best: Float32Array;
  /** The best of the phase; empty without phases. */
  readonly phaseBest: Float32Array;
};

/** Checkpoints that are kept beside the newest. */
const OLD_CHECKPOINTS = 2;

/** Names of the checkpoints in a folder, oldest first. */
function checkpointNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".ckpt"))
      .sort();
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

/** Path of the newest checkpoint of a folder, or of one that is not there. */
export function newestCheckpoint(folder: string): string {
  return join(folder, checkpointNames(folder).at(-1) ?? "none.ckpt");
}

/** Adds the newest checkpoint to a folder and removes the oldest. Throws FILE_UNWRITABLE or DISK_FULL. */
export function addCheckpoint(folder: string, checkpoint: Checkpoint): void {
  saveCheckpoint(join(folder, `${String(checkpoint.ppo.steps).padStart(12, "0")}.ckpt`), checkpoint);
  const old = checkpointNames(folder).slice(0, -(OLD_CHECKPOINTS + 1));
  for (const file of old) rmSync(join(folder, file), { force: true });
}

function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { ppo } = checkpoint;
  const plain = Object.fromEntries(Object.entries(ppo).filter(([key]) => !isArrayName(key)));
  const header = Buffer.from(
    JSON.stringify({
      fingerprint: checkpoint.fingerprint,
      trainer: checkpoint.trainer,
      ppo: plain,
      lengths: [...ARRAYS.map((name) => ppo[name].length), checkpoint.best.length, checkpoint.phaseBest.length],
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const body = Buffer.concat([
    Buffer.from(MAGIC),
    length,
    header,
    ...ARRAYS.map((name) => bytesOf(ppo[name])),
    bytesOf(checkpoint.best),
    bytesOf(checkpoint.phaseBest),
  ]);
  writeFileAtomic(path, Buffer.concat([body, sha256().update(body).digest()]));
}

/**
 * Throws MODEL_MISSING, MODEL_CORRUPT, or CHECKPOINT_MISMATCH where it belongs to another run's configuration.
 * @param fingerprint of the configuration that goes on with it; none where only its arrays are wanted
 */
export function loadCheckpoint(path: string, fingerprint?: string): Checkpoint {
  const bytes = read(path);
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const whole = sha256().update(body).digest().equals(bytes.subarray(body.length));
  if (!whole || body.subarray(0, MAGIC.length).toString() !== MAGIC) {
    throw new TidemarkError("MODEL_CORRUPT", {
      what: "The checkpoint is damaged or was written by another version",
      where: path,
      fix: "Continue from an older checkpoint, or start the training again.",
    });
  }
  const headerAt = MAGIC.length + 4;
  const headerLength = body.readUInt32LE(MAGIC.length);
  // The digest has just proven that these are the bytes that were saved.
  const header = JSON.parse(body.subarray(headerAt, headerAt + headerLength).toString()) as {
    fingerprint: string;
    trainer: unknown;
    ppo: Omit<PpoState, (typeof ARRAYS)[number]>;
    lengths: number[];
  };
  if (fingerprint !== undefined && header.fingerprint !== fingerprint) {
    throw new TidemarkError("CHECKPOINT_MISMATCH", {
      what: "The checkpoint belongs to other data or another configuration",
      where: path,
      fix: "Continue with the configuration and data it was made with, or start a new run.",
    });
  }
  let at = headerAt + headerLength;
  const arrays = header.lengths.map((length) => {
    const values = new Float32Array(length);
    bytesOf(values).set(body.subarray(at, at + values.byteLength));
    at += values.byteLength;
    return values;
  });
  const [memory, parameters, firstMoment, secondMoment, best, phaseBest] = arrays;
  return {
    fingerprint: header.fingerprint,
    trainer: header.trainer,
    best,
    phaseBest,
    ppo: { ...header.ppo, memory, parameters, firstMoment, secondMoment },
  };
}

function isArrayName(key: string): boolean {
  return (ARRAYS as readonly string[]).includes(key);
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw thrown;
    throw new TidemarkError("MODEL_MISSING", {
      what: "There is no checkpoint here",
      where: path,
      fix: "The training was stopped before its first checkpoint: start it again with `tidemark train`.",
      cause: thrown,
    });
  }
}
