import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadMarketChatbot } from "../load.ts";
import { writeTinyAdapter, writeTinyModel } from "../testing/gguf.ts";
import { candleRows } from "../testing/market.ts";
import { llamaModel, readLlamaFiles } from "./llama.ts";
import { requireRuntime, runtimeCommand } from "./llama-runtime.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeTinyModel(join(folder, "base.gguf"));
writeTinyAdapter(join(folder, "adapter.gguf"));
const files = (modelPath: string, more: { baseModel?: string; adapter?: string } = {}) =>
  readLlamaFiles({ modelPath, folder, ...more });

describe("files of a model in this process", () => {
  it("are a model, a model with an adapter, or an adapter with its base", () => {
    const paths = ({ base, adapter }: ReturnType<typeof files>) =>
      [base.path, adapter?.path].map((path) => path?.slice(-12));
    expect(paths(files("base.gguf"))).toEqual([expect.stringContaining("base.gguf"), undefined]);
    for (const both of [
      files("base.gguf", { adapter: "adapter.gguf" }),
      files("adapter.gguf", { baseModel: "base.gguf" }),
    ]) {
      expect(paths(both)).toEqual([expect.stringContaining("base.gguf"), "adapter.gguf"]);
    }
  });

  it.each([
    ["adapter.gguf", {}, /has no weights of its own/],
    ["adapter.gguf", { baseModel: "adapter.gguf" }, /is an adapter, not a base model/],
    ["base.gguf", { adapter: "base.gguf" }, /is a model, not an adapter/],
    ["base.gguf", { baseModel: "base.gguf" }, /Both files are models/],
    ["adapter.gguf", { baseModel: "base.gguf", adapter: "adapter.gguf" }, /Two adapters/],
  ])("%s with %o are refused", (path, more, what) => {
    expect(() => files(path, more)).toThrow(what);
  });

  it("that Python wrote are told how they become GGUF", () => {
    mkdirSync(join(folder, "peft"));
    writeFileSync(join(folder, "peft", "adapter_config.json"), "{}");
    mkdirSync(join(folder, "hf"));
    writeFileSync(join(folder, "hf", "config.json"), "{}");
    expect(() => files("peft")).toThrow(
      expect.objectContaining({
        code: "ASSISTANT_FILE",
        fix: expect.stringContaining("convert_lora_to_gguf.py") as string,
      }),
    );
    expect(() => files("hf")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("convert_hf_to_gguf.py") as string }),
    );
  });
});

it.skipIf(hasRuntime(tmpdir()))("a runtime that is missing is told with the command that installs it", () => {
  expect(() => llamaModel({ modelPath: "base.gguf", folder })).toThrow(
    expect.objectContaining({
      code: "ASSISTANT_RUNTIME",
      fix: expect.stringContaining(runtimeCommand("auto")) as string,
    }),
  );
});

it("the command that installs the runtime touches no other package of the project", () => {
  expect(runtimeCommand("cuda")).toMatch(
    /^npm install --prefix llama --ignore-scripts --omit=optional node-llama-cpp@\S+ @node-llama-cpp\/\S+$/,
  );
});

function hasRuntime(where: string): boolean {
  try {
    requireRuntime(where, "cpu");
    return true;
  } catch {
    return false;
  }
}

/** The folder that the runtime is installed in for development, by the command of the message. */
const root = process.cwd();
const isInstalled = hasRuntime(root);

describe.skipIf(!isInstalled)(
  `the real runtime${isInstalled ? "" : ` (not installed: ${runtimeCommand("cpu")})`}`,
  () => {
    const request = { system: "Answer.", prompt: "What is the price?", maxOutputTokens: 24 };
    /** A random model seldom ends by itself: what it wrote until the limit is what counts here. */
    async function words(adapterScale?: number): Promise<string> {
      const model = llamaModel({
        modelPath: join(folder, "base.gguf"),
        folder: root,
        device: "cpu",
        threads: 1,
        ...(adapterScale === undefined ? {} : { adapter: join(folder, "adapter.gguf"), adapterScale }),
      });
      try {
        const { text, tokens } = await model.complete({ ...request, schema: { enum: CHOICES } });
        expect(tokens).toBeGreaterThan(20);
        return text;
      } finally {
        await model.close();
      }
    }
    const CHOICES = Array.from({ length: 26 * 26 }, (_, i) =>
      String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26)),
    );

    it("an adapter at scale 1 changes what is written, at scale 0 nothing", async () => {
      const base = await words();
      expect(CHOICES.map((choice) => JSON.stringify(choice))).toContain(base);
      expect(await words(0), "scale 0 is the base model").toBe(base);
      expect(await words(1), "scale 1 is another model").not.toBe(base);
      expect(await words(), "the same files write the same").toBe(base);
    });

    it("a model that writes nonsense changes no figure: the analyst's words stand", async () => {
      const rows = candleRows(200);
      const bot = loadMarketChatbot({
        marketData: rows,
        modelPath: join(folder, "adapter.gguf"),
        baseModel: join(folder, "base.gguf"),
        device: "cpu",
        threads: 1,
        folder: root,
      });
      const plain = await loadMarketChatbot({ marketData: rows }).chat("How is BTC doing?");
      const answer = await bot.chat("How is BTC doing?");
      await bot.close();
      expect(answer).toMatchObject({ mode: "fallback", groundedness: 1, answer: plain.answer });
      expect(answer.tokens).toBeGreaterThan(0);
    });

    it("ends in the middle, is too slow, or is interrupted: each is told", async () => {
      const model = llamaModel({
        modelPath: join(folder, "base.gguf"),
        folder: root,
        device: "cpu",
        threads: 1,
        timeoutMs: 60_000,
      });
      await expect(model.complete({ ...request, maxOutputTokens: 3 })).rejects.toMatchObject({
        code: "ASSISTANT_MODEL",
      });
      const stop = new AbortController();
      const asked = model.complete({ ...request, maxOutputTokens: 2_000, signal: stop.signal });
      stop.abort(new Error("stopped"));
      await expect(asked).rejects.toThrow("stopped");
      expect(
        (await model.complete({ ...request, schema: { enum: CHOICES } })).text,
        "it goes on afterwards",
      ).toHaveLength(4);
      await model.close();
      const slow = llamaModel({
        modelPath: join(folder, "base.gguf"),
        folder: root,
        device: "cpu",
        threads: 1,
        timeoutMs: 1,
      });
      await expect(slow.complete({ ...request, maxOutputTokens: 2_000 })).rejects.toThrow(/no answer within 0.001 s/);
      await slow.close();
    });
  },
);
