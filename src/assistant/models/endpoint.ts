/** @file A language model behind an OpenAI-compatible address: Ollama, llama-server, vLLM, LM Studio, or a service. */
import { checkNumber, DAY_MS, TidemarkError, toError } from "../../core/index.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "./language-model.ts";

export type EndpointOptions = {
  /** Base address, such as "http://127.0.0.1:11434/v1". */
  readonly url: string;
  readonly model: string;
  /** From the environment, never from a file of settings. */
  readonly apiKey?: string;
  /** Limit of one answer; 30 s where absent. */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 30_000;
const LONGEST_REASON = 300;

export function endpointModel(options: EndpointOptions): LanguageModel {
  const { url, model, timeoutMs = TIMEOUT_MS } = options;
  checkNumber("timeoutMs", timeoutMs, 1, DAY_MS);
  return {
    name: `${model} at ${new URL(url).host}`,
    complete: (request) => complete(options, timeoutMs, request),
    close: () => Promise.resolve(),
  };
}

async function complete(
  { url, model, apiKey }: EndpointOptions,
  timeoutMs: number,
  { system, prompt, schema, maxOutputTokens, signal }: ModelRequest,
): Promise<ModelReply> {
  const [{ generateText }, { createOpenAICompatible }] = await Promise.all([
    import("ai"),
    import("@ai-sdk/openai-compatible"),
  ]);
  const provider = createOpenAICompatible({
    name: "endpoint",
    baseURL: url,
    fetch: askHere,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const { text, usage, finishReason } = await generateText({
      model: provider(model),
      // Not every server can be held to a schema, so it is told in words as well.
      system: schema === undefined ? system : `${system}\n\nJSON Schema of the reply:\n${JSON.stringify(schema)}`,
      prompt,
      maxOutputTokens,
      maxRetries: 1,
      temperature: 0,
      abortSignal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    if (text.trim() === "") throw new Error("it said nothing");
    if (finishReason === "length") throw new Error("its answer ends in the middle");
    return { text: text.trim(), tokens: usage.totalTokens ?? 0 };
  } catch (thrown) {
    signal?.throwIfAborted();
    const why = limit.aborted ? `no answer within ${timeoutMs / 1_000} s` : toError(thrown).message;
    throw new TidemarkError("ASSISTANT_MODEL", {
      what: `The language model could not answer: ${withoutKey(why, apiKey).slice(0, LONGEST_REASON)}`,
      where: new URL(url).origin,
      fix: "See that the server runs and knows the model; without --endpoint the analyst answers by itself.",
    });
  }
}

/** The key, and what is known of positions, go to the address that was named and to no other. */
async function askHere(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "manual" });
  if (response.status < 300 || response.status > 399) return response;
  await response.body?.cancel();
  throw new Error(`it sends the question on to another address (HTTP ${response.status}), which is not asked`);
}

function withoutKey(text: string, apiKey: string | undefined): string {
  return apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "***");
}
