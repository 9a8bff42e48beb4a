/**
 * @file One stream of Bybit under supervision. Each connection is a generation of its own, and what comes from an older one
 * is dropped. A connection counts as up when its authentication and every subscription were confirmed in time; it is given
 * up, and another begun after a jittered wait, when anything is not answered, when no pong comes, or when it falls silent.
 */
import { WebSocket } from "ws";
import { z } from "zod";
import { type Clock, type Random, toError } from "../../../core/index.ts";
import type { ConnectBudget } from "./connect-budget.ts";

export type StreamState = {
  readonly state: "connecting" | "up" | "down";
  readonly generation: number;
  readonly reason: string;
  /** The venue said no to the credentials or to a topic, which another try won't change. */
  readonly refused?: boolean;
};

export type StreamMessage = {
  readonly topic: string;
  readonly type: string | undefined;
  readonly data: unknown;
  /** The venue's time of the message, where it gives one. */
  readonly timeMs: number | undefined;
  readonly generation: number;
};

export type StreamOptions = {
  readonly url: string;
  readonly topics: readonly string[];
  /** Arguments of the `auth` operation; absent for public streams. */
  readonly authentication?: () => readonly [key: string, expiresMs: number, signature: string];
  readonly wall: Clock;
  readonly random: Random;
  readonly budget: ConnectBudget;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onState: (state: StreamState) => void;
  readonly timing?: Partial<StreamTiming>;
};

export type StreamTiming = {
  readonly openMs: number;
  /** For the answers to authentication and to each subscription. */
  readonly answerMs: number;
  readonly pingMs: number;
  readonly pongMs: number;
  /** Without any message of a topic for so long the connection is given up; infinite for streams that may be quiet. */
  readonly silenceMs: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
};

const STREAM_TIMING: StreamTiming = {
  openMs: 10_000,
  answerMs: 5_000,
  pingMs: 15_000,
  pongMs: 10_000,
  silenceMs: Number.POSITIVE_INFINITY,
  firstWaitMs: 250,
  longestWaitMs: 30_000,
};

/** Spot takes no more topics in one request; others don't mind. */
const TOPICS_PER_REQUEST = 10;

const frameSchema = z.looseObject({
  op: z.string().optional(),
  success: z.boolean().optional(),
  ret_msg: z.string().optional(),
  retCode: z.number().optional(),
  req_id: z.string().optional(),
  topic: z.string().optional(),
  type: z.string().optional(),
  data: z.unknown().optional(),
  ts: z.number().optional(),
  creationTime: z.number().optional(),
});
type Frame = z.infer<typeof frameSchema>;

/** An answer that a step of the connection waits for. */
type Awaited = { readonly matches: (frame: Frame) => boolean; readonly done: (frame: Frame) => void };

