/**
 * @file The searches that are under way, posted in Redis: a worker on another machine reads there what a trial is, so that it
 * needs no configuration of its own. A posting lives as long as the process that renews it.
 */
import { type Clock, systemClock } from "../../core/index.ts";
import type { Json } from "../../search/index.ts";
import { connectRedis, DEFAULT_PREFIX } from "../../search/index.ts";

export type PostedPlan = {
  readonly studyId: string;
  /** The study's name, for people. */
  readonly name: string;
  readonly codeVersion: string;
  /** Names the queue together with the version: trials of other plans are never mixed up with these. */
  readonly dataFingerprint: string;
  readonly plan: Json;
};

export type PlanBoard = {
  /** Posts a plan and keeps it posted until `close`. */
  post(plan: PostedPlan): Promise<void>;
  /** What is posted now, by name. */
  list(): Promise<readonly PostedPlan[]>;
  isPosted(studyId: string): Promise<boolean>;
  /** Takes down what was posted here. */
  close(): Promise<void>;
};

export type BoardOptions = {
  /** Prefix of all keys in Redis; "tidemark" where absent. */
  readonly prefix?: string;
  /** Silence after which a posting is gone; 15 s where absent. */
  readonly livesMs?: number;
  readonly clock?: Clock;
};

const TEXTS = ["studyId", "name", "codeVersion", "dataFingerprint"] as const;

/** Undefined where the text is no posting. */
function parsePosting(text: string | null): PostedPlan | undefined {
  if (text === null) return undefined;
  const parsed = JSON.parse(text) as Partial<PostedPlan> | null;
  const whole = TEXTS.every((key) => typeof parsed?.[key] === "string") && parsed?.plan !== undefined;
  return whole ? (parsed as PostedPlan) : undefined;
}

/** Connects to the board. Rejects with QUEUE_UNREACHABLE or USAGE_ARGUMENT. */
export async function planBoard(url: string, options: BoardOptions = {}): Promise<PlanBoard> {
  const { prefix = DEFAULT_PREFIX, livesMs = 15_000, clock = systemClock } = options;
  const redis = await connectRedis(url);
  const ended = new AbortController();
  const posted: string[] = [];
  const renewals: Promise<void>[] = [];
  const keyOf = (studyId: string): string => `${prefix}:plan:${studyId}`;

  const renew = async (key: string, text: string): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(livesMs / 3, ended.signal).catch(() => undefined);
      if (!ended.signal.aborted) await redis.set(key, text, "PX", livesMs);
    }
  };

  return {
    async post(plan) {
      const key = keyOf(plan.studyId);
      const text = JSON.stringify(plan);
      await redis.set(key, text, "PX", livesMs);
      posted.push(key);
      renewals.push(renew(key, text));
    },
    async list() {
      const keys = new Set<string>();
      let cursor = "0";
      do {
        const [next, found] = await redis.scan(cursor, "MATCH", keyOf("*"), "COUNT", 100);
        for (const key of found) keys.add(key);
        cursor = next;
      } while (cursor !== "0");
      const texts = keys.size === 0 ? [] : await redis.mget([...keys]);
      const plans = texts.map(parsePosting).filter((plan): plan is PostedPlan => plan !== undefined);
      return plans.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async isPosted(studyId) {
      return (await redis.exists(keyOf(studyId))) === 1;
    },
    async close() {
      ended.abort();
      // A renewal that waits for a server that is away must not hold up the end.
      if (redis.status !== "ready") redis.disconnect();
      await Promise.allSettled(renewals);
      if (posted.length > 0 && redis.status === "ready") await redis.del(posted);
      redis.disconnect();
    },
  };
}
