/** @file Features of a whole tape, in values a second. */
import { computeFeatures } from "../../features/index.ts";
import { type Benchmark, fastestMs } from "./benchmark.ts";
import { benchTape } from "./market.ts";

export const featuresBenchmark: Benchmark = {
  name: "features",
  summary: "values/s: the core20 features of five symbols over half a year of 5m bars",
  async run(context) {
    const tape = benchTape();
    let values = 0;
    const ms = await fastestMs(context, 3, () => {
      values = computeFeatures(tape, "core20").values.length;
    });
    const detail = { set: "core20", symbols: tape.symbols, bars: tape.bars, values, ms: Math.round(ms) };
    return [{ name: "features", value: Math.round((values / ms) * 1000), unit: "values/s", detail }];
  },
};
