/** @file `tidemark chat`: a conversation with the analyst, on the terminal, on a pipe, or one question at a time. */
import { createInterface } from "node:readline/promises";
import { type Command, Option } from "commander";
import { type ChatOptions, type OpenChat, openChat } from "../../app/index.ts";
import { AnswerMode, type ChatAnswer, ChatPhase } from "../../assistant/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { languageModelOptions } from "./language-model.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type ChatVerbOptions = ChatOptions & { readonly once?: string };

const COMMANDS = "/why shows facts and sources, /reset forgets, /model says who answers, /quit ends.";

function answerData({
  answer,
  kind,
  facts,
  sources,
  groundedness,
  mode,
  reason,
  tokens,
  ms,
  isRefusal,
  calls,
}: ChatAnswer): object {
  return { answer, kind, isRefusal, facts, sources, groundedness, mode, reason, calls, tokens, ms };
}

function tellAnswer({ output }: CommandContext, { answer, mode, reason }: ChatAnswer): void {
  output.text(answer);
  if (mode === AnswerMode.fallback) {
    const why = (reason ?? "they could not be verified").replace(/\.$/, "");
    output.note(`The language model's words were not used: ${why}.`);
  } else if (reason !== undefined) output.note(`Of the language model's words: ${reason.replace(/\.$/, "")}.`);
}

/** Asks, and says whom it waits for where that is a language model. */
async function ask(context: CommandContext, { bot, record }: OpenChat, question: string) {
  const answer = await bot.chat(question, context.signal, (phase) => {
    // What the analyst looks up by itself is there before a line could be read.
    if (phase !== ChatPhase.computing)
      context.progress({ label: `${bot.modelName} is ${phase}`, done: 0, unit: "answers" });
  });
  context.endProgress();
  record(question, answer);
  tellAnswer(context, answer);
  return answerData(answer);
}

function tellWhy({ output }: CommandContext, last: ChatAnswer | undefined): void {
  if (last === undefined) output.text("Nothing was asked yet.");
  else if (last.facts.length === 0) output.text("The last answer has no figures.");
  else {
    for (const { name, display, source } of last.facts) {
      output.text(`${name === display ? name : `${name}: ${display}`}\n    ${source}`);
    }
  }
}

/** What begins with a slash is for the conversation itself. Returns false where it ends. */
function obey(context: CommandContext, { bot }: OpenChat, command: string): boolean {
  const { output } = context;
  switch (command) {
    case "/quit":
    case "/exit":
      return false;
    case "/why":
      tellWhy(context, bot.why());
      return true;
    case "/reset":
      bot.resetConversation();
      output.text("Forgotten.");
      return true;
    case "/model":
      output.text(
        bot.modelName === undefined
          ? "The analyst answers by itself; no language model is used."
          : `${bot.modelName} words the answers; every number is verified.`,
      );
      return true;
    default:
      output.text(`There is no ${command}. ${COMMANDS}`);
      return true;
  }
}

async function converse(context: CommandContext, chat: OpenChat): Promise<void> {
  const { output, signal } = context;
  const isTerminal = process.stdin.isTTY;
  const reader = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stderr, prompt: "> " } : {}),
  });
  const end = (): void => reader.close();
  signal.addEventListener("abort", end, { once: true });
  // A terminal that is read line by line keeps Ctrl-C to itself.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const answers: object[] = [];
  try {
    if (isTerminal) {
      output.note(`Ask about what is stored here; "help" shows examples. ${COMMANDS}`);
      reader.prompt();
    }
    for await (const line of reader) {
      const question = line.trim();
      if (question.startsWith("/")) {
        if (!obey(context, chat, question)) break;
      } else if (question !== "") {
        answers.push({ question, ...(await ask(context, chat, question)) });
      }
      if (isTerminal) reader.prompt();
    }
    signal.throwIfAborted();
    output.data({ answers });
  } finally {
    signal.removeEventListener("abort", end);
    reader.close();
  }
}

export function registerChat(program: Command, runner: VerbRunner): void {
  addVerb<ChatVerbOptions>(
    program,
    {
      name: "chat",
      summary: VERB_SUMMARIES.chat,
      details:
        "The analyst computes every figure from stored candles, reports, sessions and models, and names its sources. It places no orders, forecasts nothing, and sends nothing anywhere unless --endpoint names a language model. A model, on a server or in this process (--model-path), may plan what is looked up and words the answers; what it writes is held to the facts. A key for a server comes from TIDEMARK_ASSISTANT_KEY.",
      options: [
        new Option("--once <question>", "answer one question and end"),
        new Option("--max-history <pairs>", "questions and answers that are remembered (default: 5)").argParser(
          wholeNumber,
        ),
        new Option("--market-data <file>", "candles to talk about, CSV or Parquet, in place of the store"),
        new Option("--trading-signals <file>", "JSON file of signals, in place of what sessions decided"),
        new Option("--headlines <file>", "JSON file of headlines, which are quoted and never followed"),
        ...languageModelOptions(),
      ],
      settings: [
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
      ],
      examples: [
        ["chat", "a conversation"],
        ['chat --once "How is BTC doing?"', "one question"],
        ['chat --market-data candles.csv --once "technical analysis"', "about a file"],
        ["chat --endpoint http://127.0.0.1:11434/v1 --model llama3.2", "worded by a local language model"],
        [
          "chat --model-path adapter.gguf --base-model llama-3-8b.gguf",
          "by a model with your adapter, in this process",
        ],
      ],
      run: async (context, { options }) => {
        if (options.once !== undefined && options.once.trim() === "") {
          throw new TidemarkError("USAGE_ARGUMENT", {
            what: "The question is empty",
            where: "--once",
            fix: "Write it in quotes.",
          });
        }
        const chat = await openChat(context, context.config(), options);
        try {
          if (options.once === undefined) return await converse(context, chat);
          context.output.data(await ask(context, chat, options.once));
        } finally {
          await chat.close();
        }
      },
    },
    runner,
  );
}
