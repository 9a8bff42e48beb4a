/** @file The account's stream as events of the broker: what came, what may have been missed, and how the clocks stand. */
import type { Clock, Random } from "../../../core/index.ts";
import {
  type BybitCredentials,
  type BybitRest,
  type ConnectBudget,
  Stream,
  type StreamMessage,
  StreamRefusal,
  type StreamState,
  type StreamTiming,
} from "../../../venues/index.ts";
import type { BrokerEvent } from "../../broker.ts";
import { brokerError } from "../../broker-error.ts";

export type PrivateStreamOptions = {
  readonly rest: BybitRest;
  readonly credentials: BybitCredentials;
  readonly wall: Clock;
  readonly random: Random;
  readonly connects: ConnectBudget;
  readonly timing?: Partial<StreamTiming> | undefined;
  /** Wall time between two readings of the venue's clock. */
  readonly clockEveryMs: number;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onEvent: (event: BrokerEvent) => void;
};

const TOPICS = ["order", "execution", "position", "wallet"];
const AUTHENTICATION_MS = 10_000;

export class PrivateStream {
  readonly #options: PrivateStreamOptions;
  readonly #stream: Stream;
  readonly #stopping = new AbortController();
  /** Venue time at which the stream was last known to tell everything. */
  #heardMs = 0;
  #ups = 0;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: PrivateStreamOptions) {
    this.#options = options;
    const { rest, credentials, wall, random, connects, timing } = options;
    this.#stream = new Stream({
      url: rest.hosts.privateStream,
      topics: TOPICS,
      authentication: () => credentials.streamAuthentication(Math.floor(rest.signingMs()) + AUTHENTICATION_MS),
      wall,
      random,
      budget: connects,
      onMessage: (message) => {
        this.#heardMs = rest.venueNowMs();
        options.onMessage(message);
      },
      onState: (state) => this.#connection(state),
      ...(timing === undefined ? {} : { timing }),
    });
  }

  /** Resolves once all topics were confirmed. Rejects with VENUE_CREDENTIALS where the venue refuses the key. */
  async start(signal?: AbortSignal): Promise<void> {
    const { hosts } = this.#options.rest;
    try {
      await this.#stream.start(signal);
    } catch (thrown) {
      await this.#stream.stop();
      if (!(thrown instanceof StreamRefusal)) throw thrown;
      throw brokerError("credentials", `Bybit's private stream: ${thrown.message}`, hosts.privateStream);
    }
    this.#watching = this.#watchClock();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the broker stops"));
    await this.#stream.stop();
    await this.#watching;
  }

  /** Tells the venue's clock against this machine's; for a local venue against its own pace. */
  tellClock(): void {
    const { rest, onEvent } = this.#options;
    onEvent({ kind: "clock", offsetMs: rest.clockOffsetMs(), uncertaintyMs: rest.time.reading().uncertaintyMs });
  }

  /** Asks for the venue's time now. A venue that can't be asked shows in everything else as well. */
  async readClock(): Promise<void> {
    const { rest } = this.#options;
    const asked = await rest.syncTime(this.#stopping.signal).catch(() => undefined);
    if (asked !== undefined) this.tellClock();
  }

  #connection({ state, generation, reason, refused }: StreamState): void {
    const { rest, onEvent } = this.#options;
    onEvent({ kind: "connection", state, generation, reason });
    if (refused === true && this.#ups > 0) onEvent({ kind: "trouble", code: "credentials", message: reason });
    if (state !== "up") return;
    const nowMs = Math.floor(rest.venueNowMs());
    if (this.#ups > 0) {
      onEvent({ kind: "gap", fromMs: Math.floor(this.#heardMs), toMs: nowMs, reason: "the private stream was down" });
    }
    this.#ups++;
    this.#heardMs = nowMs;
  }

  async #watchClock(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.wall.sleep(this.#options.clockEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.readClock();
    }
  }
}
