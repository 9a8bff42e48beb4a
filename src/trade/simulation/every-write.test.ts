import { describe, expect, test } from "vitest";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { deaths, dieAt } from "./every-write.ts";

const ALL = deaths();
/** Odd, so that deaths with the power and without take turns. */
const sampled = (stride: number) => ALL.filter((_, index) => index % (NIGHTLY ? 1 : stride) === 0);

describe("the crash of every single write", () => {
  test("meets every write of the script before it, after it, and after each effect", () => {
    expect(ALL.length).toBeGreaterThan(1_500);
    expect(new Set(ALL.map(({ write }) => write)).size, "no write is left out").toBe(ALL[ALL.length - 1].write + 1);
    expect(Math.max(...ALL.map(({ at }) => at)), "two orders leave on one write").toBeGreaterThanOrEqual(3);
  });

  test("loses nothing, doubles nothing, and leaves every position with its stop", () => {
    const results = sampled(57).map((death) => dieAt(death));
    expect(results.filter(({ violation }) => violation !== undefined)).toEqual([]);
    expect(results.filter(({ doubtful }) => doubtful > 0).length, "orders were in doubt").toBeGreaterThan(1);
  });

  test.each(["sent-before-journal", "not-flushed", "resent-at-start", "stop-not-replaced"] as const)(
    "notices a session that is %s",
    (planted) => {
      const noticed = sampled(7).find((death) => dieAt(death, planted).violation !== undefined);
      expect(noticed, "one of the deaths shows it").toBeDefined();
    },
  );
});
