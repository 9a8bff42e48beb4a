/** @file A model held to approved contexts: a version of its own, with the same networks, trees or coefficients. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ModelManifest, readManifest, writeModel } from "../model-file.ts";

export type ApprovedContexts = {
  readonly version: string;
  readonly createdMs: number;
  readonly contexts: readonly string[];
  /** Close of the last bar by which they were chosen: it has been seen, like what was trained on. */
  readonly seenToMs: number;
};

/** Throws MODEL_MISSING, MODEL_CORRUPT, FILE_UNWRITABLE or DISK_FULL. */
export function saveWithContexts(from: string, to: string, approved: ApprovedContexts): ModelManifest {
  const { files, digest: _digest, ...manifest } = readManifest(from);
  const { version, createdMs, contexts, seenToMs } = approved;
  const others = Object.keys(files).filter((name) => name !== "policy.onnx");
  const { provenance } = manifest;
  return writeModel(
    to,
    {
      ...manifest,
      version,
      createdMs,
      contexts: [...contexts],
      provenance: { ...provenance, trainToMs: Math.max(provenance.trainToMs, seenToMs) },
    },
    readFileSync(join(from, "policy.onnx")),
    Object.fromEntries(others.map((name) => [name, readFileSync(join(from, name))])),
  );
}
