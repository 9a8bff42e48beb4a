/** @file The analyst: questions, answers that come as server-sent events, and what every figure of an answer is. */
import { z } from "zod";

/** A name that a page gives its conversation; several pages may go on with one. */
const conversationSchema = z.string().regex(/^[\w-]{1,64}$/, "A conversation is named by letters and digits");

/** POST assistant/messages. */
export const questionSchema = z.strictObject({
  conversation: conversationSchema,
  question: z.string().trim().min(1).max(1_000),
});

export const answerFactSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** As the answer writes it. */
  display: z.string(),
  unit: z.string(),
  source: z.string(),
  asOfMs: z.number().optional(),
});
export type AnswerFact = z.infer<typeof answerFactSchema>;

export const answerSchema = z.object({
  question: z.string(),
  answer: z.string(),
  kind: z.string(),
  /** analyst: its own words; model: words of a language model, verified; fallback: those could not be used. */
  mode: z.enum(["analyst", "model", "fallback"]),
  isRefusal: z.boolean(),
  /** Why a model's words were not used, or what was cut from them. */
  reason: z.string().nullable(),
  facts: z.array(answerFactSchema),
  sources: z.array(z.string()),
  /** Numbers that a fact bears out over all numbers. */
  groundedness: z.number(),
  ms: z.number(),
});
export type Answer = z.infer<typeof answerSchema>;

/** GET assistant/conversations/{id}: what is remembered, oldest first. */
export const dialogueSchema = z.object({
  items: z.array(answerSchema),
  /** Who words the answers; null for the analyst itself. */
  model: z.string().nullable(),
});
export type Dialogue = z.infer<typeof dialogueSchema>;

/** The data of the events "phase", "text", "answer" and "error"; "answer" or "error" is the last. */
export const answerEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("phase"), phase: z.enum(["computing", "planning", "writing"]) }),
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("answer"), answer: answerSchema }),
  z.object({
    type: z.literal("error"),
    error: z.object({ code: z.string(), what: z.string(), fix: z.string().optional() }),
  }),
]);
export type AnswerEvent = z.infer<typeof answerEventSchema>;
