/**
 * @file Notices to people: queued, sent beside the engine, tried again with growing pauses, and dropped before they could
 * hold anything up. What is secret is taken out of every text before it goes anywhere.
 */
import { type Clock, SECOND_MS, toError } from "../../core/index.ts";

export type Notice = {
  /** Such as "halted.daily-loss" or "fill". */
  readonly code: string;
  readonly text: string;
  readonly session: string;
  readonly atMs: number;
};

/** A failure that another try won't mend. */
export class FinalRefusal extends Error {
  override readonly name = "FinalRefusal";
}

/** A place that notices go to. `send` rejects with FinalRefusal where another try is of no use; errors name no secret. */
export type NoticeChannel = {
  readonly name: string;
  send(notice: Notice, signal: AbortSignal): Promise<void>;
};

export type NotifierOptions = {
  readonly channels: readonly NoticeChannel[];
  /** Wall time. */
  readonly clock: Clock;
  /** Values that no notice may hold. */
  readonly secrets: readonly string[];
  /** A notice could not be sent; goes to the log. */
  readonly onTrouble: (text: string) => void;
  readonly firstPauseMs?: number;
};

const MOST_WAITING = 200;
const MOST_TRIES = 6;
const LONGEST_PAUSE_MS = 60 * SECOND_MS;
const SEND_MS = 10 * SECOND_MS;
/** The same code again within this time is left out, but for fills. */
const SAME_MS = 60 * SECOND_MS;
/** How long a stop waits for what is still to be sent. */
const CLOSE_MS = 3 * SECOND_MS;

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #queues: Queue[];
  readonly #lastMs = new Map<string, number>();

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#queues = options.channels.map((channel) => new Queue(channel, options));
  }

  /** Takes the notice and returns at once. */
  notify(notice: Notice): void {
    const { clock, secrets } = this.#options;
    if (notice.code !== "fill") {
      const key = `${notice.code} ${notice.text.split(":")[0]}`;
      const last = this.#lastMs.get(key);
      if (last !== undefined && clock.elapsedMs() - last < SAME_MS) return;
      this.#lastMs.set(key, clock.elapsedMs());
    }
    const text = secrets.reduce((clean, secret) => clean.split(secret).join("***"), notice.text);
    for (const queue of this.#queues) queue.add({ ...notice, text });
  }

  /** Resolves when everything was sent, or after a short time without it. */
  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close(CLOSE_MS)));
  }
}

class Queue {
  readonly #channel: NoticeChannel;
  readonly #options: NotifierOptions;
  readonly #waiting: Notice[] = [];
  readonly #ended = new AbortController();
  #dropped = 0;
  #working: Promise<void> | undefined;

  constructor(channel: NoticeChannel, options: NotifierOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  add(notice: Notice): void {
    if (this.#ended.signal.aborted) return;
    this.#waiting.push(notice);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async close(mostMs: number): Promise<void> {
    const waited = new AbortController();
    await Promise.race([this.#working, this.#options.clock.sleep(mostMs, waited.signal).catch(() => undefined)]);
    waited.abort();
    this.#ended.abort();
  }

  async #work(): Promise<void> {
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) {
      if (this.#dropped > 0) {
        const text = `${notice.text} (${this.#dropped} older notices could not be sent)`;
        notice = { ...notice, text };
        this.#dropped = 0;
      }
      await this.#send(notice);
      if (this.#ended.signal.aborted) return;
    }
  }

  async #send(notice: Notice): Promise<void> {
    const { clock, onTrouble, firstPauseMs = SECOND_MS } = this.#options;
    for (let tries = 1; !this.#ended.signal.aborted; tries++) {
      try {
        await this.#channel.send(notice, AbortSignal.any([this.#ended.signal, AbortSignal.timeout(SEND_MS)]));
        return;
      } catch (thrown) {
        if (this.#ended.signal.aborted) return;
        const error = toError(thrown);
        if (error instanceof FinalRefusal || tries >= MOST_TRIES) {
          onTrouble(
            `${this.#channel.name}: ${notice.code} was not sent in ${tries} tries: ${this.#clean(error.message)}`,
          );
          return;
        }
      }
      const pauseMs = Math.min(firstPauseMs * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      await clock.sleep(pauseMs, this.#ended.signal).catch(() => undefined);
    }
  }

  #clean(text: string): string {
    return this.#options.secrets.reduce((clean, secret) => clean.split(secret).join("***"), text);
  }
}
