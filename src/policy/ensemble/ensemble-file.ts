/** @file Models of one recipe and several seeds, put together into a model of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, TidemarkError } from "../../core/index.ts";
import { learnsNetwork } from "../learners.ts";
import { type ModelManifest, memberFile, readManifest, writeModel } from "../model-file.ts";

/** What members have to have in common: they see the same rows and the same account, and trade under the same rules. */
const COMMON = [
  "timeframe",
  "instruments",
  "actionSpace",
  "network",
  "features",
  "normalizer",
  "accountFeatures",
  "decision",
] as const satisfies ReadonlyArray<keyof ModelManifest>;

/**
 * Writes the folder of an ensemble whole: `policy.onnx` is the first member, `policy-2.onnx` the second, and so on.
 * Throws MODEL_MISSING, MODEL_CORRUPT, MODEL_MISMATCH where they don't fit together, FILE_UNWRITABLE or DISK_FULL.
 */
export function saveEnsemble(
  folder: string,
  { name, version, createdMs, seed }: Pick<ModelManifest, "name" | "version" | "createdMs"> & { readonly seed: number },
  memberFolders: readonly string[],
): ModelManifest {
  const members = memberFolders.map((own) => readManifest(own));
  const [first] = members;
  if (members.length < 2 || !learnsNetwork(first.learner)) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: "An ensemble is made of two or more networks",
      where: memberFolders.join(", "),
      fix: "Train them with `tidemark train --learner ensemble`.",
    });
  }
  for (const [k, member] of members.entries()) {
    const other = COMMON.find((key) => canonicalJson(member[key]) !== canonicalJson(first[key]));
    if (other === undefined && member.learner === first.learner) continue;
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `The members of an ensemble are of one recipe; these differ in ${other ?? "what learned"}`,
      where: memberFolders[k],
      fix: "Train all of them with the same settings and data.",
    });
  }
  const { files: _files, digest: _digest, ...common } = first;
  const onnx = memberFolders.map((own) => readFileSync(join(own, "policy.onnx")));
  const others = Object.fromEntries(onnx.slice(1).map((bytes, k) => [memberFile(k + 1), bytes]));
  return writeModel(
    folder,
    {
      ...common,
      name,
      version,
      createdMs,
      learner: "ensemble",
      parameters: members.reduce((sum, { parameters }) => sum + parameters, 0),
      ensemble: {
        learner: first.learner,
        members: members.map(({ provenance, digest = "" }) => ({ seed: provenance.seed, digest })),
      },
      provenance: {
        ...first.provenance,
        seed,
        steps: members.reduce((sum, { provenance }) => sum + provenance.steps, 0),
      },
    },
    onnx[0],
    others,
  );
}
