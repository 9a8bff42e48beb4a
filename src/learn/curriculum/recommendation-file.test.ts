import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PhaseMetrics } from "./phase-metrics.ts";
import { recommend } from "./recommend.ts";
import { readRecommendation, recommendationPath, writeRecommendation } from "./recommendation-file.ts";
import { resolveCurriculum } from "./resolve.ts";
import { PhaseEnd } from "./transition.ts";

const curriculum = resolveCurriculum();
const METRICS: PhaseMetrics = {
  steps: 100_000,
  score: 0.01,
  entropyShare: 0.05,
  approximateKl: 0.1,
  clipFraction: 0.4,
  epochShare: 1,
  explainedVariance: 0.2,
  directionBias: 0,
};
const recommendation = recommend({
  planned: curriculum.phases[0],
  ran: curriculum.phases[0],
  next: curriculum.phases[1],
  history: [METRICS],
  endedBy: PhaseEnd.plateau,
});
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-phases-"));
  writeRecommendation(folder, curriculum, 0, PhaseEnd.plateau, recommendation, 1_700_000_000_000);
});
afterEach(() => rmSync(folder, { recursive: true }));

function change(edit: (file: Record<string, unknown>) => void): void {
  const path = recommendationPath(folder, 2);
  const file = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  edit(file);
  writeFileSync(path, JSON.stringify(file));
}

describe("the file of recommendations", () => {
  it("is named after the phase that it is for, and readable", () => {
    expect(readdirSync(folder)).toEqual(["phase2_recommendations.json"]);
    expect(readFileSync(recommendationPath(folder, 2), "utf8")).toContain('\n    "learningRate": 0.00015,\n');
  });

  it("is read back as it was written", () => {
    const read = readRecommendation(folder, curriculum, 2);
    expect(read).toEqual({
      schema: 1,
      phase: 2,
      name: "costs",
      after: "orientation",
      endedBy: "plateau",
      createdMs: 1_700_000_000_000,
      ...recommendation,
    });
    expect(read.next).toEqual({ learningRate: 1.5e-4, entropy: 0.04, betaEntropy: 0.004 });
  });

  it("may be changed by hand, within the bounds", () => {
    change((file) => {
      file["next"] = { episodeBars: 333 };
    });
    expect(readRecommendation(folder, curriculum, 2).next).toEqual({ episodeBars: 333 });
  });

  it.each<[string, (file: Record<string, unknown>) => void, string]>([
    ["of another schema", (file) => (file["schema"] = 2), "DATA_FORMAT"],
    ["for another phase", (file) => (file["phase"] = 3), "DATA_FORMAT"],
    ["of another curriculum", (file) => (file["name"] = "breadth"), "DATA_FORMAT"],
    ["without reasons", (file) => delete file["reasons"], "DATA_FORMAT"],
    ["without a summary", (file) => delete file["summary"], "DATA_FORMAT"],
    ["without an end", (file) => (file["endedBy"] = "boredom"), "DATA_FORMAT"],
    ["without settings", (file) => (file["next"] = [1]), "DATA_FORMAT"],
    ["with an unknown setting", (file) => (file["next"] = { learnRate: 1 }), "CONFIG_UNKNOWN_KEY"],
    ["with a setting out of bounds", (file) => (file["next"] = { learningRate: 1 }), "CONFIG_VALUE"],
    ["with a setting that is no number", (file) => (file["next"] = { clip: "0.2" }), "CONFIG_VALUE"],
  ])("is refused %s", (_name, edit, code) => {
    change(edit);
    expect(() => readRecommendation(folder, curriculum, 2)).toThrowError(expect.objectContaining({ code }));
  });

  it("is refused where it is no JSON or not there", () => {
    writeFileSync(recommendationPath(folder, 2), "{");
    expect(() => readRecommendation(folder, curriculum, 2)).toThrowError(
      expect.objectContaining({ code: "DATA_FORMAT" }),
    );
    expect(() => readRecommendation(folder, curriculum, 3)).toThrowError(
      expect.objectContaining({ code: "DATA_MISSING", where: join(folder, "phase3_recommendations.json") }),
    );
  });
});
