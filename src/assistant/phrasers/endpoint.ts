/**
 * @file A language model behind an OpenAI-compatible address (Ollama, llama-server, vLLM, or a service) that puts the computed
 * facts into its own words. It plans nothing, calls nothing and sees no text from outside but the question; what it writes is
 * held to the facts before anybody reads it.
 */
import { TidemarkError, toError } from "../../core/index.ts";
import type { Fact } from "../fact.ts";

export type EndpointOptions = {
  /** Base address, such as "http://127.0.0.1:11434/v1". */
  readonly url: string;
  readonly model: string;
  /** From the environment, never from a file of settings. */
  readonly apiKey?: string;
  /** Limit of one answer; 30 s where absent. */
  readonly timeoutMs?: number;
  /** Longest answer; 600 where absent. */
  readonly maxOutputTokens?: number;
};

export type Phrased = { readonly text: string; readonly tokens: number };

/** Puts an answer into other words. Rejects where it can't. */
export type Phraser = {
  readonly name: string;
  phrase(question: string, facts: readonly Fact[], draft: string, signal?: AbortSignal): Promise<Phrased>;
};

const RULES =
  "You rewrite an analyst's draft as a short, plain answer. Use only numbers that stand in the facts, written as they are displayed. Add no forecast, no advice, no number of your own, no link. Keep warnings that the draft has.";

function promptOf(question: string, facts: readonly Fact[], draft: string): string {
  const lines = facts.map(({ name, display, source }) => `- ${name}: ${display} (${source})`);
  return `Question: ${question}\n\nFacts:\n${lines.join("\n")}\n\nDraft:\n${draft}\n\nAnswer:`;
}

/** Rejects with ASSISTANT_MODEL where the endpoint is silent, slow, refuses, or says nothing. */
export function endpointPhraser(options: EndpointOptions): Phraser {
  const { url, model, apiKey, timeoutMs = 30_000, maxOutputTokens = 600 } = options;
  return {
    name: `${model} at ${new URL(url).host}`,
    async phrase(question, facts, draft, signal) {
      const [{ generateText }, { createOpenAICompatible }] = await Promise.all([
        import("ai"),
        import("@ai-sdk/openai-compatible"),
      ]);
      const provider = createOpenAICompatible({
        name: "endpoint",
        baseURL: url,
        ...(apiKey === undefined ? {} : { apiKey }),
      });
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        const { text, usage, finishReason } = await generateText({
          model: provider(model),
          system: RULES,
          prompt: promptOf(question, facts, draft),
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
        const why = limit.aborted ? `no answer within ${timeoutMs / 1_000} s` : toError(thrown).message.slice(0, 300);
        throw new TidemarkError("ASSISTANT_MODEL", {
          what: `The language model could not answer: ${apiKey === undefined ? why : why.replaceAll(apiKey, "***")}`,
          where: new URL(url).origin,
          fix: "See that the server runs and knows the model; without --endpoint the analyst answers by itself.",
          cause: thrown instanceof TidemarkError ? thrown : undefined,
        });
      }
    },
  };
}
