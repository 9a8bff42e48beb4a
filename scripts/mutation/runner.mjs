/**
 * @file The test runner of a mutation run. Each test runs once as it is, which shows the places that it passes, and then once
 * for every mutant of those places that still lives; a mutant dies with the first failure. Code that ran outside of the
 * tests, while the file was loaded, is not switched this way: its survivors are tried in processes of their own.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { TestRunner } from "vitest";

const LEAST_LIMIT = 200_000;
const LIMIT_FACTOR = 20;
const LEAST_MS = 20_000;

class TooSlow extends Error {}

function inTime(work, ms) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new TooSlow("a mutant takes too long")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export default class MutationRunner extends TestRunner {
  #alive;
  #outside;

  #begin() {
    const { plan, hits } = globalThis.__tidemarkMutation;
    if (this.#alive !== undefined) return;
    this.#alive = new Set(plan.wanted);
    for (const { id, status } of existsSync(plan.results) ? lines(plan.results) : []) {
      if (status === "killed") this.#alive.delete(id);
    }
    this.#outside = hits.slice();
  }

  async runTask(test) {
    const mutation = globalThis.__tidemarkMutation;
    const { plan, hits } = mutation;
    const run = TestRunner.getTestFn(test);
    if (process.env.TIDEMARK_MUTANT !== undefined) return run();
    this.#begin();
    for (let i = 0; i < hits.length; i++) this.#outside[i] |= hits[i];
    hits.fill(0);
    mutation.passed = 0;
    const begun = performance.now();
    await run();
    const ms = performance.now() - begun;
    const limit = Math.max(LEAST_LIMIT, mutation.passed * LIMIT_FACTOR);
    const covered = hits.slice();
    const file = relative(process.cwd(), test.file.filepath);
    const log = (entry) => appendFileSync(plan.results, `${JSON.stringify(entry)}\n`);
    const died = [];
    for (const id of this.#alive) {
      if (covered[plan.sites[id]] === 0) continue;
      mutation.on = id;
      mutation.passed = 0;
      mutation.limit = limit;
      log({ id, status: "tried", file });
      let why;
      try {
        await inTime(Promise.resolve(run()), Math.max(LEAST_MS, ms * LIMIT_FACTOR));
      } catch (error) {
        why = error instanceof TooSlow || error?.name === "EndlessMutant" ? "endless" : "failed";
      }
      mutation.on = -1;
      mutation.limit = Number.POSITIVE_INFINITY;
      if (why === undefined) continue;
      died.push({ id, status: "killed", why, file, test: test.name });
      this.#alive.delete(id);
    }
    // Where a mutant left something behind, the test fails without any: what died here then proves nothing.
    if (died.length > 0) {
      try {
        await run();
      } catch {
        for (const { id } of died) log({ id, status: "alone", file });
        throw new Error(`mutants left something behind in "${test.name}"`);
      }
    }
    for (const entry of died) log(entry);
  }

  onAfterRunFiles() {
    super.onAfterRunFiles();
    const { plan, hits } = globalThis.__tidemarkMutation;
    appendFileSync(plan.results, `${JSON.stringify({ done: true })}\n`);
    // Places that only ran outside of tests.
    for (let i = 0; i < hits.length; i++) {
      if (((this.#outside ?? hits)[i] | 0) === 0) continue;
      for (const id of this.#alive ?? plan.wanted) {
        if (plan.sites[id] === i) appendFileSync(plan.results, `${JSON.stringify({ id, status: "outside" })}\n`);
      }
    }
  }
}

function lines(path) {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
