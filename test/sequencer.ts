/** @file The order of the files of tests: by chance, from the seed of the run, but those that wait long begin first. */
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { Random } from "../src/core/index.ts";

/** Files that start processes and browsers, or train: one of them begun last would be waited for alone. */
const LONG = /\/test\/(?:cli|web|mcp)\/|\/test\/package\.test|\.slow\.test|\/search\/executors\/|\/trade\/simulation\//;

export class LongFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const random = new Random(this.ctx.config.sequence.seed);
    // Sorted first: the seed decides the order, not the file system.
    const drawn = files
      .toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
      .map((file) => ({ file, place: random.uniform(), long: LONG.test(file.moduleId) }));
    drawn.sort((a, b) => Number(b.long) - Number(a.long) || a.place - b.place);
    return Promise.resolve(drawn.map(({ file }) => file));
  }
}
