/** @file How long an episode is where nobody says. */
import { describe, expect, it } from "vitest";
import { fittedEpisodeBars } from "./episodes.ts";
import { prepare, trainingEnv } from "./prepare.ts";
import { smallTraining } from "./testing/small.ts";

function part(bars: number, from = 100): { from: number; to: number } {
  return { from, to: from + bars };
}

describe("an episode", () => {
  it.each([
    [[part(2_049)], 64, 2_048],
    [[part(2_048)], 64, 1_024],
    [[part(1_618)], 64, 768],
    [[part(1_618)], 1, 809],
    [[part(30)], 64, 64],
    [[part(300), part(5_000, 900), part(20, 9_000)], 64, 2_048],
    [[part(9_000)], 100, 2_000],
  ])("of the parts %j in segments of %d has %d bars", (parts, segment, bars) => {
    expect(fittedEpisodeBars(parts, segment)).toBe(bars);
  });

  it("is as long as asked for; without that as the training part allows, which is told", () => {
    const told: string[] = [];
    const warn = (text: string): number => told.push(text);
    expect(prepare(smallTraining({ warn })).options.episodeBars).toBe(128);
    expect(told).toEqual([]);
    const { episodeBars: _, ...open } = smallTraining({ warn });
    const prepared = prepare(open);
    const { from, to } = prepared.split.train;
    expect(prepared.options.episodeBars).toBe(Math.floor((to - from) / 2 / 16) * 16);
    expect(told.join()).toContain(`The training part has ${to - from} bars: episodes have 416 of them`);
    expect(() => trainingEnv(prepared)).not.toThrow();
  });

  it("that does not fit is refused with one that does", () => {
    const prepared = prepare(smallTraining({ episodeBars: 1_600 }));
    const { from, to } = prepared.split.train;
    expect(() => trainingEnv(prepared)).toThrow(
      expect.objectContaining({
        code: "DATA_TOO_SHORT",
        fix: expect.stringContaining(
          `training.episode_bars = ${fittedEpisodeBars([{ from, to }], 16)}, or leave it out`,
        ) as string,
      }),
    );
  });
});
