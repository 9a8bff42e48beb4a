import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Random, sha256Hex } from "../../../core/index.ts";
import type * as Boosting from "./boost.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");

describe("boosted trees on several threads", () => {
  it("are the same to the last bit on 1, 2 and 4", async () => {
    // Threads run the compiled program, as a user's do.
    const build = pathToFileURL(resolve(ROOT, "scripts/build.mjs")).href;
    const script = `process.exitCode = (await import("${build}")).ensureBuilt() === "" ? 0 : 1;`;
    expect(spawnSync(process.execPath, ["--input-type=module", "--eval", script, "build"]).status).toBe(0);
    const compiled = pathToFileURL(resolve(ROOT, "dist/learn/supervised/gbdt/boost.js")).href;
    const { boost } = (await import(/* @vite-ignore */ compiled)) as typeof Boosting;
    const random = new Random(1);
    const [rows, features] = [3000, 18];
    const x = Float32Array.from({ length: rows * features }, () => random.normal());
    const labels = Uint8Array.from({ length: rows }, (_, r) => Number(x[r * features] + random.normal() > 0));
    const train = Int32Array.from({ length: rows }, (_, i) => i);
    const hashes: string[] = [];
    for (const threads of [1, 2, 4]) {
      const settings = { trees: 12, minRows: 20 };
      const { forest } = await boost({ x, features, labels, classes: 2, train, settings, seed: 1, threads });
      hashes.push(sha256Hex(JSON.stringify(forest.data)));
    }
    expect(new Set(hashes).size).toBe(1);
  });
});
