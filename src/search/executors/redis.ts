/** @file Connections to Redis, loaded only where a search runs on many machines. */
import type { Redis } from "ioredis";
import { TidemarkError, toError } from "../../core/index.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/** The address without its password. */
function withoutSecret(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function unreachable(url: string, reason: unknown): TidemarkError {
  return new TidemarkError("QUEUE_UNREACHABLE", {
    what: `Redis can't be reached: ${toError(reason).message}`,
    where: withoutSecret(url),
    fix: "Start the server, or correct the address (redis://[user:password@]host:port).",
    cause: reason,
  });
}

/**
 * A connection that is ready. Once it was, it reconnects by itself for as long as it takes.
 * Throws QUEUE_UNREACHABLE where the server can't be reached now, USAGE_ARGUMENT for another kind of address.
 */
export async function connectRedis(url: string): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${withoutSecret(url)}" is not the address of a Redis server`,
      fix: "Write redis://host:port, or rediss:// for an encrypted connection.",
    });
  }
  const { Redis: Client } = await import("ioredis");
  let everReady = false;
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (everReady ? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** times) : null),
  });
  let lastError: unknown;
  redis.on("error", (error: unknown) => {
    lastError = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (thrown) {
    redis.disconnect();
    throw unreachable(url, lastError ?? thrown);
  }
  everReady = true;
  return redis;
}
