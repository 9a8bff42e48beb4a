import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { orthogonal, uniform, zeros } from "../initializers.ts";
import { serializeModel } from "../onnx/model.ts";
import { MessageWriter, readFields } from "../onnx/protobuf.ts";
import { add, mul, tanh } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { linear, matmul } from "../ops/matmul.ts";
import { layerNorm, softmax } from "../ops/normalize.ts";
import { Parameters } from "../parameters.ts";
import { gru } from "../recurrent/gru.ts";
import { constant, input } from "../tensor/tensor.ts";
import { compileForward, exportModel, loadModel } from "./forward.ts";

const folder = mkdtempSync(join(tmpdir(), "compute-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A policy with every kind of layer that a file must hold. */
function policy() {
  const p = new Parameters();
  const [B, D, H] = [4, 3, 6];
  const x = input("observation", [B, D]);
  const h = input("state", [B, H]);
  const normal = layerNorm(x, p.add("gain", [D], uniform(1)), p.add("offset", [D], uniform(1)));
  const encoded = tanh(linear(normal, p.add("w1", [D, H], orthogonal(1)), p.add("b1", [H], zeros)));
  const weights = [
    p.add("wx", [3 * H, H], uniform(0.4)),
    p.add("wh", [3 * H, H], uniform(0.4)),
    p.add("bg", [6 * H], uniform(0.4)),
  ];
  const { outputs, last } = gru(mul(encoded, constant(1, [1, B, H])), h, weights[0], weights[1], weights[2]);
  const scores = matmul(outputs, outputs, { transB: true, alpha: 0.5 });
  return {
    p,
    outputs: { probabilities: softmax(linear(last, p.add("w2", [H, 5], orthogonal(0.1)))), next: last, scores },
  };
}

function feedsOf(seed: number): Record<string, Float32Array> {
  const random = new Random(seed);
  const fill = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
  return { observation: fill(12), state: fill(24) };
}

describe("forward sessions", () => {
  it("results are the session's own arrays, rewritten by every run", async () => {
    const x = input("x", [2]);
    const session = await compileForward({ outputs: { y: add(x, 1), same: x } });
    const first = await session.run(new Float32Array(0), { x: Float32Array.of(1, 2) });
    const kept = first["y"];
    expect([...kept]).toEqual([2, 3]);
    const second = await session.run(new Float32Array(0), { x: Float32Array.of(5, 6) });
    expect(second["y"]).toBe(kept);
    expect([...kept]).toEqual([6, 7]);
    expect([...second["same"]], "an input may be an output").toEqual([5, 6]);
    await session.release();
    await expect(compileForward({ outputs: { x } }), "under another name").rejects.toThrow(/"x" is both/);
  });

  it("a refilled feed array is read anew", async () => {
    const session = await compileForward({ outputs: { y: mul(input("x", [1]), 2) } });
    const x = Float32Array.of(1);
    await session.run(new Float32Array(0), { x });
    x[0] = 4;
    expect((await session.run(new Float32Array(0), { x }))["y"][0]).toBe(8);
    await session.release();
  });

  it("rows of a large matrix are picked inside the graph", async () => {
    const table = input("table", [1000, 2]);
    const rows = input("rows", [3], "int32");
    const session = await compileForward({ outputs: { y: gather(table, rows) } });
    const feeds = { table: Float32Array.from({ length: 2000 }, (_, i) => i), rows: Int32Array.of(999, 0, 500) };
    const { y } = await session.run(new Float32Array(0), feeds);
    expect([...y]).toEqual([1998, 1999, 0, 1, 1000, 1001]);
    await expect(
      session.run(new Float32Array(0), { ...feeds, rows: Int32Array.of(0, 0, 1000) }),
      "an index outside fails instead of reading elsewhere",
    ).rejects.toThrow(/out of data bounds/);
    await session.release();
  });

  it("thread counts give the same numbers, and auto chooses one of them", async () => {
    const { p, outputs } = policy();
    const flat = p.initialize(new Random(1));
    const results: Float32Array[] = [];
    for (const threads of [1, 2, "auto"] as const) {
      const session = await compileForward({ parameters: p, outputs, threads });
      expect(session.threads).toBeGreaterThanOrEqual(1);
      results.push((await session.run(flat, feedsOf(2)))["probabilities"].slice());
      await session.release();
    }
    for (const result of results) {
      result.forEach((value, i) => expect(Math.abs(value - results[0][i])).toBeLessThan(1e-6));
    }
  });

  it("a device that is not there is a COMPUTE_DEVICE error that says what is missing", async () => {
    const compiled = compileForward({ outputs: { y: add(input("x", [2]), 1) }, device: "cuda" });
    await expect(compiled).rejects.toMatchObject({
      code: "COMPUTE_DEVICE",
      message: expect.stringMatching(/NVIDIA driver/),
    });
  });

  it("one name for two different inputs is refused", async () => {
    const compiled = compileForward({ outputs: { y: add(input("x", [2]), input("x", [1])) } });
    await expect(compiled).rejects.toThrow(/"x" is float32 \[2\] in one place and float32 \[1\] in another/);
  });
});

describe("model files", () => {
  it("an exported file alone gives the numbers of the session it came from", async () => {
    const { p, outputs } = policy();
    const flat = p.initialize(new Random(1));
    const session = await compileForward({ parameters: p, outputs });
    const bytes = exportModel({ parameters: p, values: flat, outputs, metadata: { name: "tide", note: "größer" } });
    const path = join(folder, "policy.onnx");
    writeFileSync(path, bytes);
    for (const source of [bytes, path]) {
      const model = await loadModel(source);
      expect(model.metadata).toEqual({ name: "tide", note: "größer" });
      expect(model.inputs.map(({ name, shape }) => [name, shape])).toEqual([
        ["observation", [4, 3]],
        ["state", [4, 6]],
      ]);
      expect(model.outputs.map(({ name, shape }) => [name, shape])).toEqual([
        ["probabilities", [4, 5]],
        ["next", [4, 6]],
        ["scores", [1, 4, 4]],
      ]);
      for (const seed of [5, 6]) {
        const expected = await session.run(flat, feedsOf(seed));
        const actual = await model.run(feedsOf(seed));
        for (const name of ["probabilities", "next", "scores"]) {
          expected[name].forEach((value, i) => expect(Math.abs(actual[name][i] - value)).toBeLessThan(1e-6));
        }
      }
      await model.release();
    }
    await session.release();
  });

  it("a file holds standard operators only", () => {
    const { p, outputs } = policy();
    const bytes = exportModel({ parameters: p, values: p.initialize(new Random(1)), outputs });
    expect(Buffer.from(bytes).includes("com.microsoft")).toBe(false);
  });

  it("a path without a file and a damaged file are told apart", async () => {
    await expect(loadModel(join(folder, "absent.onnx"))).rejects.toMatchObject({ code: "MODEL_MISSING" });
    const { p, outputs } = policy();
    const bytes = exportModel({ parameters: p, values: p.initialize(new Random(1)), outputs });
    await expect(loadModel(bytes.slice(0, bytes.length / 2))).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    await expect(loadModel(new Uint8Array([1, 2, 3, 4]))).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
  });

  it("a result that is not float32 is refused on loading", async () => {
    const bytes = serializeModel({
      nodes: [{ op: "Identity", domain: "", inputs: ["a"], outputs: ["b"], attributes: {} }],
      inputs: [{ name: "a", shape: [2], dtype: "int64" }],
      outputs: [{ name: "b", shape: [2], dtype: "int64" }],
      initializers: [],
      metadata: {},
      producer: "test",
    });
    await expect(loadModel(bytes)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
  });
});

describe("the wire format", () => {
  it("integers of every size, also negative ones, come back", () => {
    for (const value of [0n, 1n, 127n, 128n, 300n, 2n ** 40n, -1n, -(2n ** 40n)]) {
      const [field] = readFields(new MessageWriter().integer(3, value).finish());
      expect(field.number).toBe(3);
      expect(field.integer).toBe(value);
    }
  });

  it("nested messages keep their bytes", () => {
    const inner = new MessageWriter().text(1, "Wasser").float(2, 1.5);
    const [field] = readFields(new MessageWriter().message(20, inner).finish());
    expect(field.number).toBe(20);
    const [text, number] = readFields(field.bytes);
    expect(new TextDecoder().decode(text.bytes)).toBe("Wasser");
    expect(new DataView(number.bytes.slice().buffer).getFloat32(0, true)).toBe(1.5);
  });
});
