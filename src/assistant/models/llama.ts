/**
 * @file A language model in this process: a GGUF file, with a LoRA adapter where one is given. Its head is read when it is
 * opened, the weights when it is first asked.
 */
import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { checkNumber, checkWhole, DAY_MS, type ProgressListener, TidemarkError, toError } from "../../core/index.ts";
import { architectureOf, checkAdapter, type GgufHead, isAdapter, readGguf } from "./gguf.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "./language-model.ts";
import {
  Device,
  type Llama,
  type LlamaContext,
  type LlamaRuntime,
  openRuntime,
  requireRuntime,
} from "./llama-runtime.ts";

export type LlamaOptions = {
  /** A GGUF file: a model, or an adapter together with `baseModel`. */
  readonly modelPath: string;
  /** The model that an adapter was trained on. */
  readonly baseModel?: string;
  /** A LoRA adapter for the model at `modelPath`. */
  readonly adapter?: string;
  /** How much of the adapter is added: 0 none, 1 as it was trained. */
  readonly adapterScale?: number;
  /** "auto" where absent: a graphics card where the runtime finds one that it can use. */
  readonly device?: Device;
  /** Processor threads; all cores but one where absent: they wait for each other by spinning, and trading goes on beside. */
  readonly threads?: number;
  /** Limit of one answer; five minutes where absent: processors write a few tokens a second. */
  readonly timeoutMs?: number;
  /** Folder that relative paths start from, and where the runtime is looked for as well. */
  readonly folder?: string;
  readonly onProgress?: ProgressListener;
};

export type LlamaFiles = { readonly base: GgufHead; readonly adapter: GgufHead | undefined };

const TIMEOUT_MS = 5 * 60_000;
/** Question, facts and answer need no more, and memory grows with it. */
const CONTEXT_TOKENS = 8_192;

/** What was trained with Python and not converted yet is told how to convert it. */
function refuseFolder(path: string): void {
  if (!existsSync(path) || !statSync(path).isDirectory()) return;
  const isPeft = existsSync(join(path, "adapter_config.json"));
  const isModel = existsSync(join(path, "config.json"));
  throw new TidemarkError("ASSISTANT_FILE", {
    what: isPeft
      ? "This folder is a PEFT adapter; it has to become a GGUF file first"
      : isModel
        ? "This folder is a model of transformers; it has to become a GGUF file first"
        : "This is a folder, not a GGUF file",
    where: path,
    fix: isPeft
      ? "With llama.cpp: python convert_lora_to_gguf.py --base FOLDER_OF_THE_BASE --outtype f16 THIS_FOLDER; of the base its configuration and tokenizer are enough."
      : isModel
        ? "With llama.cpp: python convert_hf_to_gguf.py --outtype q8_0 THIS_FOLDER."
        : "Name the .gguf file in it.",
  });
}

function refuse(what: string, where: string, fix: string): never {
  throw new TidemarkError("ASSISTANT_FILE", { what, where, fix });
}

/** Sorts out which file is the model and which the adapter, and checks that they fit. Throws ASSISTANT_FILE or FILE_ codes. */
export function readLlamaFiles({ modelPath, baseModel, adapter, folder = process.cwd() }: LlamaOptions): LlamaFiles {
  const read = (path: string): GgufHead => {
    const whole = resolve(folder, path);
    refuseFolder(whole);
    return readGguf(whole);
  };
  const first = read(modelPath);
  const second = baseModel === undefined ? undefined : read(baseModel);
  const third = adapter === undefined ? undefined : read(adapter);
  if (third !== undefined && !isAdapter(third)) {
    refuse("This file is a model, not an adapter", third.path, "Give it as the model path.");
  }
  if (second !== undefined && isAdapter(second)) {
    refuse("This file is an adapter, not a base model", second.path, "Name the model that it was trained on.");
  }
  if (!isAdapter(first)) {
    if (second !== undefined && third === undefined) {
      refuse("Both files are models", first.path, "Give the adapter as the model path, or leave the base model out.");
    }
    const base = second ?? first;
    if (third !== undefined) checkAdapter(base, third);
    return checked({ base, adapter: third });
  }
  if (third !== undefined) refuse("Two adapters were given", third.path, "Give one of them.");
  if (second === undefined) {
    return refuse(
      `This file is an adapter for ${architectureOf(first)}: it has no weights of its own`,
      first.path,
      "Name the model that it was trained on with --base-model FILE.",
    );
  }
  checkAdapter(second, first);
  return checked({ base: second, adapter: first });
}

