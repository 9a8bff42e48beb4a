import { describe, expect, it } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { add, cast, clip, greater, mul, neg, sub, where } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { concat, expand, reshape, split, transpose } from "../ops/layout.ts";
import { gemm, linear, matmul } from "../ops/matmul.ts";
import { layerNorm } from "../ops/normalize.ts";
import { mean, sum } from "../ops/reduce.ts";
import { constant, input, type Tensor, uniformValue } from "./tensor.ts";

const x = input("x", [2, 3]);
const y = input("y", [4]);
const index = input("index", [5], "int64");

describe("shape errors name the operands and their shapes while the expression is built", () => {
  const wrong: ReadonlyArray<readonly [string, () => unknown, RegExp]> = [
    ["add", () => add(x, y), /Add can't take input "x" of shape \[2, 3\] and input "y" of shape \[4\]/],
    ["matmul", () => matmul(x, x), /input "x" of shape \[2, 3\] and input "x" of shape \[2, 3\]/],
    ["batched matmul", () => matmul(input("a", [2, 3, 4]), x), /input "a" of shape \[2, 3, 4\] and input "x"/],
    ["gemm", () => gemm(x, x, undefined, { transA: true, transB: true }), /transposed first by transposed second/],
    ["gemm with a third", () => gemm(x, x, y, { transB: true }), /input "y" of shape \[4\]/],
    ["linear", () => linear(x, input("w", [2, 2])), /linear can't take input "x" .* input "w" of shape \[2, 2\]/],
    ["linear bias", () => linear(x, input("w", [3, 2]), y), /input "w" of shape \[3, 2\] and input "y"/],
    ["reshape", () => reshape(x, [4, -1]), /\[4, -1\] must hold 6 elements/],
    ["transpose", () => transpose(x, [0, 0]), /\[0, 0\] must name each of its 2 axes once/],
    ["concat", () => concat([x, y], 0), /concat along axis 0 can't take input "x".*input "y"/],
    ["split", () => split(x, [1, 1], 1), /\[1, 1\] must add up to 3/],
    ["expand", () => expand(x, [2, 4]), /must broadcast to \[2, 4\]/],
    ["axis", () => sum(x, 2), /over axis 2/],
    ["gather by floats", () => gather(x, y), /gather can't take input "y" of type float32/],
    ["layer norm", () => layerNorm(x, y, y), /input "x" of shape \[2, 3\] and input "y" of shape \[4\]/],
    ["where", () => where(greater(y, 0), x, x), /where can't take Greater result of shape \[4\]/],
    ["clip by a vector", () => clip(x, y, y), /Bounds are scalars/],
    ["comparison of types", () => greater(cast(x, "int32"), 1), /Compare tensors of one type/],
    ["a size of zero", () => input("z", [0]), /\[0\]/],
    ["a constant of another length", () => constant(Float32Array.of(1, 2), [3]), /Give 3 values, not 2/],
  ];

  it.each(wrong)("%s", (_name, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(TidemarkError);
    expect(build).toThrow(expect.objectContaining({ code: "COMPUTE_SHAPE" }));
  });
});

describe("expressions drop work that does nothing", () => {
  const unchanged: ReadonlyArray<readonly [string, () => Tensor]> = [
    ["adding 0", () => add(x, 0)],
    ["subtracting 0", () => sub(x, constant(0, [3]))],
    ["multiplying by 1", () => mul(1, x)],
    ["negating twice", () => neg(neg(x))],
    ["reshaping to the same shape", () => reshape(reshape(x, [6]), [2, 3])],
    ["transposing twice", () => transpose(transpose(x))],
    ["joining what was split", () => concat(split(x, [1, 2], 1), 1)],
    ["casting to the same type", () => cast(x, "float32")],
  ];

  it.each(unchanged)("%s is the tensor itself", (_name, build) => {
    expect(build()).toBe(x);
  });

  it("factors are collected", () => {
    const scaled = mul(mul(neg(mul(x, 3)), 2), 0.5);
    expect(scaled.operation.inputs[0]).toBe(x);
    expect(uniformValue(scaled.operation.inputs[1])).toBe(-3);
  });

  it("broadcasting keeps what changes a shape", () => {
    expect(add(y, constant(0, [2, 4])).shape).toEqual([2, 4]);
    expect(mul(constant(1, [3, 1]), y).shape).toEqual([3, 4]);
  });

  it("moving an axis of size 1 copies nothing", () => {
    expect(transpose(input("a", [4, 1, 3]), [1, 0, 2]).operation.name).toBe("Reshape");
  });
});

describe("shapes of results", () => {
  it.each<[string, () => Tensor, readonly number[]]>([
    ["mean of all is a scalar", () => mean(x), []],
    ["kept axes have size 1", () => mean(x, [0, -1], true), [1, 1]],
    ["gather replaces the axis", () => gather(x, index, 1), [2, 5]],
    ["linear keeps leading axes", () => linear(input("a", [7, 2, 3]), input("w", [3, 9])), [7, 2, 9]],
    ["batches broadcast", () => matmul(input("a", [5, 1, 2, 3]), input("b", [4, 3, 6])), [5, 4, 2, 6]],
  ])("%s", (_name, build, shape) => {
    expect(build().shape).toEqual(shape);
  });
});
