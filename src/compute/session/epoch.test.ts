import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { normal, orthogonal, zeros } from "../initializers.ts";
import { cast, greater, square, sub, tanh } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { linear } from "../ops/matmul.ts";
import { mean } from "../ops/reduce.ts";
import { Parameters } from "../parameters.ts";
import { input } from "../tensor/tensor.ts";
import { adam } from "./adam.ts";
import { compileEpoch } from "./epoch.ts";
import type { EpochOptions } from "./options.ts";
import { compileTrainStep } from "./train.ts";

const [ROWS, BATCH, WIDTH, STEPS] = [50, 8, 3, 12];
const random = new Random(1);
const fill = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
const TABLE = fill(ROWS * WIDTH);
const INDEX = Int32Array.from({ length: STEPS * BATCH }, () => random.below(ROWS));
const TARGET = fill(STEPS * BATCH);

/** A regression on rows of a table; the gate refuses steps whose loss is not above `floor`. */
function options(floor = -1): EpochOptions {
  const parameters = new Parameters();
  const x = gather(input("table", [ROWS, WIDTH]), input("index", [BATCH], "int32"));
  const hidden = tanh(linear(x, parameters.add("w1", [WIDTH, 7], orthogonal(1.4)), parameters.add("b1", [7], zeros)));
  const y = linear(hidden, parameters.add("w2", [7, 1], normal(0.5)), parameters.add("b2", [1], zeros));
  const errors = sub(y, input("target", [BATCH, 1]));
  const loss = mean(square(sub(errors, input("shift", []))));
  return {
    parameters,
    initial: parameters.initialize(new Random(2)),
    loss,
    optimizer: adam({ epsilon: 1e-5 }),
    clipNorm: 0.3,
    metrics: { errors, half: mean(errors) },
    gate: cast(greater(loss, floor), "float32"),
    steps: STEPS,
    shared: ["table"],
  };
}

const SCALARS = { learningRate: 0.02, shift: 0.1 };

async function single(floor?: number) {
  const session = await compileTrainStep(options(floor));
  const losses: number[] = [];
  const errors: number[] = [];
  let refused = false;
  for (let i = 0; i < STEPS && !refused; i++) {
    const index = INDEX.slice(i * BATCH, (i + 1) * BATCH);
    const target = TARGET.slice(i * BATCH, (i + 1) * BATCH);
    const metrics = await session.step({ table: TABLE, index, target }, SCALARS);
    losses.push(metrics.get("loss"));
    errors.push(...metrics.values("errors"));
    refused = !metrics.applied;
  }
  const state = session.getState();
  await session.release();
  return { losses, errors, state };
}

describe("many steps in one run", () => {
  it("give what single steps give, to the last bit, run after run", async () => {
    const session = await compileEpoch(options());
    expect(session.inputs.map(({ name, shape }) => [name, ...shape])).toContainEqual(["index", STEPS, BATCH]);
    const one = await single();
    const rows = await session.run({ table: TABLE, index: INDEX, target: TARGET }, SCALARS);
    expect(rows.map((row) => row.get("loss"))).toEqual(one.losses);
    expect(rows.flatMap((row) => [...row.values("errors")])).toEqual(one.errors);
    expect(rows.every(({ applied }) => applied)).toBe(true);
    expect(session.getState()).toEqual(one.state);

    const again = await compileTrainStep(options());
    again.setState(one.state);
    const feeds = { table: TABLE, index: INDEX.slice(0, BATCH), target: TARGET.slice(0, BATCH) };
    await again.step(feeds, SCALARS);
    const more = await compileEpoch({ ...options(), steps: 1 });
    more.setState(session.getState());
    await more.run(feeds, SCALARS);
    expect(more.getState(), "the moments' correction goes on").toEqual(again.getState());
    for (const each of [session, again, more]) await each.release();
  });

  it("end with the step that the gate refuses, whose figures are told and which changes nothing", async () => {
    const { losses } = await single();
    const floor = [...losses].sort((a, b) => a - b)[3];
    const one = await single(floor);
    expect(one.losses.length, "a case that stops midway").toBeLessThan(STEPS);
    const session = await compileEpoch(options(floor));
    const rows = await session.run({ table: TABLE, index: INDEX, target: TARGET }, SCALARS);
    expect(rows.map((row) => row.get("loss"))).toEqual(one.losses);
    expect(rows.map(({ applied }) => applied)).toEqual(one.losses.map((loss) => loss > floor));
    expect(session.stepCount).toBe(one.losses.length - 1);
    expect(session.getState()).toEqual(one.state);
    await session.release();
  });

  it("keep the steps before one whose gradient is not finite", async () => {
    const target = TARGET.slice();
    target[3 * BATCH] = Number.NaN;
    const session = await compileEpoch(options());
    await expect(session.run({ table: TABLE, index: INDEX, target }, SCALARS)).rejects.toMatchObject({
      code: "TRAINING_DIVERGED",
      where: "step 4",
    });
    expect(session.stepCount).toBe(3);
    expect(session.parameters.every(Number.isFinite)).toBe(true);
    await session.release();
  });
});
