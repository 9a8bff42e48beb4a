/**
 * @file `phase<N>_recommendations.json`: what the phase before recommends for phase N (counted from 1), for people to
 * read and change, and for `--use-recommendations`.
 */
import { join } from "node:path";
import { readTextIfPresent, TidemarkError, toError, writeFileAtomic } from "../../core/index.ts";
import { type PhaseSummary } from "./phase-metrics.ts";
import type { PhaseOverrides, Recommendation } from "./recommend.ts";
import { type Curriculum, checkSetting } from "./resolve.ts";
import { SETTING_NAMES, type SettingName } from "./settings.ts";
import { PhaseEnd } from "./transition.ts";

/** Raised when the meaning of the file changes. */
export const RECOMMENDATION_SCHEMA = 1;

export type RecommendationFile = {
  readonly schema: typeof RECOMMENDATION_SCHEMA;
  /** The phase that the settings are for, counted from 1. */
  readonly phase: number;
  readonly name: string;
  /** The finished phase. */
  readonly after: string;
  readonly endedBy: PhaseEnd;
  readonly createdMs: number;
  /** Settings that differ from the plan; what is not named is as planned. */
  readonly next: PhaseOverrides;
  readonly reasons: readonly string[];
  /** Medians over the second half of the finished phase. */
  readonly summary: PhaseSummary;
};

/** @param phase counted from 1 */
export function recommendationPath(folder: string, phase: number): string {
  return join(folder, `phase${phase}_recommendations.json`);
}

/**
 * Writes the file for the phase after `finishedIndex` (counted from 0) and returns its path. Throws FILE_UNWRITABLE or
 * DISK_FULL.
 */
export function writeRecommendation(
  folder: string,
  curriculum: Curriculum,
  finishedIndex: number,
  endedBy: PhaseEnd,
  recommendation: Recommendation,
  createdMs: number,
): string {
  const file: RecommendationFile = {
    schema: RECOMMENDATION_SCHEMA,
    phase: finishedIndex + 2,
    name: curriculum.phases[finishedIndex + 1].name,
    after: curriculum.phases[finishedIndex].name,
    endedBy,
    createdMs,
    next: recommendation.next,
    reasons: recommendation.reasons,
    summary: recommendation.summary,
  };
  const path = recommendationPath(folder, file.phase);
  writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`);
  return path;
}

/**
 * Reads what is recommended for a phase (counted from 1). Throws DATA_MISSING, DATA_FORMAT where the file is not one of
 * ours or belongs to another phase, CONFIG_UNKNOWN_KEY or CONFIG_VALUE where a setting is unknown or out of bounds.
 */
export function readRecommendation(folder: string, curriculum: Curriculum, phase: number): RecommendationFile {
  const path = recommendationPath(folder, phase);
  const text = readTextIfPresent(path);
  if (text === undefined) {
    throw new TidemarkError("DATA_MISSING", {
      what: `Nothing is recommended for phase ${phase}`,
      where: path,
      fix: "Finish the phase before it, or go on without recommendations.",
    });
  }
  const json = parse(text, path);
  if (json["schema"] !== RECOMMENDATION_SCHEMA) {
    throw badFile(path, `its schema is ${JSON.stringify(json["schema"])}, known is ${RECOMMENDATION_SCHEMA}`);
  }
  const name = curriculum.phases[phase - 1]?.name;
  if (json["phase"] !== phase || json["name"] !== name) {
    throw badFile(
      path,
      `it is for phase ${String(json["phase"])} "${String(json["name"])}", the curriculum's phase ${phase} is "${name}"`,
    );
  }
  if (!isEnd(json["endedBy"]) || typeof json["after"] !== "string" || typeof json["createdMs"] !== "number") {
    throw badFile(path, "it does not say which phase ended, when and why");
  }
  const { reasons, summary, next } = json;
  if (!Array.isArray(reasons) || !reasons.every((reason) => typeof reason === "string")) {
    throw badFile(path, '"reasons" is not a list of sentences');
  }
  if (!isRecord(summary)) throw badFile(path, '"summary" is missing');
  return {
    schema: RECOMMENDATION_SCHEMA,
    phase,
    name,
    after: json["after"],
    endedBy: json["endedBy"],
    createdMs: json["createdMs"],
    next: checkOverrides(next, path),
    reasons,
    // For people only: nothing is computed from it.
    summary: summary as PhaseSummary,
  };
}

function checkOverrides(next: unknown, path: string): PhaseOverrides {
  if (!isRecord(next)) throw badFile(path, '"next" is not a table of settings');
  const overrides: { -readonly [K in keyof PhaseOverrides]: PhaseOverrides[K] } = {};
  for (const [name, value] of Object.entries(next)) {
    if (!isSetting(name)) {
      throw new TidemarkError("CONFIG_UNKNOWN_KEY", {
        what: `"next.${name}" is not a setting of a phase`,
        where: path,
        fix: `Known settings are ${SETTING_NAMES.join(", ")}.`,
      });
    }
    checkSetting(`next.${name}`, name, value);
    overrides[name] = Number(value);
  }
  return overrides;
}

function parse(text: string, path: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw badFile(path, toError(thrown).message);
  }
  if (!isRecord(json)) throw badFile(path, "it holds no table");
  return json;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSetting(name: string): name is SettingName {
  return (SETTING_NAMES as readonly string[]).includes(name);
}

function isEnd(value: unknown): value is PhaseEnd {
  return Object.values<unknown>(PhaseEnd).includes(value);
}

function badFile(path: string, why: string): TidemarkError {
  return new TidemarkError("DATA_FORMAT", {
    what: `The recommendations can't be used: ${why}`,
    where: path,
    fix: "Finish the phase before it again, or go on without recommendations.",
  });
}
