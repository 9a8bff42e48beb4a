/** @file What defines a study, checked once and kept with it, so that whoever opens it goes on in the same way. */
import { canonicalJson, checkChoice, checkWhole, freshSeed, TidemarkError } from "../core/index.ts";
import { checkPruner, type FullPrunerSpec, type PrunerSpec } from "./pruners/create.ts";
import { checkSampler, type SamplerSpec } from "./samplers/create.ts";
import { checkSpace, type SearchSpace, spaceJson } from "./space.ts";
import { DirectionCode, type Json, type StudyDirection } from "./trial.ts";

export type StudyDefinition = {
  readonly space: SearchSpace;
  readonly direction: StudyDirection;
  /** TPE where absent. */
  readonly sampler?: SamplerSpec;
  /** No pruning where absent. */
  readonly pruner?: PrunerSpec;
  /** Drawn and stored where absent. */
  readonly seed?: number;
};

/** A definition with every default filled in. */
export type StudySettings = {
  readonly space: SearchSpace;
  readonly direction: StudyDirection;
  readonly sampler: Required<SamplerSpec>;
  readonly pruner: FullPrunerSpec;
  readonly seed: number;
};

/** The study's user attribute that holds its settings and its id. */
export const SETTINGS_ATTRIBUTE = "tidemark";

/** Throws CONFIG_VALUE or CONFIG_UNKNOWN_KEY. */
export function checkDefinition(definition: StudyDefinition): StudySettings {
  checkChoice("direction", definition.direction, Object.keys(DirectionCode));
  const seed = definition.seed ?? freshSeed();
  checkWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  return {
    space: spaceJson(checkSpace(definition.space)),
    direction: definition.direction,
    sampler: checkSampler(definition.sampler ?? { kind: "tpe" }),
    pruner: checkPruner(definition.pruner ?? { kind: "none" }),
    seed,
  };
}

/** Checks that what is asked for is what is stored. Throws STUDY_MISMATCH. */
export function checkSame(stored: StudySettings, asked: Partial<StudyDefinition>, where: string): void {
  const full = checkDefinition({ ...stored, ...asked });
  for (const key of Object.keys(asked) as Array<keyof StudyDefinition>) {
    const [was, is] = [canonicalJson(stored[key]), canonicalJson(full[key])];
    if (was === is) continue;
    throw new TidemarkError("STUDY_MISMATCH", {
      what: `The study was begun with another ${key}: ${was}, not ${is}`,
      where,
      fix: `Leave "${key}" as it was, or choose another folder for a new study.`,
    });
  }
}

export type StoredSettings = { readonly id: string; readonly settings: StudySettings };

/** The settings as a study's attribute. */
export function settingsJson(id: string, settings: StudySettings): Json {
  const { direction: _direction, ...rest } = settings;
  return { id, ...rest };
}

/** Reads the attribute back; undefined where another tool began the study. */
export function parseSettings(attribute: Json | undefined, direction: StudyDirection): StoredSettings | undefined {
  if (attribute === undefined || attribute === null || typeof attribute !== "object") return undefined;
  const { id, ...rest } = attribute as unknown as { id: string } & StudyDefinition;
  return { id, settings: checkDefinition({ ...rest, direction }) };
}
