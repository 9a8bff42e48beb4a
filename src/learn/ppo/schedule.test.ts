import { describe, expect, it } from "vitest";
import { constant, cosine, linear, scheduled } from "./schedule.ts";

describe("schedules", () => {
  it("stay within their ends, whatever share of the run is asked for", () => {
    expect(scheduled(linear(1, 0), -1)).toBe(1);
    expect(scheduled(linear(1, 0), 0.25)).toBe(0.75);
    expect(scheduled(linear(1, 0), 2)).toBe(0);
    expect(scheduled(constant(0.2), 0.9)).toBe(0.2);
  });

  it("fall along half a cosine", () => {
    const fall = { kind: "cosine", from: 1, to: 0 } as const;
    expect(scheduled(fall, 0)).toBe(1);
    expect(scheduled(fall, 0.5)).toBeCloseTo(0.5, 12);
    expect(scheduled(fall, 1)).toBeCloseTo(0, 12);
  });
});

it("a cosine goes from its first value to its last, through the middle", () => {
  const schedule = cosine(0.004, 0.001);
  expect([0, 0.5, 1].map((done) => scheduled(schedule, done))).toEqual([
    expect.closeTo(0.004, 12),
    expect.closeTo(0.0025, 12),
    expect.closeTo(0.001, 12),
  ]);
});
