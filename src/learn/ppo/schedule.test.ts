import { describe, expect, it } from "vitest";
import { constant, linear, scheduled } from "./schedule.ts";

describe("schedules", () => {
  it("stay within their ends, whatever share of the run is asked for", () => {
    expect(scheduled(linear(1, 0), -1)).toBe(1);
    expect(scheduled(linear(1, 0), 0.25)).toBe(0.75);
    expect(scheduled(linear(1, 0), 2)).toBe(0);
    expect(scheduled(constant(0.2), 0.9)).toBe(0.2);
  });

  it("fall along half a cosine", () => {
    const cosine = { kind: "cosine", from: 1, to: 0 } as const;
    expect(scheduled(cosine, 0)).toBe(1);
    expect(scheduled(cosine, 0.5)).toBeCloseTo(0.5, 12);
    expect(scheduled(cosine, 1)).toBeCloseTo(0, 12);
  });
});