function checked(files: LlamaFiles): LlamaFiles {
  const { path, tensors, values } = files.base;
  if (tensors.length > 0 && values.has("tokenizer.ggml.model")) return files;
  throw new TidemarkError("ASSISTANT_FILE", {
    what: tensors.length === 0 ? "This file holds a vocabulary and no weights" : "This file has no tokenizer",
    where: path,
    fix: "Give the GGUF file of a whole text model.",
  });
}

type Loaded = { readonly runtime: LlamaRuntime; readonly llama: Llama; readonly context: LlamaContext };

class EmbeddedModel implements LanguageModel {
  readonly name: string;
  readonly #options: LlamaOptions;
  readonly #files: LlamaFiles;
  readonly #folder: string;
  readonly #device: Device;
  #loading: Promise<Loaded> | undefined;
  /** One answer after the other: they share the context. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: LlamaOptions) {
    const { folder = process.cwd(), device = Device.auto, adapterScale = 1 } = options;
    checkNumber("adapterScale", adapterScale, 0, 100);
    if (options.threads !== undefined) checkWhole("threads", options.threads, 1, 1_024);
    if (options.timeoutMs !== undefined) checkNumber("timeoutMs", options.timeoutMs, 1, DAY_MS);
    this.#options = options;
    this.#folder = folder;
    this.#device = device;
    this.#files = readLlamaFiles(options);
    requireRuntime(folder, device);
    const { base, adapter } = this.#files;
    const title = base.values.get("general.name") ?? architectureOf(base);
    this.name = adapter === undefined ? String(title) : `${title} with an adapter at scale ${adapterScale}`;
  }

  async #load(): Promise<Loaded> {
    const { adapterScale = 1, threads = Math.max(1, availableParallelism() - 1), onProgress } = this.#options;
    const { base, adapter } = this.#files;
    const { runtime, llama } = await openRuntime(this.#folder, this.#device);
    try {
      const model = await llama.loadModel({
        modelPath: base.path,
        onLoadProgress: (share) => {
          onProgress?.({ label: "loading the model", done: Math.round(100 * share), total: 100, unit: "%" });
        },
      });
      const context = await model.createContext({
        contextSize: { max: CONTEXT_TOKENS },
        threads,
        ...(adapter === undefined ? {} : { lora: { adapters: [{ filePath: adapter.path, scale: adapterScale }] } }),
      });
      return { runtime, llama, context };
    } catch (thrown) {
      await llama.dispose();
      throw thrown;
    }
  }

  complete(request: ModelRequest): Promise<ModelReply> {
    const turn = this.#queue.then(() => this.#answer(request));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #answer({ system, prompt, schema, maxOutputTokens, signal }: ModelRequest): Promise<ModelReply> {
    signal?.throwIfAborted();
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    let limit: AbortSignal | undefined;
    try {
      this.#loading ??= this.#load();
      const { runtime, llama, context } = await this.#loading;
      // Loading has its own time: the limit is for the answer.
      limit = AbortSignal.timeout(timeoutMs);
      const grammar = schema === undefined ? undefined : await llama.createGrammarForJsonSchema(schema);
      const sequence = context.getSequence();
      const session = new runtime.LlamaChatSession({ contextSequence: sequence, systemPrompt: system });
      try {
        const { responseText, stopReason } = await session.promptWithMeta(prompt, {
          maxTokens: maxOutputTokens,
          temperature: 0,
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
          ...(grammar === undefined ? {} : { grammar }),
        });
        const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter.getState();
        if (responseText.trim() === "") throw new Error("it said nothing");
        if (stopReason === "maxTokens") throw new Error("its answer ends in the middle");
        return { text: responseText.trim(), tokens: usedInputTokens + usedOutputTokens };
      } finally {
        session.dispose({ disposeSequence: false });
        sequence.dispose();
      }
    } catch (thrown) {
      signal?.throwIfAborted();
      if (limit === undefined) this.#loading = undefined;
      if (thrown instanceof TidemarkError) throw thrown;
      const why = limit?.aborted === true ? `no answer within ${timeoutMs / 1_000} s` : toError(thrown).message;
      throw new TidemarkError("ASSISTANT_MODEL", {
        what: `The language model could not answer: ${why}`,
        where: this.#files.base.path,
        fix: "Take a smaller model or a smaller quantization; without a model the analyst answers by itself.",
      });
    }
  }

  async close(): Promise<void> {
    await this.#queue;
    const loaded = await this.#loading?.catch(() => undefined);
    this.#loading = undefined;
    await loaded?.llama.dispose();
  }
}

/** Throws ASSISTANT_FILE for files that don't fit, ASSISTANT_RUNTIME where node-llama-cpp is missing; loads no weights yet. */
export function llamaModel(options: LlamaOptions): LanguageModel {
  return new EmbeddedModel(options);
}
