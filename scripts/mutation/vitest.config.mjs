/** @file Vitest for a mutation run: the files of one room compiled with their mutants inside, one process a test file. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { instrument } from "./mutators.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = here("../..");
const plan = JSON.parse(readFileSync(process.env.TIDEMARK_MUTATION, "utf8"));

export default defineConfig({
  root,
  plugins: [
    {
      name: "mutants",
      enforce: "pre",
      transform(code, id) {
        const path = relative(root, id).replaceAll("\\", "/");
        return Object.hasOwn(plan.bases, path) ? { code: instrument(path, code).code, map: null } : undefined;
      },
    },
  ],
  test: {
    include: plan.tests,
    setupFiles: [here("switch.mjs")],
    runner: here("runner.mjs"),
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    restoreMocks: true,
    testTimeout: 0,
    hookTimeout: 0,
    reporters: ["dot"],
    ...(process.env.TIDEMARK_MUTANT === undefined ? {} : { bail: 1 }),
  },
});
