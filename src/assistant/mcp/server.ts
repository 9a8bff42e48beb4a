/**
 * @file The analyst for agents of other programs, by the Model Context Protocol (revision 2025-06-18): tools that read and
 * compute, each with its facts as structured content. There is no tool that could change anything.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
import { packageVersion, plainSymbol } from "../../core/index.ts";
import { Analyst, type AnalystAnswer } from "../analyst/analyst.ts";
import { nearestSymbol, type Question, QuestionKind } from "../analyst/question.ts";
import type { AssistantData } from "../tools/data.ts";

const factSchema = z.object({
  id: z.string(),
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string(),
  display: z.string(),
  source: z.string(),
  asOfMs: z.number().optional(),
});
const outputSchema = { text: z.string(), isRefusal: z.boolean(), facts: z.array(factSchema) };
const symbol = z.string().min(1).max(40).describe('a stored symbol, such as "BTCUSDT"; `coverage` lists them');
const symbols = z.array(symbol).min(1).max(20);
const days = z.number().positive().max(36_500).optional().describe("days back from the last candle");

type Asked = { readonly symbols?: readonly string[] | undefined; readonly days?: number | undefined };

/** Tools of candles: name, what it says, and the kind of question that it stands for. */
const MARKET_TOOLS: ReadonlyArray<
  readonly [name: string, description: string, kind: QuestionKind, shape: z.ZodRawShape]
> = [
  [
    "market",
    "Last close, changes and volatility of symbols",
    QuestionKind.market,
    { symbols: symbols.optional(), days },
  ],
  [
    "indicators",
    "RSI, moving averages, MACD, Bollinger bands, ATR, volatility, deepest fall",
    QuestionKind.technical,
    { symbols, days },
  ],
  ["extremes", "High and low of a span of days, with their times", QuestionKind.extremes, { symbols, days }],
  ["funding", "Sum of the funding rates of a span of days", QuestionKind.funding, { symbols, days }],
  [
    "compare",
    "Changes and volatilities of several symbols, best first",
    QuestionKind.comparison,
    { symbols: symbols.optional(), days },
  ],
  [
    "correlation",
    "Correlation of the returns of two symbols",
    QuestionKind.correlation,
    { symbols: symbols.length(2), days },
  ],
  ["coverage", "Which candles are stored, from when to when", QuestionKind.coverage, {}],
  ["signals", "The latest signals of models", QuestionKind.signals, { symbols: symbols.optional() }],
  [
    "performance",
    "The newest backtest: period, costs, trades, in or out of sample, verdict",
    QuestionKind.performance,
    {},
  ],
  ["positions", "Trading sessions: state, equity, positions and their stops", QuestionKind.positions, {}],
  ["models", "Trained models, their symbols and the end of their training", QuestionKind.models, {}],
];

/** As the protocol wants it: what went wrong is a result that says so. */
function result({ text, facts, isRefusal }: AnalystAnswer) {
  const structuredContent = { text, isRefusal, facts: facts.map((fact) => ({ ...fact })) };
  return { content: [{ type: "text" as const, text }], structuredContent };
}

function refused(text: string) {
  return { content: [{ type: "text" as const, text }], isError: true };
}

/** A server over `data`; connect it to a transport of your own, or use `serveStdio`. */
export function mcpServer(data: AssistantData): McpServer {
  const analyst = new Analyst(data);
  const server = new McpServer(
    { name: "tidemark", version: packageVersion() },
    {
      instructions:
        "Read-only. Every figure is computed from stored data and listed under facts with its source; quote no other. Nothing here places orders or forecasts prices.",
    },
  );
  const annotations = { readOnlyHint: true, openWorldHint: false };
  const ask = async (kind: QuestionKind, asked: Asked) => {
    const known = data.symbols();
    const wanted = (asked.symbols ?? []).map(plainSymbol);
    const stranger = wanted.find((name) => !known.includes(name));
    if (stranger !== undefined) {
      const near = nearestSymbol(stranger, known);
      const meant = near === undefined ? "" : ` Did you mean ${near}?`;
      return refused(`There are no candles of ${stranger}.${meant} There are ${known.join(", ") || "none"}.`);
    }
    const question: Question = {
      text: kind,
      kind,
      symbols: wanted,
      ...(asked.days === undefined ? {} : { days: asked.days }),
    };
    return result(await analyst.answerQuestion(question));
  };
  for (const [name, description, kind, inputSchema] of MARKET_TOOLS) {
    server.registerTool(name, { description, inputSchema, outputSchema, annotations }, (input: unknown) =>
      ask(kind, input as Asked),
    );
  }
  server.registerTool(
    "glossary",
    {
      description: "What a term or a feature means",
      inputSchema: { term: z.string().min(1).max(200) },
      outputSchema,
      annotations,
    },
    async ({ term }) => {
      const kind = QuestionKind.concept;
      return result(await analyst.answerQuestion({ text: term, kind, term, symbols: [] }));
    },
  );
  server.registerTool(
    "ask",
    {
      description: "A question in words; orders, forecasts, advice and secrets are declined",
      inputSchema: { question: z.string().min(1).max(1_000) },
      outputSchema,
      annotations,
    },
    async ({ question }) => result(await analyst.answer(question)),
  );
  return server;
}

/** Serves on standard input and output until the input ends or the signal fires. */
export async function serveStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const ended = new Promise<void>((done) => {
    process.stdin.once("end", done);
    process.stdin.once("close", done);
    signal.addEventListener("abort", () => done(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}
