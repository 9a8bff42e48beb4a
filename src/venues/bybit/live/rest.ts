/**
 * @file Requests of an account to Bybit through its own client: questions are asked again where that can help, commands are
 * sent once and classified. Limits, the venue's clock and bans are kept here, for all requests of one account.
 */
import type { RestClientV5 } from "bybit-api";
import { z } from "zod";
import { type Clock, PacedClock, systemClock } from "../../../core/index.ts";
import { withRetries } from "../../retry.ts";
import { badReply, forbidden, unreachable, type VenueError } from "../../venue-error.ts";
import { codeFailure, transportFailure } from "../failure.ts";
import { envelopeSchema, serverTimeSchema } from "../reply.ts";
import { accountFailure, CLOCK_CODE } from "./account-failure.ts";
import { type BybitCredentials, signatureOf } from "./credentials.ts";
import { type BybitHosts, isLoopback } from "./hosts.ts";
import { type BybitOutcome, failedOutcome, HTTP_BANNED, repliedOutcome, safeFailure } from "./outcome.ts";
import { type Lane, RateBudget, type RateGroup } from "./rate-budget.ts";
import { TimeSync } from "./time-sync.ts";

export type BybitRestOptions = {
  readonly hosts: BybitHosts;
  /** Absent: public questions only. */
  readonly credentials?: BybitCredentials;
  /** Wall time: for time-outs, limits and signatures. */
  readonly wall?: Clock;
  /** Default: 5 s. */
  readonly timeoutMs?: number;
  /** Times that a question is asked at most. Default: 4. */
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
};

export type Command = { readonly group: RateGroup; readonly lane: Exclude<Lane, "read">; readonly where: string };
export type Question<T> = {
  readonly group: RateGroup;
  readonly where: string;
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal | undefined;
};
/** A server time with our monotonic clock at that instant, and how far off it may be, in the venue's time. */
type Anchor = { readonly serverMs: number; readonly elapsedMs: number; readonly widthMs: number };
type Request = (client: RestClientV5) => Promise<unknown>;

/** Bybit lifts a ban of an address after ten minutes. */
const BAN_MS = 600_000;
/** A local venue says how fast its market runs. */
const paceSchema = z.looseObject({ pace: z.number().optional() });
const limitSchema = z.looseObject({
  rateLimitApi: z.looseObject({ remainingRequests: z.number(), maxRequests: z.number(), resetAtTimestamp: z.number() }),
});

export class BybitRest {
  readonly hosts: BybitHosts;
  readonly wall: Clock;
  readonly time: TimeSync;
  readonly budget: RateBudget;
  readonly credentials: BybitCredentials | undefined;
  readonly #timeoutMs: number;
  readonly #maxAttempts: number;
  readonly #backoffMs: number;
  #client: Promise<RestClientV5> | undefined;
  #bannedUntilMs = Number.NEGATIVE_INFINITY;
  /** Set where the market doesn't run by this machine's clock: signatures then go by the wall. */
  #pace: number | undefined;
  #anchor: Anchor | undefined;
  /** What the last answer was off from what the anchor let expect, beyond what its own delay explains. */
  #steppedMs = 0;

  constructor(options: BybitRestOptions) {
    this.hosts = options.hosts;
    this.credentials = options.credentials;
    this.wall = options.wall ?? systemClock;
    this.time = new TimeSync(this.wall);
    this.budget = new RateBudget(this.wall);
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#maxAttempts = options.maxAttempts ?? 4;
    this.#backoffMs = options.backoffMs ?? 300;
  }

  /** Pace of a local venue's market, once the server's time was asked for; undefined for the real one. */
  get pace(): number | undefined {
    return this.#pace;
  }

  /** The venue's time for a signature, UTC milliseconds. */
  signingMs(): number {
    return this.wall.nowMs() + this.#signingOffsetMs();
  }

