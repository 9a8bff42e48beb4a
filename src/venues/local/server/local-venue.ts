/**
 * @file The local Bybit as a server on loopback: V5 over HTTP and WebSocket around the core, in real time, faster, or on a
 * clock that a test moves. Replies, pushes and faults go by one seed; only the moments of their arrival are the machine's.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type Clock, PacedClock, systemClock, TidemarkError, toError } from "../../../core/index.ts";
import type { LocalCategory } from "../core/listing.ts";
import type { LocalVenueCore } from "../core/venue-core.ts";
import type { MarketPush, VenuePush } from "../core/world.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import { type ControlAction, control } from "./control.ts";
import { FaultPlan, type FaultRule } from "./faults.ts";
import { PublicTopics } from "./public-topics.ts";
import { RateLimits } from "./rate-limits.ts";
import { answerRest, bodyOf, jsonOf, type VenueState } from "./rest.ts";

export type LocalVenueOptions = {
  readonly core: LocalVenueCore;
  readonly seed: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Market time a second of wall time; 0 stands still until it is moved. Default: 1. */
  readonly speed?: number;
  readonly faults?: readonly FaultRule[];
  /** Requests of one address in five seconds. Default: 600. */
  readonly ipLimit?: number;
  /** How long an address is banned that sends more. Default: ten minutes. */
  readonly banMs?: number;
  readonly wall?: Clock;
  /** Told of connections and of what faults did. */
  readonly onLog?: (line: string) => void;
};

const STREAMS: Readonly<Record<string, "private" | LocalCategory>> = {
  "/v5/public/linear": "linear",
  "/v5/public/spot": "spot",
  "/v5/private": "private",
};
/** Longest pause of the market's loop, wall time. */
const LOOP_MS = 25;
const MAX_CONNECTS = 500;
const CONNECT_WINDOW_MS = 300_000;

export class LocalVenue {
  readonly core: LocalVenueCore;
  readonly faults: FaultPlan;
  readonly state: VenueState = { maintenance: false, clockSkewMs: 0, limitShare: 1 };
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<Connection>();
  readonly #topics: PublicTopics;
  readonly #limits: RateLimits;
  readonly #wall: Clock;
  readonly #speed: number;
  readonly #clock: PacedClock | undefined;
  readonly #stopping = new AbortController();
  readonly #log: (line: string) => void;
  #connects: number[] = [];
  #opened = 0;
  #loop: Promise<void> = Promise.resolve();

