import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { writeTinyAdapter, writeTinyModel } from "../testing/gguf.ts";
import { architectureOf, checkAdapter, isAdapter, readGguf } from "./gguf.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
writeTinyModel(at("model.gguf"));
writeTinyAdapter(at("adapter.gguf"));

function adapterFault(options: Parameters<typeof writeTinyAdapter>[1]): () => void {
  writeTinyAdapter(at("other.gguf"), options);
  return () => checkAdapter(readGguf(at("model.gguf")), readGguf(at("other.gguf")));
}

describe("the head of a GGUF file", () => {
  it("tells a model from an adapter, and names what is in it", () => {
    const model = readGguf(at("model.gguf"));
    expect([isAdapter(model), architectureOf(model), model.version]).toEqual([false, "llama", 3]);
    expect(model.values.get("llama.context_length")).toBe(2_048);
    expect(model.values.get("general.name")).toBe("tiny llama");
    expect(model.tensors).toHaveLength(21);
    expect(model.tensors[0]).toEqual({ name: "token_embd.weight", dimensions: [64, 354] });
    const adapter = readGguf(at("adapter.gguf"));
    expect([isAdapter(adapter), adapter.tensors.length]).toEqual([true, 8]);
    expect(() => checkAdapter(model, adapter)).not.toThrow();
  });

  it("is read without the weights: a file of which only the head is whole costs nothing", () => {
    writeTinyModel(at("large.gguf"));
    truncateSync(at("large.gguf"), 20 * 2 ** 30);
    expect(readGguf(at("large.gguf"))).toMatchObject({ fileBytes: 20 * 2 ** 30 });
  });

  it.each([
    ["no GGUF file", () => writeFileSync(at("bad.gguf"), "x".repeat(100)), /is no GGUF file/],
    ["a short one", () => writeFileSync(at("bad.gguf"), "GGUF"), /too short/],
    ["another version", () => patched(4, 9), /GGUF version 9/],
    ["a count that can't be", () => patched(11, 255), /which can't be/],
    ["a head that ends", () => cut(5_000), /ends inside its head/],
    ["weights that end", () => cut(40_000), /ends before its last tensor/],
  ] as const)("%s is refused with its reason", (_, make, what) => {
    make();
    expect(() => readGguf(at("bad.gguf"))).toThrow(what);
    expect(() => readGguf(at("bad.gguf"))).toThrow(expect.objectContaining({ code: "ASSISTANT_FILE" }));
  });

  it("that is broken anywhere never hangs and never fails without a code", () => {
    const whole = readFileSync(at("adapter.gguf"));
    fc.assert(
      fc.property(
        fc.nat(900),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 1, max: 900 }),
        (place, byte, length) => {
          const broken = Buffer.from(whole.subarray(0, Math.max(length, 24)));
          if (place < broken.length) broken[place] = byte;
          writeFileSync(at("broken.gguf"), broken);
          expect(["whole", "ASSISTANT_FILE"]).toContain(fateOf(at("broken.gguf")));
        },
      ),
      { seed: 4, numRuns: everyday(300) },
    );
  });

  it("a file that is missing and a folder are told as such", () => {
    expect(() => readGguf(at("none.gguf"))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^FILE_/) as string }),
    );
    expect(() => readGguf(folder)).toThrow(/is a folder/);
  });
});

describe("an adapter fits its base model only", () => {
  it.each([
    [{ architecture: "qwen2" }, /made for the architecture qwen2, the base model is llama/],
    [{ kind: "ia3" }, /of the kind "ia3"/],
    [{ width: 128 }, /blk.0.attn_q.weight by a matrix of 128, the base model's has 64/],
    [{ layer: 5 }, /has no tensor blk.5.attn_q.weight/],
  ])("%o does not", (options, what) => {
    expect(adapterFault(options)).toThrow(what);
  });
});

/** The code with which a file is refused. */
function fateOf(path: string): unknown {
  try {
    readGguf(path);
    return "whole";
  } catch (thrown) {
    return thrown instanceof TidemarkError ? thrown.code : thrown;
  }
}

function patched(place: number, byte: number): void {
  writeTinyModel(at("bad.gguf"));
  const file = openSync(at("bad.gguf"), "r+");
  writeSync(file, Buffer.from([byte]), 0, 1, place);
  closeSync(file);
}

function cut(bytes: number): void {
  writeTinyModel(at("bad.gguf"));
  truncateSync(at("bad.gguf"), bytes);
}
