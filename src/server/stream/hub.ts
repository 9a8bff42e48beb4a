/**
 * @file The readers of the stream. A reader that is slow loses frames of states first, then its connection; it never holds
 * memory. Every reader signs in before it is told anything.
 */
import type { WebSocket } from "ws";
import { type Clock, freshId, SECOND_MS, systemClock } from "../../core/index.ts";
import type { Visitor } from "../access/vault.ts";
import {
  CLOSE_SHUTDOWN,
  CLOSE_SLOW,
  CLOSE_UNAUTHORIZED,
  clientMessageSchema,
  type Frame,
  type Topic,
} from "../contract/index.ts";
import { ListTopic, StateTopic } from "./topic.ts";

const SIGN_IN_MS = 5 * SECOND_MS;
/** Unsent bytes from which frames are left out, and from which the reader is closed. */
const MUCH = 1_000_000;
const TOO_MUCH = 4_000_000;
const MOST_READERS = 100;
/** Beats without an answer after which a reader counts as gone. */
const MOST_SILENT_BEATS = 30;

type Reader = {
  readonly socket: Pick<WebSocket, "send" | "close" | "terminate" | "bufferedAmount">;
  readonly topics: Set<Topic>;
  /** Topics of which a frame was left out. */
  readonly behind: Set<Topic>;
  visitor: Visitor | undefined;
  /** Whether what it signed in with still holds: a session ends, a token is revoked. */
  holds: () => boolean;
  silentBeats: number;
};

export class StreamHub {
  readonly #epoch = freshId();
  readonly #clock: Clock;
  readonly #signIn: (secret: string, cookie: string | undefined) => Visitor | undefined;
  readonly #readers = new Set<Reader>();
  readonly sessions: StateTopic;
  readonly jobs: StateTopic;
  readonly events: ListTopic;
  readonly beats: StateTopic;

  constructor(clock: Clock, signIn: (secret: string, cookie: string | undefined) => Visitor | undefined) {
    this.#clock = clock;
    this.#signIn = signIn;
    const nowMs = (): number => clock.nowMs();
    this.sessions = new StateTopic("sessions", this.#epoch, nowMs);
    this.jobs = new StateTopic("jobs", this.#epoch, nowMs);
    this.events = new ListTopic("events", this.#epoch, nowMs);
    this.beats = new StateTopic("beat", this.#epoch, nowMs);
  }

  get readers(): number {
    return this.#readers.size;
  }

  /**
   * Takes a connection whose Host and Origin were checked.
   * @param bearer who a token says it is, where one was sent
   * @param holds whether that token is still good
   */
  accept(
    socket: WebSocket,
    cookie: string | undefined,
    bearer: Visitor | undefined,
    holds: () => boolean = () => true,
  ): void {
    const reader: Reader = { socket, topics: new Set(), behind: new Set(), visitor: bearer, holds, silentBeats: 0 };
    if (this.#readers.size >= MOST_READERS) {
      socket.close(CLOSE_SLOW, "too many readers");
      return;
    }
    this.#readers.add(reader);
    const ended = new AbortController();
    socket.on("close", () => {
      ended.abort();
      this.#readers.delete(reader);
    });
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => {
      this.#take(reader, (data as Buffer).toString("utf8"), cookie);
    });
    void this.#expire(reader, ended.signal);
  }

  async #expire(reader: Reader, signal: AbortSignal): Promise<void> {
    await systemClock.sleep(SIGN_IN_MS, signal).catch(() => undefined);
    if (reader.visitor === undefined && !signal.aborted)
      reader.socket.close(CLOSE_UNAUTHORIZED, "nobody has signed in");
  }

  /** Sends a frame to everybody who reads its topic. */
  publish(frame: Frame | undefined): void {
    if (frame === undefined) return;
    const text = JSON.stringify(frame);
    for (const reader of this.#readers) if (reader.topics.has(frame.topic)) this.#send(reader, frame.topic, text);
  }

  /** A sign of life; those who have not answered for long are gone, and so are those whose sign-in has ended. */
  beat(): void {
    for (const reader of this.#readers)
      if (reader.visitor !== undefined && !reader.holds()) {
        reader.topics.clear();
        reader.socket.close(CLOSE_UNAUTHORIZED, "the session has ended");
      }
    this.publish(this.beats.update([["beat", this.#clock.nowMs()]]));
    for (const reader of this.#readers) {
      if (reader.socket.bufferedAmount < MUCH) this.#catchUp(reader);
      if (++reader.silentBeats > MOST_SILENT_BEATS) reader.socket.terminate();
    }
  }

  close(): void {
    for (const { socket } of this.#readers) {
      socket.close(CLOSE_SHUTDOWN, "the server ends");
      socket.terminate();
    }
    this.#readers.clear();
  }

  #topic(name: Topic): StateTopic | ListTopic {
    return { sessions: this.sessions, jobs: this.jobs, events: this.events, beat: this.beats }[name];
  }

  #take(reader: Reader, text: string, cookie: string | undefined): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    const message = clientMessageSchema.safeParse(json).data;
    if (message === undefined) {
      reader.socket.close(CLOSE_UNAUTHORIZED, "this is no message");
      return;
    }
    reader.silentBeats = 0;
    if (message.do === "sign-in") {
      if (reader.visitor === undefined) {
        const { secret } = message;
        reader.visitor = this.#signIn(secret, cookie);
        reader.holds = () => this.#signIn(secret, cookie) !== undefined;
      }
      if (reader.visitor === undefined) reader.socket.close(CLOSE_UNAUTHORIZED, "the session is not known");
      return;
    }
    if (message.do === "pong") return;
    if (reader.visitor === undefined) {
      reader.socket.close(CLOSE_UNAUTHORIZED, "sign in first");
      return;
    }
    if (message.do === "unsubscribe") {
      reader.topics.delete(message.topic);
      return;
    }
    reader.topics.add(message.topic);
    reader.behind.delete(message.topic);
    for (const frame of this.#topic(message.topic).since(message.epoch, message.seq))
      this.#send(reader, message.topic, JSON.stringify(frame));
  }

  #send(reader: Reader, topic: Topic, text: string): void {
    const waiting = reader.socket.bufferedAmount;
    if (waiting > TOO_MUCH) {
      reader.socket.close(CLOSE_SLOW, "too slow");
      reader.socket.terminate();
      return;
    }
    if (waiting > MUCH || reader.behind.has(topic)) {
      reader.behind.add(topic);
      return;
    }
    reader.socket.send(text);
  }

  #catchUp(reader: Reader): void {
    for (const topic of reader.behind) reader.socket.send(JSON.stringify(this.#topic(topic).gap()));
    reader.behind.clear();
  }
}
