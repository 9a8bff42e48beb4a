/**
 * @file The stream: one WebSocket at `/api/v1/stream`. The page's first message is its half of the session; then it
 * subscribes to topics with the place that it knows. A frame tells its topic's epoch and sequence number; `delta` follows on
 * the frame before it, `snapshot` stands alone, `gap` says that frames were lost. Who sees a hole subscribes anew and never
 * guesses.
 */
import { z } from "zod";

/** Topics: `sessions` and `jobs` are states (a map by id), `events` is a list that only grows, `beat` a heartbeat. */
export const TOPICS = ["sessions", "jobs", "events", "beat"] as const;
export type Topic = (typeof TOPICS)[number];
const topicSchema = z.enum(TOPICS);

export const clientMessageSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("sign-in"), secret: z.string().max(500) }),
  z.strictObject({
    do: z.literal("subscribe"),
    topic: topicSchema,
    /** The place that the page knows, to go on from; absent for the whole. */
    epoch: z.string().max(100).optional(),
    seq: z.number().int().min(0).optional(),
  }),
  z.strictObject({ do: z.literal("unsubscribe"), topic: topicSchema }),
  z.strictObject({ do: z.literal("pong") }),
]);

export type Frame = {
  readonly topic: Topic;
  /** Changes when the server starts anew. */
  readonly epoch: string;
  /** A topic's own count; a delta's is one more than that of the frame before. */
  readonly seq: number;
  readonly kind: "snapshot" | "delta" | "gap";
  readonly serverMs: number;
  readonly data: FrameData;
};

/** A state's changes: values by id, null for what is gone. A list's: what was added. */
export type FrameData =
  | { readonly set: Readonly<Record<string, unknown>>; readonly gone?: readonly string[] }
  | { readonly add: readonly unknown[] }
  | null;

/** Closing codes of our own. */
export const CLOSE_UNAUTHORIZED = 4001;
export const CLOSE_SLOW = 4008;
export const CLOSE_SHUTDOWN = 4010;
