/** @file The chatbot of this machine: over the store or a user's file, with or without a language model, and its transcript. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type AssistantData, type ChatAnswer, Chatbot, endpointPhraser } from "../../assistant/index.ts";
import { ensureFolder, TidemarkError } from "../../core/index.ts";
import { candleFileSource, MarketStore } from "../../market/index.ts";
import { secretValues } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { stateFolder } from "../trade/settings.ts";
import { StoredAssistantData } from "./data.ts";

export type ChatOptions = {
  /** Pairs of question and answer that are remembered. */
  readonly maxHistory?: number;
  /** CSV or Parquet file of candles, in place of the store. */
  readonly marketData?: string;
  /** JSON file of signals, in place of what sessions decided. */
  readonly tradingSignals?: string;
  /** Base address of an OpenAI-compatible server, and the model there. */
  readonly endpoint?: string;
  readonly model?: string;
};

export type OpenChat = {
  readonly bot: Chatbot;
  readonly data: AssistantData;
  /** Appends a pair to the transcript, with secrets taken out. A transcript that can't be written is a warning. */
  readonly record: (question: string, answer: ChatAnswer) => void;
  readonly close: () => void;
};

/** The name of the variable that holds the key of a paid endpoint. */
const ENDPOINT_KEY = "TIDEMARK_ASSISTANT_KEY";

/** A store of its own for a file that a user brings; it goes with the conversation. */
async function fileStore(context: AppContext, path: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "tidemark-chat-"));
  try {
    await candleFileSource({ path: resolve(context.folder, path) }).collect(new MarketStore(root), {
      signal: context.signal,
      onProgress: context.progress,
    });
    context.endProgress();
    return root;
  } catch (thrown) {
    rmSync(root, { recursive: true, force: true });
    throw thrown;
  }
}

/** Throws USAGE_ARGUMENT, DATA_FORMAT, or what the import of the file throws. */
export async function openChat(context: AppContext, config: Config, options: ChatOptions): Promise<OpenChat> {
  const { maxHistory, marketData, tradingSignals, endpoint, model } = options;
  if ((endpoint === undefined) !== (model === undefined)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A language model needs an address and a name",
      where: endpoint === undefined ? "--model" : "--endpoint",
      fix: "Give both, such as --endpoint http://127.0.0.1:11434/v1 --model llama3.2, or neither.",
    });
  }
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${endpoint}" is no address`,
      where: "--endpoint",
      fix: "Write it whole, such as http://127.0.0.1:11434/v1.",
    });
  }
  const root = marketData === undefined ? undefined : await fileStore(context, marketData);
  const data = new StoredAssistantData(config, {
    ...(root === undefined ? {} : { root }),
    ...(tradingSignals === undefined ? {} : { signalsFile: resolve(context.folder, tradingSignals) }),
  });
  const apiKey = context.environment[ENDPOINT_KEY];
  const secrets = [...secretValues(context.environment, config.folder).values(), apiKey ?? ""].filter(
    (one) => one !== "",
  );
  const transcript = join(stateFolder(config), "assistant");
  let isWritable = true;
  return {
    bot: new Chatbot({
      data,
      clock: context.clock,
      ...(maxHistory === undefined ? {} : { maxHistory }),
      ...(endpoint === undefined || model === undefined
        ? {}
        : { phraser: endpointPhraser({ url: endpoint, model, ...(apiKey === undefined ? {} : { apiKey }) }) }),
    }),
    data,
    record(question, { answer, kind, mode, groundedness }) {
      if (!isWritable) return;
      const line = JSON.stringify({ atMs: context.clock.nowMs(), question, answer, kind, mode, groundedness });
      const clean = secrets.reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), "***"), line);
      try {
        ensureFolder(transcript);
        appendFileSync(join(transcript, "transcript.jsonl"), `${clean}\n`);
      } catch {
        isWritable = false;
        context.warn(`The transcript can't be written to ${transcript}; the conversation goes on without one.`);
      }
    },
    close() {
      if (root !== undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}
