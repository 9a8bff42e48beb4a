import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Random, sha256Hex } from "../../../core/index.ts";
import type * as Boosting from "./boost.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");

describe("boosted trees on several threads", () => {
  it("are the same to the last bit on 1, 2 and 4", async () => {
    // Threads run JavaScript, as a user's do.
    const bundler = pathToFileURL(resolve(ROOT, "scripts/bundle.mjs")).href;
    const folder = mkdtempSync(join(tmpdir(), "tidemark-threads-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const modules = ["boost", "worker"].map((name) => `learn/supervised/gbdt/${name}`);
    const script = `import { bundle } from "${bundler}"; await bundle(${JSON.stringify(modules)}, process.argv[1]);`;
    const bundled = spawnSync(process.execPath, ["--input-type=module", "--eval", script, folder], {
      encoding: "utf8",
    });
    expect(bundled.stderr).toBe("");
    const compiled = pathToFileURL(join(folder, `${modules[0]}.js`)).href;
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
