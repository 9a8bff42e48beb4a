import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Config, loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { askedLearner } from "../training/trainings.ts";
import { beginSearch } from "./search.ts";
import { askedSettings, tunedConfig } from "./tuned-config.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-tuned-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));
writeFileSync(
  join(FOLDER, "tidemark.toml"),
  `[data]
venue = "synthetic"
synthetic_bars = 1000
[features]
list = ["return1", "rsi14"]
[splits]
embargo_bars = 8
[search.space]
inverse_penalty = [0.001, 0.1]
`,
);

function flagged(flags: Readonly<Record<string, unknown>>): Config {
  const overrides = Object.entries(flags).map(([path, value]) => ({ path, value, source: "a flag" }));
  return loadConfig({ path: undefined, workingFolder: FOLDER, overrides });
}

const ASKED = { "data.symbols": ["ETHUSDT"], "data.timeframe": "1h", "model.learner": "logistic" };

it("what flags decided for a search is decided for the training with what it found, unless a flag says otherwise", async () => {
  const searched = flagged({ ...ASKED, "search.trials": 3, "model.name": "edge", "data.root": "data" });
  expect(askedSettings(searched), "how it was searched is not of the training").toEqual(ASKED);
  const { study } = await beginSearch(quietContext(FOLDER, () => searched).context, searched);
  await study.enqueue({ inverse_penalty: 0.02 });
  await study.optimize(({ params }) => Number(params["inverse_penalty"] === 0.02), { trials: 2 });

  const plain = flagged({ "model.name": "edge" });
  const { context, said } = quietContext(FOLDER, () => plain);
  const { config } = await tunedConfig(context, plain, true);
  expect(config.data).toMatchObject({ symbols: ["ETHUSDT"], timeframe: "1h" });
  expect(config.model).toMatchObject({ learner: "logistic", name: "edge" });
  expect(config.supervised.inversePenalty).toBe(0.02);
  expect(said.join("\n")).toContain("As that search was asked: data.symbols ETHUSDT, data.timeframe 1h");
  expect(askedLearner(plain, { tuned: true })).toBe("logistic");

  const other = flagged({ "model.name": "edge", "data.timeframe": "4h", "supervised.inverse_penalty": 0.5 });
  const own = (await tunedConfig(context, other, "edge-1")).config;
  expect(own.data).toMatchObject({ symbols: ["ETHUSDT"], timeframe: "4h" });
  expect(own.supervised.inversePenalty).toBe(0.5);
  expect(askedLearner(flagged({ "model.name": "edge", "model.learner": "ppo" }), { tuned: true })).toBe("ppo");
});
