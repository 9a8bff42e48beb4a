/** @file The options that name a language model, of every verb that may have one. */
import { Option } from "commander";
import type { ChatOptions } from "../../app/index.ts";
import { Device } from "../../assistant/index.ts";
import { amount, wholeNumber } from "../verb.ts";

export const languageModelOptions = (): Option[] => [
  new Option("--model-path <file>", "GGUF file of a language model that runs in this process, or of an adapter"),
  new Option("--base-model <file>", "GGUF file of the model that the adapter was trained on"),
  new Option("--adapter <file>", "LoRA adapter (GGUF) for the model"),
  new Option("--adapter-scale <times>", "how much of the adapter is added (default: 1)").argParser(amount),
  new Option("--device <name>", "where it runs (default: auto)").choices(Object.values(Device)),
  new Option("--threads <count>", "processor threads of it (default: all cores but one)").argParser(wholeNumber),
  new Option("--endpoint <url>", "OpenAI-compatible server of a language model, in place of a file"),
  new Option("--model <name>", "the model on that server"),
  new Option("--timeout <seconds>", "time for one answer of the model (default: 30, in this process 300)").argParser(
    amount,
  ),
  new Option(
    "--daily-tokens <count>",
    "tokens that the model may use in a day (default: 200000 on a server, no limit in this process)",
  ).argParser(wholeNumber),
  new Option("--no-plan", "the model words the answers and plans nothing: half the time, half the tokens"),
];

export type LanguageModelOptions = Pick<
  ChatOptions,
  | "modelPath"
  | "baseModel"
  | "adapter"
  | "adapterScale"
  | "device"
  | "threads"
  | "endpoint"
  | "model"
  | "timeout"
  | "plan"
  | "dailyTokens"
>;

/** Those of a verb's options that name a language model. */
export function languageModelOf(options: LanguageModelOptions): LanguageModelOptions {
  const keys = [
    "modelPath",
    "baseModel",
    "adapter",
    "adapterScale",
    "device",
    "threads",
    "endpoint",
    "model",
    "timeout",
    "plan",
    "dailyTokens",
  ] as const;
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
}
