import { expect, it } from "vitest";
import { besideFigure } from "./gbdt.ts";
import { rivalFigure } from "./learning.ts";

it("a rival that is not there is said to be missing, one that ran has its ratio", () => {
  const missing = rivalFigure([{ missing: "No module named 'stable_baselines3'" }], 4);
  expect(missing).not.toHaveProperty("value");
  expect(missing).toMatchObject({
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

it("so it is of boosted trees", () => {
  const missing = besideFigure({ name: "lightgbm", missing: "No module named 'lightgbm'" }, 4, 0.6);
  expect(missing).toEqual({ name: "lightgbm", unit: "CPU s", detail: { not_run: "No module named 'lightgbm'" } });
  const ran = besideFigure({ name: "lightgbm", version: "4", cpu: 2, loss: 0.5 }, 4, 0.6);
  expect(ran).toMatchObject({ value: 2, detail: { gbdt_over_it: 2, log_loss: 0.5, gbdt_loss_less_its: 0.1 } });
});
