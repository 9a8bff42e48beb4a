/** @file Before every file of tests: one seed for the properties of the whole run, the one that vitest shows at its start. */
import { configureGlobal } from "fast-check";
import { everyday } from "../src/core/testing/nightly.ts";

const seed = Number(process.env["TIDEMARK_TEST_SEED"]);
if (!Number.isSafeInteger(seed)) throw new Error("TIDEMARK_TEST_SEED is a whole number");
// A property takes 32 bits; its own seed, where it has one, goes before this one.
configureGlobal({ seed: seed | 0, numRuns: everyday(100) });
