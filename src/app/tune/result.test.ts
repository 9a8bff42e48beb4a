import { expect, it } from "vitest";
import type { Trial } from "../../search/index.ts";
import { looksOf } from "./result.ts";

/** @param reports steps at which it reported */
function trial(reports: number, userAttributes: Trial["userAttributes"]): Trial {
  const intermediate = new Map(Array.from({ length: reports }, (_, step) => [step + 1, 0] as const));
  return { intermediate, userAttributes } as unknown as Trial;
}

it("the looks of a search are all that its trials have noted; of those that noted none their reports, one at least", () => {
  // The end of a trial is a look and no report.
  const noted = trial(3, { looks: { count: 4, correlation: 0.5, sharpes: [1, 2, 3, 4] } });
  expect(looksOf([noted])).toBe(4);
  expect(looksOf([trial(3, {}), trial(0, {}), noted])).toBe(3 + 1 + 4);
  expect(looksOf([trial(2, { looks: { count: "4" } })]), "what is no note").toBe(2);
});
