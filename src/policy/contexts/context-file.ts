/** @file A model held to contexts or to a row gate: a version of its own, with the same networks, trees or coefficients. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RowLimitsData } from "../../features/index.ts";
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
  const { version, createdMs, contexts, seenToMs } = approved;
  return saveChanged(from, to, ({ provenance }) => ({
    version,
    createdMs,
    contexts: [...contexts],
    provenance: { ...provenance, trainToMs: Math.max(provenance.trainToMs, seenToMs) },
  }));
}

export type HeldVersion = {
  readonly version: string;
  readonly createdMs: number;
  readonly contexts?: readonly string[];
  readonly rowGate?: RowLimitsData;
};

/** A version held to what is given, and otherwise as it was: nothing more has been seen. Throws as `saveWithContexts` does. */
export function saveVersion(from: string, to: string, { contexts, rowGate, ...named }: HeldVersion): ModelManifest {
  return saveChanged(from, to, () => ({
    ...named,
    ...(contexts === undefined ? {} : { contexts: [...contexts] }),
    ...(rowGate === undefined
      ? {}
      : {
          rowGate: {
            mean: [...rowGate.mean],
            root: [...rowGate.root],
            half: rowGate.half,
            closed: rowGate.closed,
          },
        }),
  }));
}

function saveChanged(
  from: string,
  to: string,
  changed: (manifest: ModelManifest) => Partial<ModelManifest>,
): ModelManifest {
  const whole = readManifest(from);
  const { files, digest: _digest, ...manifest } = whole;
  const others = Object.keys(files).filter((name) => name !== "policy.onnx");
  return writeModel(
    to,
    { ...manifest, ...changed(whole) },
    readFileSync(join(from, "policy.onnx")),
    Object.fromEntries(others.map((name) => [name, readFileSync(join(from, name))])),
  );
}
