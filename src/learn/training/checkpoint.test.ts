import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { addCheckpoint, type Checkpoint, loadCheckpoint, newestCheckpoint } from "./checkpoint.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-checkpoint-"));
  for (const steps of [9, 10, 11, 12]) addCheckpoint(folder, at(steps));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function at(steps: number): Checkpoint {
  return {
    fingerprint: "own",
    trainer: { episodes: 3 },
    best: Float32Array.of(-0, steps),
    phaseBest: new Float32Array(0),
    ppo: {
      steps,
      updates: 2,
      random: new Random(steps).state(),
      scaler: { mean: 0.5, variance: 4, count: 10, returns: [1, 2] },
      env: { at: 5 },
      memory: Float32Array.of(1, 2, 3),
      parameters: Float32Array.of(4, 5),
      firstMoment: Float32Array.of(6, 7),
      secondMoment: Float32Array.of(8, 9),
      optimizerSteps: 6,
    },
  };
}

describe("a checkpoint", () => {
  it("is read as it was written, the newest of three that are kept", () => {
    expect(readdirSync(folder)).toHaveLength(3);
    expect(loadCheckpoint(newestCheckpoint(folder), "own")).toEqual(at(12));
  });

  it("is refused where a byte of it is another, wherever that is, or the end is gone", () => {
    const bytes = readFileSync(newestCheckpoint(folder));
    const path = join(folder, "damaged");
    for (let i = 0; i < bytes.length; i += 7) {
      const damaged = Buffer.from(bytes);
      damaged[i] ^= 1;
      writeFileSync(path, damaged);
      expect(() => loadCheckpoint(path), `byte ${i}`).toThrow(/damaged/);
    }
    writeFileSync(path, bytes.subarray(0, -4));
    expect(() => loadCheckpoint(path)).toThrow(/damaged/);
  });

  it("is refused for another run, and told where there is none", () => {
    expect(() => loadCheckpoint(newestCheckpoint(folder), "another")).toThrow(/another configuration/);
    expect(() => loadCheckpoint(newestCheckpoint(join(folder, "nowhere")))).toThrow(/no checkpoint here/);
  });
});
