import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { inSlices } from "./slices.ts";

/** A clock by which every look takes so long. */
const slow = (ms: number) => {
  let nowMs = 0;
  return { elapsedMs: () => (nowMs += ms) };
};

describe("work in slices", () => {
  it("does everything in its order, and lets others in between", async () => {
    const done: Array<number | string> = [];
    const work = inSlices([1, 2, 3, 4, 5, 6], (item) => done.push(item), slow(4));
    await setImmediate();
    done.push("other");
    await work;
    expect(done.filter((item) => item !== "other")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(done.indexOf("other")).toBeLessThan(5);
  });

  it("takes no turn where all of it is quick", async () => {
    const done: number[] = [];
    const work = inSlices([1, 2, 3], (item) => done.push(item), slow(0));
    expect(done).toEqual([1, 2, 3]);
    await work;
  });

  it("closes what it read from where it fails", async () => {
    let isClosed = false;
    function* items(): Iterable<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    const failing = inSlices(items(), () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(isClosed).toBe(true);
  });
});