  /** Asks for the server's time and keeps what it says of the two clocks. */
  async syncTime(signal?: AbortSignal): Promise<number> {
    let sentMs = 0;
    let receivedMs = 0;
    const ask: Request = async (client) => {
      sentMs = this.wall.nowMs();
      const reply: unknown = await client.getServerTime();
      receivedMs = this.wall.nowMs();
      return reply;
    };
    const schema = serverTimeSchema.and(paceSchema);
    const result = await this.ask({ group: "public", where: "server time", schema, signal }, ask);
    const serverMs = Number(result.timeNano) / 1e6;
    this.#pace = result.pace;
    this.time.observe(sentMs, receivedMs, serverMs);
    this.#observe(serverMs, (receivedMs - sentMs) / 2);
    return Math.floor(serverMs);
  }

  /** The venue's clock less ours; for a local venue less what its own pace let expect, in wall time. */
  clockOffsetMs(): number {
    return this.#pace === undefined ? this.time.reading().offsetMs : this.#steppedMs / Math.max(1, this.#pace);
  }

  /** The venue's time now, by its last answer; this machine's where it was never asked. */
  venueNowMs(): number {
    if (this.#anchor === undefined) return this.wall.nowMs();
    return this.#anchor.serverMs + (this.wall.elapsedMs() - this.#anchor.elapsedMs) * (this.#pace ?? 1);
  }

  /** A clock that shows the market's time: this machine's own for the real venue, the paced one of a local venue. */
  async marketClock(signal?: AbortSignal): Promise<Clock> {
    await this.syncTime(signal);
    return this.#pace === undefined ? this.wall : new PacedClock(this.venueNowMs(), this.#pace, this.wall);
  }

  /** A question: waits for its turn, asks, asks again where that can help. Rejects with a VENUE_ error without secrets. */
  ask<T>(question: Question<T>, request: Request): Promise<T> {
    const place = `${this.hosts.rest}, ${question.where}`;
    let resynced = false;
    const once = async (): Promise<T> => {
      this.#refuseWhileBanned(place);
      await this.budget.take(question.group, "read", question.signal);
      let reply: unknown;
      try {
        reply = await request(await this.#open());
      } catch (thrown) {
        question.signal?.throwIfAborted();
        throw this.#failure(thrown, place);
      }
      this.#learn(question.group, reply);
      const envelope = envelopeSchema.safeParse(reply);
      if (!envelope.success) throw badReply("Bybit", place, "it has no return code");
      const { retCode } = envelope.data;
      if (retCode === CLOCK_CODE && !resynced) {
        resynced = true;
        await this.syncTime(question.signal);
        return once();
      }
      if (retCode !== 0) throw accountFailure(envelope.data, place) ?? codeFailure(envelope.data, place, this.wall);
      const result = question.schema.safeParse(envelope.data.result);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw badReply("Bybit", place, `${issue.path.join(".") || "the result"}: ${issue.message}`);
    };
    return withRetries(once, {
      clock: this.wall,
      maxAttempts: this.#maxAttempts,
      backoffMs: this.#backoffMs,
      signal: question.signal,
    });
  }

  /** A command: sent at most once. Never rejects. */
  async send(command: Command, request: Request): Promise<BybitOutcome> {
    if (this.wall.elapsedMs() < this.#bannedUntilMs) {
      const retryAtMs = this.wall.nowMs() + this.#bannedUntilMs - this.wall.elapsedMs();
      return {
        kind: "refused",
        retCode: HTTP_BANNED,
        message: "this address is banned for a while; nothing was sent",
        retryAtMs,
      };
    }
    await this.budget.take(command.group, command.lane);
    let reply: unknown;
    try {
      reply = await request(await this.#open());
    } catch (thrown) {
      return this.#clean(this.#noted(command.group, failedOutcome(thrown)));
    }
    this.#learn(command.group, reply);
    return this.#clean(this.#noted(command.group, repliedOutcome(reply)));
  }

  /** Takes a server time that was read half a trip ago. A reading that only a slow answer explains moves nothing. */
  #observe(serverMs: number, halfTripMs: number): void {
    const pace = Math.max(1, this.#pace ?? 1);
    const anchor: Anchor = { serverMs, elapsedMs: this.wall.elapsedMs() - halfTripMs, widthMs: halfTripMs * pace };
    const before = this.#anchor;
    const expectedMs = this.venueNowMs() - halfTripMs * (this.#pace ?? 1);
    const offMs = before === undefined ? 0 : serverMs - expectedMs;
    const stepped = before !== undefined && Math.abs(offMs) > anchor.widthMs + before.widthMs;
    this.#steppedMs = stepped ? offMs : 0;
    if (before === undefined || stepped || anchor.widthMs <= before.widthMs) this.#anchor = anchor;
  }

  #noted(group: RateGroup, outcome: BybitOutcome): BybitOutcome {
    if (outcome.kind !== "refused") return outcome;
    if (outcome.retCode === HTTP_BANNED) this.#bannedUntilMs = this.wall.elapsedMs() + BAN_MS;
    if (outcome.retCode === 10006) this.budget.block(group, outcome.retryAtMs ?? this.wall.nowMs() + 1000);
    return outcome;
  }

  #clean(outcome: BybitOutcome): BybitOutcome {
    if (outcome.kind === "accepted") return outcome;
    const redact = (text: string): string => this.credentials?.redact(text) ?? text;
    return outcome.kind === "refused"
      ? { ...outcome, message: redact(outcome.message) }
      : { ...outcome, reason: redact(outcome.reason) };
  }

  #refuseWhileBanned(place: string): void {
    if (this.wall.elapsedMs() < this.#bannedUntilMs)
      throw forbidden("Bybit", place, "HTTP 403, a while ago; nothing was sent");
  }

  /** The error for what the client threw, made from its harmless parts alone: the rest holds key and signature. */
  #failure(thrown: unknown, place: string): VenueError {
    const { status, code, message, resetMs } = safeFailure(thrown);
    if (status === HTTP_BANNED) this.#bannedUntilMs = this.wall.elapsedMs() + BAN_MS;
    const clean = this.credentials?.redact(message) ?? message;
    if (status === undefined && code === undefined) return unreachable("Bybit", place, clean);
    const headers = resetMs === undefined ? {} : { "x-bapi-limit-reset-timestamp": `${resetMs}` };
    const harmless = { code: status ?? code, message: clean, headers };
    return transportFailure(harmless, place, this.#timeoutMs, this.wall);
  }

  #learn(group: RateGroup, reply: unknown): void {
    const notice = limitSchema.safeParse(reply);
    if (!notice.success) return;
    const { remainingRequests, maxRequests, resetAtTimestamp } = notice.data.rateLimitApi;
    this.budget.learn(group, { left: remainingRequests, limit: maxRequests, resetMs: resetAtTimestamp });
  }

  #signingOffsetMs(): number {
    return this.#pace === undefined ? this.time.signingOffsetMs() : 0;
  }

  #open(): Promise<RestClientV5> {
    this.#client ??= this.#load();
    return this.#client;
  }

  async #load(): Promise<RestClientV5> {
    const { RestClientV5: Client } = await import("bybit-api");
    // The client reads this machine's clock, whatever ours is.
    const offset = (): number => this.signingMs() - systemClock.nowMs();
    /** The client asks for the offset before every signature; ours is known already. */
    class TimedClient extends Client {
      override fetchTimeOffset(): Promise<number> {
        return Promise.resolve(offset());
      }
    }
    const open = (identity: { key?: string; secret?: string }): RestClientV5 =>
      new TimedClient(
        {
          ...identity,
          baseUrl: this.hosts.rest,
          parseAPIRateLimits: true,
          syncTimeBeforePrivateRequests: true,
          keepAlive: true,
          customSignMessageFn: (message, secret) => Promise.resolve(signatureOf(message, secret)),
        },
        // A signed command goes to the host that it was signed for and to no other.
        {
          timeout: this.#timeoutMs,
          maxRedirects: 0,
          ...(isLoopback(this.hosts.rest) ? { proxy: false as const } : {}),
        },
      );
    return this.credentials?.reveal((key, secret) => open({ key, secret })) ?? open({});
  }
}