export class Stream {
  readonly #options: StreamOptions;
  readonly #timing: StreamTiming;
  readonly #stopping = new AbortController();
  #generation = 0;
  #failures = 0;
  #running: Promise<void> = Promise.resolve();
  #restart: ((reason: string) => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#timing = { ...STREAM_TIMING, ...options.timing };
  }

  /** Connects until `stop`. Resolves when the first connection is up; rejects when one is refused in a way that stays. */
  start(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        void this.stop();
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      const settled = (): void => signal?.removeEventListener("abort", onAbort);
      this.#running = this.#run(
        () => {
          settled();
          resolve();
        },
        (failure) => {
          settled();
          reject(failure);
        },
      );
    });
  }

  /** Gives the present connection up, as after a doubt about it. */
  restart(reason: string): void {
    this.#restart?.(reason);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the stream stops"));
    await this.#running;
  }

  async #run(up: () => void, refused: (failure: Error) => void): Promise<void> {
    const { signal } = this.#stopping;
    const { wall, budget, random, onState } = this.#options;
    while (!signal.aborted) {
      const generation = ++this.#generation;
      try {
        await budget.take(signal);
        onState({ state: "connecting", generation, reason: "" });
        await this.#connection(generation, up);
      } catch (thrown) {
        const reason = toError(thrown).message;
        if (signal.aborted) break;
        const final = thrown instanceof StreamRefusal;
        onState({ state: "down", generation, reason, refused: final });
        if (final) refused(thrown);
      }
      const most = Math.min(this.#timing.longestWaitMs, this.#timing.firstWaitMs * 2 ** Math.min(this.#failures, 12));
      this.#failures++;
      await wall.sleep(most * (0.5 + 0.5 * random.uniform()), signal).catch(() => undefined);
    }
    onState({ state: "down", generation: this.#generation, reason: "stopped" });
  }

  /** One connection from its opening to its end, which is always told by a rejection. */
  async #connection(generation: number, up: () => void): Promise<never> {
    const { url, wall, authentication, topics, onState } = this.#options;
    const life = new AbortController();
    const ended = AbortSignal.any([life.signal, this.#stopping.signal]);
    const end = (reason: string): void => life.abort(new Error(reason));
    this.#restart = end;
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: this.#timing.openMs });
    const awaited = new Set<Awaited>();
    const heard = { anyMs: wall.elapsedMs(), dataMs: wall.elapsedMs() };
    socket.on("error", (thrown) => end(`the connection failed: ${thrown.message}`));
    socket.on("close", (code: number) => end(`the venue closed the connection (${code})`));
    socket.on("message", (data: Buffer) => {
      if (ended.aborted) return;
      heard.anyMs = wall.elapsedMs();
      this.#receive(data.toString("utf8"), generation, awaited, heard);
    });
    const ask = (operation: Record<string, unknown>, matches: Awaited["matches"], what: string): Promise<Frame> =>
      this.#ask(socket, operation, { awaited, matches, what, ended });
    try {
      await until(ended, (resolve) => socket.once("open", resolve));
      if (authentication !== undefined) {
        const reply = await ask(
          { op: "auth", args: authentication() },
          ({ op }) => op === "auth",
          "the authentication",
        );
        if (reply.success !== true) throw new StreamRefusal(`the authentication was refused: ${reply.ret_msg ?? ""}`);
      }
      for (let i = 0; i < topics.length; i += TOPICS_PER_REQUEST) {
        const args = topics.slice(i, i + TOPICS_PER_REQUEST);
        const id = `${generation}-${i}`;
        const matches = ({ op, req_id }: Frame): boolean =>
          op === "subscribe" && (req_id === undefined || req_id === id);
        const reply = await ask(
          { op: "subscribe", req_id: id, args },
          matches,
          `the subscription of ${args.join(", ")}`,
        );
        if (reply.success !== true)
          throw new StreamRefusal(`a subscription was refused: ${reply.ret_msg ?? args.join(", ")}`);
      }
      this.#failures = 0;
      heard.dataMs = wall.elapsedMs();
      onState({ state: "up", generation, reason: "" });
      up();
      return await this.#watch(socket, heard, ended, end);
    } finally {
      end("over");
      socket.removeAllListeners("message");
      socket.terminate();
    }
  }

  async #ask(
    socket: WebSocket,
    operation: Record<string, unknown>,
    wait: { awaited: Set<Awaited>; matches: Awaited["matches"]; what: string; ended: AbortSignal },
  ): Promise<Frame> {
    const { wall } = this.#options;
    const late = new AbortController();
    let one: Awaited | undefined;
    try {
      const reply = new Promise<Frame>((resolve) => {
        one = { matches: wait.matches, done: resolve };
        wait.awaited.add(one);
      });
      socket.send(JSON.stringify(operation));
      const limit = wall.sleep(this.#timing.answerMs, AbortSignal.any([late.signal, wait.ended])).then(() => {
        throw new Error(`${wait.what} was not answered within ${this.#timing.answerMs} ms`);
      });
      return await Promise.race([reply, limit]);
    } finally {
      late.abort(new Error("answered"));
      if (one !== undefined) wait.awaited.delete(one);
    }
  }

  /** Pings, and ends the connection where nothing answers or no data comes. */
  async #watch(
    socket: WebSocket,
    heard: { anyMs: number; dataMs: number },
    ended: AbortSignal,
    end: (reason: string) => void,
  ): Promise<never> {
    const { wall } = this.#options;
    const { pingMs, pongMs, silenceMs } = this.#timing;
    for (;;) {
      await wall.sleep(Math.min(pingMs, silenceMs / 2), ended);
      const sentMs = wall.elapsedMs();
      if (sentMs - heard.dataMs > silenceMs) end(`no data came for ${silenceMs} ms`);
      socket.send(JSON.stringify({ op: "ping" }));
      await wall.sleep(Math.min(pongMs, pingMs), ended);
      if (heard.anyMs < sentMs) end(`no pong came within ${pongMs} ms`);
      ended.throwIfAborted();
    }
  }

  #receive(text: string, generation: number, awaited: Set<Awaited>, heard: { dataMs: number }): void {
    const frame = frameSchema.safeParse(parsed(text));
    if (!frame.success) return;
    const { topic, type, data, ts, creationTime } = frame.data;
    if (topic !== undefined) {
      heard.dataMs = this.#options.wall.elapsedMs();
      this.#options.onMessage({ topic, type, data, timeMs: ts ?? creationTime, generation });
      return;
    }
    for (const one of awaited) if (one.matches(frame.data)) one.done(frame.data);
  }
}

/** The venue said no: another try with the same words will be refused as well. */
export class StreamRefusal extends Error {
  override readonly name = "StreamRefusal";
}

function until(ended: AbortSignal, begin: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(ended.reason as Error);
    if (ended.aborted) return onEnd();
    ended.addEventListener("abort", onEnd, { once: true });
    begin(() => {
      ended.removeEventListener("abort", onEnd);
      resolve();
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
