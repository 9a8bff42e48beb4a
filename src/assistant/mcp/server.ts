/**
 * @file The analyst for agents of other programs, by the Model Context Protocol (revision 2025-06-18): tools that read and
 * compute, each with its facts as structured content; and, for whom it is allowed, long work. No tool trades or changes a setting.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
import { type Clock, packageVersion, plainSymbol, systemClock } from "../../core/index.ts";
import { Analyst, type AnalystAnswer } from "../analyst/analyst.ts";
import { nearestSymbol, QuestionKind } from "../analyst/question.ts";
import { questionOf, SymbolNeed, TOOLS } from "../tools/catalog.ts";
import type { AssistantData } from "../tools/data.ts";
import { addJobTools, type JobDesk } from "./job-tools.ts";

const factSchema = z.object({
  id: z.string(),
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string(),
  display: z.string(),
  source: z.string(),
  asOfMs: z.number().optional(),
  about: z.array(z.string()).optional(),
});
const outputSchema = { text: z.string(), isRefusal: z.boolean(), facts: z.array(factSchema) };
const symbol = z.string().min(1).max(40).describe('a stored symbol, such as "BTCUSDT"; `coverage` lists them');
const symbols = z.array(symbol).min(1).max(20);
const days = z.number().positive().max(36_500).optional().describe("days back from the last candle");

type Asked = { readonly symbols?: readonly string[] | undefined; readonly days?: number | undefined };

const SHAPES: Readonly<Record<SymbolNeed, z.ZodRawShape>> = {
  [SymbolNeed.none]: {},
  [SymbolNeed.any]: { symbols: symbols.optional() },
  [SymbolNeed.some]: { symbols },
  [SymbolNeed.two]: { symbols: symbols.length(2) },
};

const JOB_WORDS =
  " Long work is drafted (draft_job), started (run_job), and asked after (job) no more often than it says. Judge a model on bars that it was not trained on before anything else is said of it.";

/** As the protocol wants it: what went wrong is a result that says so. */
function result({ text, facts, isRefusal }: AnalystAnswer) {
  const structuredContent = {
    text,
    isRefusal,
    facts: facts.map(({ about, ...fact }) => ({ ...fact, ...(about === undefined ? {} : { about: [...about] }) })),
  };
  return { content: [{ type: "text" as const, text }], structuredContent };
}

function refused(text: string) {
  return { content: [{ type: "text" as const, text }], isError: true };
}

/**
 * A server over `data`; connect it to a transport of your own, or use `serveStdio`.
 * @param desk long work that this agent may draft and run; none where absent, and then nothing here can change anything
 */
export function mcpServer(data: AssistantData, desk?: JobDesk, clock: Clock = systemClock): McpServer {
  const analyst = new Analyst(data);
  const server = new McpServer(
    { name: "tidemark", version: packageVersion() },
    {
      instructions: `${desk === undefined ? "Read-only. " : ""}Every figure is computed from stored data and listed under facts with its source; quote no other. Nothing here places orders or forecasts prices.${desk === undefined ? "" : JOB_WORDS}`,
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
    return result(await analyst.answerQuestion(questionOf(kind, { symbols: wanted, days: asked.days })));
  };
  for (const { name, description, kind, symbols: need, hasDays } of TOOLS) {
    const inputSchema = { ...SHAPES[need], ...(hasDays ? { days } : {}) };
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
  if (desk !== undefined) addJobTools(server, desk, () => clock.nowMs());
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
