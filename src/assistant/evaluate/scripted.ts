/**
 * @file The assistant with a language model that behaves as it is told: truthful, lying, silent, slow, or cut off in the middle.
 * It stands behind a real OpenAI-compatible address on this machine, so that all of the way is taken: request, limit, reading,
 * verification, fallback. What is claimed of any model is claimed of the worst of them: after verification no number is wrong.
 */

import { Chatbot } from "../chatbot.ts";
import { endpointModel } from "../models/endpoint.ts";
import type { AssistantData } from "../tools/data.ts";
import { type AssistantScore, evaluateAssistant } from "./evaluate.ts";
import { asksForPlan, type ScriptedReply, scriptedEndpoint } from "./scripted-endpoint.ts";

export const SCRIPTS = ["truthful", "lying", "silent", "slow", "cut"] as const;
export type Script = (typeof SCRIPTS)[number];

export type ScriptedScore = AssistantScore & {
  readonly script: Script;
  /** Requests that reached the model. */
  readonly asked: number;
};

/** Time that a model has which never answers, and one that answers too late. */
const SHORT_MS = 60;
const PATIENT_MS = 120_000;
const NO_PLAN = '{"calls":[]}';

/** The draft that a prompt holds: what a model that says nothing of its own would write. */
function draftIn(prompt: string): string {
  return /Draft:\n([\s\S]*?)\n\nAnswer:/.exec(prompt)?.[1] ?? "";
}

/** Every figure another one, by its first digit, and every direction turned round. */
function falsified(text: string): string {
  const turned: Readonly<Record<string, string>> = { rose: "fell", fell: "rose", above: "below", below: "above" };
  return text
    .replaceAll(/\b(?:rose|fell|above|below)\b/g, (word) => turned[word])
    .replaceAll(/\d[\d,]*(?:\.\d+)?/g, (number) => `${(Number(number[0]) % 9) + 1}${number.slice(1)}`);
}

function replyOf(script: Script, prompt: string): ScriptedReply {
  if (script === "silent") return undefined;
  const late = script === "slow" ? { afterMs: 3 * SHORT_MS } : {};
  if (asksForPlan(prompt)) return { text: NO_PLAN, ...late };
  const draft = draftIn(prompt);
  if (script === "lying") return { text: falsified(draft) };
  // As a server that stops without saying so.
  if (script === "cut") return { text: draft.slice(0, Math.ceil(draft.length / 2)) };
  return { text: draft, ...late };
}

/** Asks everything that `evaluateAssistant` asks. */
export async function evaluateScripted(
  script: Script,
  data: AssistantData,
  options: Parameters<typeof evaluateAssistant>[2] = {},
): Promise<ScriptedScore> {
  const endpoint = await scriptedEndpoint((prompt) => replyOf(script, prompt));
  try {
    const timeoutMs = script === "silent" || script === "slow" ? SHORT_MS : PATIENT_MS;
    const model = endpointModel({ url: endpoint.url, model: `scripted, ${script}`, timeoutMs });
    const open = (told: AssistantData): Chatbot =>
      new Chatbot({ data: told, model, maxTokens: Number.MAX_SAFE_INTEGER });
    const score = await evaluateAssistant(open, data, options);
    return { ...score, script, asked: endpoint.asked.length };
  } finally {
    endpoint.close();
  }
}