  private constructor(options: LocalVenueOptions) {
    this.core = options.core;
    this.faults = new FaultPlan(options.seed, options.faults);
    this.#topics = new PublicTopics(options.core);
    this.#wall = options.wall ?? systemClock;
    this.#speed = options.speed ?? 1;
    this.#clock = this.#speed > 0 ? new PacedClock(options.core.nowMs, this.#speed, this.#wall) : undefined;
    this.#limits = new RateLimits({
      ...(options.ipLimit === undefined ? {} : { ipLimit: options.ipLimit }),
      ...(options.banMs === undefined ? {} : { banMs: options.banMs }),
    });
    this.#log = options.onLog ?? (() => undefined);
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  /** Listens on loopback. Rejects with USAGE_ARGUMENT where the port is taken. */
  static async start(options: LocalVenueOptions): Promise<LocalVenue> {
    const venue = new LocalVenue(options);
    await new Promise<void>((resolve, reject) => {
      const onError = (thrown: Error): void =>
        reject(
          new TidemarkError("USAGE_ARGUMENT", {
            what: `The local venue can't listen on port ${options.port ?? 0}: ${thrown.message}`,
            fix: "Choose another port, or 0 for a free one.",
            cause: thrown,
          }),
        );
      venue.#server.once("error", onError);
      venue.#server.listen(options.port ?? 0, "127.0.0.1", () => {
        venue.#server.off("error", onError);
        resolve();
      });
    });
    if (venue.#clock !== undefined) venue.#loop = venue.#run();
    return venue;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Moves the market by hand. */
  advance(ms: number): void {
    this.core.advanceTo(this.core.nowMs + ms);
    this.#deliver();
  }

  /** What POST /control does, without the way over HTTP. */
  control(action: ControlAction): unknown {
    const answer = control(
      {
        core: this.core,
        faults: this.faults,
        limits: this.#limits,
        state: this.state,
        wallMs: () => this.#wall.elapsedMs(),
        advance: (ms) => this.advance(ms),
        closeStreams: (stream, code) => this.#closeStreams(stream, code),
        resetTopics: () => this.#topics.reset(),
        clock: () => ({ nowMs: this.core.nowMs, speed: this.#speed }),
      },
      action,
    );
    this.#deliver();
    return answer;
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error("the local venue stops"));
    await this.#loop;
    for (const connection of this.#connections) connection.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#catchUp();
      const waitMs = (this.core.nextEventMs() - this.core.nowMs) / this.#speed;
      await this.#wall.sleep(Math.max(1, Math.min(LOOP_MS, waitMs)), signal).catch(() => undefined);
    }
  }

  #catchUp(): void {
    if (this.#clock !== undefined) this.core.advanceTo(this.#clock.nowMs());
    this.#deliver();
  }

  #deliver(): void {
    for (const push of this.core.takePushes()) this.#send(push);
  }

  #send(push: VenuePush): void {
    if (push.kind === "private") {
      for (const connection of this.#connections) if (connection.stream === "private") connection.pushPrivate(push);
      return;
    }
    this.#sendMarket(push);
    this.#topics.settle(push);
  }

  #sendMarket(push: MarketPush): void {
    const listeners = [...this.#connections].filter(({ stream }) => stream === push.category);
    const topics = new Set(listeners.flatMap(({ subscribed }) => [...subscribed]));
    for (const topic of topics) {
      if (!topic.endsWith(`.${push.symbol}`)) continue;
      const text = this.#topics.next(topic, push);
      if (text === undefined) continue;
      const label = text.includes('"confirm":true') ? `${topic} confirm` : topic;
      for (const connection of listeners) if (connection.subscribed.has(topic)) connection.push(label, text);
    }
  }

  #closeStreams(stream: string, code: number): void {
    for (const connection of this.#connections) if (connection.stream.includes(stream)) connection.close(code);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === "/control" && request.method === "POST") {
        this.#handleControl(response, await bodyOf(request));
        return;
      }
      await answerRest(request, response, {
        core: this.core,
        faults: this.faults,
        limits: this.#limits,
        wall: this.#wall,
        signal: this.#stopping.signal,
        catchUp: () => this.#catchUp(),
        state: this.state,
        speed: this.#speed,
      });
    } catch (thrown) {
      this.#log(`request failed: ${toError(thrown).stack ?? ""}`);
      if (!response.headersSent) response.writeHead(500).end();
    }
  }

  #handleControl(response: ServerResponse, body: string): void {
    const reply = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    try {
      reply(200, this.control(jsonOf(body) as ControlAction));
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      reply(400, { error: thrown.code, message: thrown.message });
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = new URL(request.url ?? "/", "http://local").pathname;
    const stream = STREAMS[path];
    const nowMs = this.#wall.elapsedMs();
    this.#connects = this.#connects.filter((ms) => nowMs - ms < CONNECT_WINDOW_MS);
    this.#connects.push(nowMs);
    const refusal = stream === undefined ? undefined : this.faults.meet(["refuse-connection"], path, this.core.nowMs);
    const status = this.#upgradeStatus(stream !== undefined, refusal?.value, refusal !== undefined);
    if (status !== undefined || stream === undefined) {
      socket.end(`HTTP/1.1 ${status ?? 404} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => this.#connect(stream, client));
  }

  #upgradeStatus(known: boolean, value: number | undefined, refused: boolean): number | undefined {
    if (!known) return 404;
    if (this.#connects.length > MAX_CONNECTS || this.#limits.isBanned(this.#wall.elapsedMs())) return 403;
    if (this.state.maintenance) return 503;
    return refused ? (value ?? 503) : undefined;
  }

  #connect(stream: "private" | LocalCategory, socket: WebSocket): void {
    const context: ConnectionContext = {
      core: this.core,
      faults: this.faults,
      topics: this.#topics,
      wall: this.#wall,
      signal: this.#stopping.signal,
      isFuture: (ms) => ms > Math.min(this.core.nowMs, this.#wall.nowMs()) + this.state.clockSkewMs,
      log: this.#log,
    };
    const connection = new Connection(`local-${++this.#opened}`, stream, socket, context);
    this.#connections.add(connection);
    this.#log(`${connection.id}: ${stream} stream opened`);
    socket.on("close", (code: number) => {
      this.#connections.delete(connection);
      this.#log(`${connection.id}: ${stream} stream closed (${code})`);
    });
    socket.on("error", () => socket.terminate());
  }
}
