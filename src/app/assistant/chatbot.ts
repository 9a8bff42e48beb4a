/** @file The chatbot of this machine: over the store or a user's file, with or without a language model, and its transcript. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type AssistantData,
  type ChatAnswer,
  Chatbot,
  type Device,
  endpointModel,
  type LanguageModel,
  llamaModel,
} from "../../assistant/index.ts";
import { ensureFolder, SECOND_MS, TidemarkError } from "../../core/index.ts";
import { candleFileSource, MarketStore } from "../../market/index.ts";
import { secretValues } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { stateFolder } from "../trade/settings.ts";
import { DAILY_TOKENS, DailyTokens } from "./daily-tokens.ts";
import { StoredAssistantData } from "./data.ts";

export type ChatOptions = {
  /** Pairs of question and answer that are remembered. */
  readonly maxHistory?: number;
  /** CSV or Parquet file of candles, in place of the store. */
  readonly marketData?: string;
  /** JSON file of signals, in place of what sessions decided. */
  readonly tradingSignals?: string;
  /** JSON file of headlines. */
  readonly headlines?: string;
  /** Base address of an OpenAI-compatible server, and the model there. */
  readonly endpoint?: string;
  readonly model?: string;
  /** GGUF file of a model that runs in this process, or of an adapter together with its base model. */
  readonly modelPath?: string;
  readonly baseModel?: string;
  readonly adapter?: string;
  readonly adapterScale?: number;
  readonly device?: Device;
  /** Processor threads of a model in this process. */
  readonly threads?: number;
  /** Seconds that one answer of a language model may take. */
  readonly timeout?: number;
  /** Whether the language model also plans what is looked up; true where absent. */
  readonly plan?: boolean;
  /** Tokens that it may use in a day; 200,000 on a server and no limit in this process where absent. */
  readonly dailyTokens?: number;
};

export type OpenChat = {
  readonly bot: Chatbot;
  readonly data: AssistantData;
  /** A chatbot with the same model over other data. */
  readonly over: (data: AssistantData) => Chatbot;
  /** Appends a pair to the transcript, with secrets taken out. A transcript that can't be written is a warning. */
  readonly record: (question: string, answer: ChatAnswer) => void;
  readonly close: () => Promise<void>;
};

/** The name of the variable that holds the key of a paid endpoint. */
const ENDPOINT_KEY = "TIDEMARK_ASSISTANT_KEY";
/** Keys and tokens that somebody pasted, of whatever service: long words of letters and digits with no sense to a reader. */
const KEY_LIKE = /\b(?:(?:tm_|sk-|pk-|ghp_|xox[a-z]-|AKIA)[\w-]{8,}|(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[A-Za-z0-9_-]{32,})/g;
/** What only goes with a model in this process. */
const ALONE = [
  ["baseModel", "--base-model"],
  ["adapter", "--adapter"],
  ["adapterScale", "--adapter-scale"],
  ["device", "--device"],
  ["threads", "--threads"],
] as const;

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

function refuse(what: string, where: string, fix: string): never {
  throw new TidemarkError("USAGE_ARGUMENT", { what, where, fix });
}

/** The language model that the options name; undefined for none. Throws USAGE_ARGUMENT, ASSISTANT_FILE, ASSISTANT_RUNTIME. */
function openModel(context: AppContext, options: ChatOptions): LanguageModel | undefined {
  const { endpoint, model, modelPath, timeout, ...rest } = options;
  if ((endpoint === undefined) !== (model === undefined)) {
    refuse(
      "A language model on a server needs an address and a name",
      endpoint === undefined ? "--model" : "--endpoint",
      "Give both, such as --endpoint http://127.0.0.1:11434/v1 --model llama3.2, or neither.",
    );
  }
  const limit = timeout === undefined ? {} : { timeoutMs: SECOND_MS * timeout };
  if (modelPath !== undefined) {
    if (endpoint !== undefined) {
      refuse("Two language models are named", "--endpoint", "Give either --model-path or --endpoint.");
    }
    const { baseModel, adapter, adapterScale, device, threads } = rest;
    return llamaModel({
      modelPath,
      folder: context.folder,
      onProgress: context.progress,
      ...limit,
      ...(baseModel === undefined ? {} : { baseModel }),
      ...(adapter === undefined ? {} : { adapter }),
      ...(adapterScale === undefined ? {} : { adapterScale }),
      ...(device === undefined ? {} : { device }),
      ...(threads === undefined ? {} : { threads }),
    });
  }
  for (const [key, flag] of ALONE) {
    if (rest[key] !== undefined)
      refuse(`${flag} says something about a model, and none is named`, flag, "Add --model-path FILE.");
  }
  if (endpoint === undefined || model === undefined) return undefined;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    refuse(`"${endpoint}" is no address`, "--endpoint", "Write it whole, such as http://127.0.0.1:11434/v1.");
  }
  const apiKey = context.environment[ENDPOINT_KEY];
  return endpointModel({ url: endpoint, model, ...limit, ...(apiKey === undefined ? {} : { apiKey }) });
}

/** Throws USAGE_ARGUMENT, DATA_FORMAT, or what the import of the file throws. */
export async function openChat(context: AppContext, config: Config, options: ChatOptions): Promise<OpenChat> {
  const { maxHistory, marketData, tradingSignals, headlines, plan } = options;
  const named = openModel(context, options);
  const transcript = join(stateFolder(config), "assistant");
  const daily = options.dailyTokens ?? (options.endpoint === undefined ? undefined : DAILY_TOKENS);
  const limited = named !== undefined && daily !== undefined;
  const model = limited ? new DailyTokens(transcript, daily, context.clock).over(named) : named;
  const root = marketData === undefined ? undefined : await fileStore(context, marketData);
  const data = new StoredAssistantData(config, {
    ...(root === undefined ? {} : { root }),
    clock: context.clock,
    ...(headlines === undefined ? {} : { headlinesFile: resolve(context.folder, headlines) }),
    ...(tradingSignals === undefined ? {} : { signalsFile: resolve(context.folder, tradingSignals) }),
  });
  const apiKey = context.environment[ENDPOINT_KEY];
  const secrets = [...secretValues(context.environment, config.folder).values(), apiKey ?? ""].filter(
    (one) => one !== "",
  );
  let isWritable = true;
  const over = (other: AssistantData): Chatbot =>
    new Chatbot({
      data: other,
      clock: context.clock,
      ...(maxHistory === undefined ? {} : { maxHistory }),
      ...(plan === undefined ? {} : { isPlanning: plan }),
      ...(model === undefined ? {} : { model }),
    });
  const bot = over(data);
  return {
    bot,
    data,
    over,
    record(question, { answer, kind, mode, groundedness }) {
      if (!isWritable) return;
      const line = JSON.stringify({ atMs: context.clock.nowMs(), question, answer, kind, mode, groundedness });
      const known = secrets.reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), "***"), line);
      const clean = known.replaceAll(KEY_LIKE, "***");
      try {
        ensureFolder(transcript);
        appendFileSync(join(transcript, "transcript.jsonl"), `${clean}\n`, { mode: 0o600 });
      } catch {
        isWritable = false;
        context.warn(`The transcript can't be written to ${transcript}; the conversation goes on without one.`);
      }
    },
    async close() {
      await bot.close();
      if (root !== undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}
