import { expect, it } from "vitest";
import { rivalFigure } from "./learning.ts";

it("a rival that is not there is said to be missing, one that ran has its ratio", () => {
  const missing = rivalFigure([{ missing: "No module named 'stable_baselines3'" }], 4);
  expect(missing).toMatchObject({
    value: 0,
    detail: { not_run: expect.stringMatching(/stable_baselines3.*only our side/) },
  });
  expect(rivalFigure([], 4).detail["not_run"]).toMatch(/nothing was told/);
  const ran = rivalFigure(
    [
      { version: "2.9", cpu: 30, steps: 20_000 },
      { version: "2.9", cpu: 50, steps: 30_000 },
    ],
    4,
  );
  expect(ran).toMatchObject({ value: 40, detail: { version: "2.9", steps: 25_000, it_over_ours: 10 } });
});
