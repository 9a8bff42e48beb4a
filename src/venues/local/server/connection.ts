/** @file One WebSocket connection to the local venue: operations, subscriptions, and what the faults do to its messages. */
import type { WebSocket } from "ws";
import type { Clock } from "../../../core/index.ts";
import type { LocalCategory } from "../core/listing.ts";
import type { LocalVenueCore } from "../core/venue-core.ts";
import type { PrivatePush } from "../core/world.ts";
import type { FaultPlan } from "./faults.ts";
import type { PublicTopics } from "./public-topics.ts";
import { isSignedBy } from "./signature.ts";

export type ConnectionContext = {
  readonly core: LocalVenueCore;
  readonly faults: FaultPlan;
  readonly topics: PublicTopics;
  /** For delays and for the times of authentications. */
  readonly wall: Clock;
  readonly signal: AbortSignal;
  /** True where an authentication's expiry lies in the future of the market's or the wall clock. */
  readonly isFuture: (ms: number) => boolean;
  readonly log: (line: string) => void;
};

const PRIVATE_TOPICS = new Set(["order", "execution", "position", "wallet"]);
const MAX_SPOT_ARGUMENTS = 10;

type Operation = { readonly op?: unknown; readonly req_id?: unknown; readonly args?: unknown };

export class Connection {
  readonly id: string;
  readonly stream: "private" | LocalCategory;
  readonly #socket: WebSocket;
  readonly #context: ConnectionContext;
  readonly #subscribed = new Set<string>();
  #account: string | undefined;
  #state: "open" | "silent" | "deaf" = "open";
  #held: string | undefined;

  constructor(id: string, stream: "private" | LocalCategory, socket: WebSocket, context: ConnectionContext) {
    this.id = id;
    this.stream = stream;
    this.#socket = socket;
    this.#context = context;
    socket.on("message", (data: Buffer) => this.#receive(data.toString("utf8")));
  }

  /** Topics that are served. */
  get subscribed(): ReadonlySet<string> {
    return this.#subscribed;
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Sends what an account's stream is told, where it has subscribed to it. */
  pushPrivate(push: PrivatePush): void {
    if (push.account !== this.#account) return;
    const category = push.data["category"];
    const exact = typeof category === "string" ? `${push.topic}.${category}` : push.topic;
    const topic = [push.topic, exact].find((name) => this.#subscribed.has(name));
    if (topic === undefined) return;
    const message = {
      id: `${this.id}_${push.topic}_${push.timeMs}`,
      topic,
      creationTime: Math.floor(push.timeMs),
      data: [push.data],
    };
    this.push(topic, JSON.stringify(message));
  }

  /** Sends a message of a topic through the faults. */
  push(topic: string, text: string): void {
    if (this.#state !== "open") return;
    const { faults, core, wall, signal } = this.#context;
    const target = `${this.stream} ${topic}`;
    const fault = faults.meet(
      ["drop-push", "duplicate-push", "delay-push", "reorder-push", "close-stream", "silence-stream", "deafen-stream"],
      target,
      core.nowMs,
    );
    const held = this.#held;
    this.#held = undefined;
    switch (fault?.kind) {
      case "drop-push":
        break;
      case "duplicate-push":
        this.#send(text);
        this.#send(text);
        break;
      case "delay-push":
        wall.sleep(fault.value ?? 500, signal).then(
          () => this.#send(text),
          () => undefined,
        );
        break;
      case "reorder-push":
        this.#held = text;
        break;
      case "close-stream":
        this.close(fault.value ?? 1001);
        break;
      case "silence-stream":
        this.#state = "silent";
        break;
      case "deafen-stream":
        this.#state = "deaf";
        break;
      case undefined:
        this.#send(text);
        break;
    }
    if (held !== undefined) this.#send(held);
  }

  #send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }

  #answer(reply: Record<string, unknown>): void {
    if (this.#state !== "deaf") this.#send(JSON.stringify(reply));
  }

  #receive(text: string): void {
    const operation = parsed(text);
    if (operation === undefined) {
      this.#answer({ success: false, ret_msg: "Params Error", conn_id: this.id, op: "" });
      return;
    }
    const { op, req_id } = operation;
    const args = Array.isArray(operation.args) ? operation.args.map(String) : [];
    const echo = req_id === undefined ? {} : { req_id };
    switch (op) {
      case "ping":
        this.#pong(echo);
        return;
      case "auth":
        this.#authenticate(args, echo);
        return;
      case "subscribe":
        this.#subscribe(args, echo);
        return;
      case "unsubscribe":
        for (const topic of args) this.#subscribed.delete(topic);
        this.#answer({ success: true, ret_msg: "", conn_id: this.id, ...echo, op });
        return;
      default:
        this.#answer({ success: false, ret_msg: "unknown operation", conn_id: this.id, ...echo, op });
    }
  }

  #pong(echo: Record<string, unknown>): void {
    if (this.stream === "private") {
      this.#answer({ ...echo, op: "pong", args: [`${Math.floor(this.#context.core.nowMs)}`], conn_id: this.id });
    } else {
      this.#answer({ success: true, ret_msg: "pong", conn_id: this.id, ...echo, op: "ping" });
    }
  }

  #authenticate([key, expires, signature]: readonly string[], echo: Record<string, unknown>): void {
    const { core, faults, isFuture, log } = this.#context;
    if (faults.meet(["mute-auth"], "auth", core.nowMs) !== undefined) {
      log(`${this.id}: authentication left unanswered`);
      return;
    }
    const refused = (message: string): void =>
      this.#answer({ success: false, ret_msg: message, ...echo, op: "auth", conn_id: this.id });
    if (this.stream !== "private") return refused("Unsupported op");
    const account = key === undefined ? undefined : core.accountOfKey(key);
    if (account === undefined) return refused("API key is invalid.");
    if (!isFuture(Number(expires))) return refused("Params Error: expires");
    const signed = isSignedBy(account.secret, `GET/realtime${expires}`, signature ?? "");
    if (!signed || faults.meet(["refuse-auth"], "auth", core.nowMs) !== undefined) return refused("error:invalid sign");
    if (this.#account !== undefined) return refused("Repeat auth");
    this.#account = account.id;
    this.#answer({ success: true, ret_msg: "", ...echo, op: "auth", conn_id: this.id });
  }

  #subscribe(topics: readonly string[], echo: Record<string, unknown>): void {
    const { core, faults } = this.#context;
    if (faults.meet(["mute-subscribe"], `subscribe ${topics.join(" ")}`, core.nowMs) !== undefined) return;
    const reply = (success: boolean, message: string): void =>
      this.#answer({ success, ret_msg: message, conn_id: this.id, ...echo, op: "subscribe" });
    if (this.stream === "spot" && topics.length > MAX_SPOT_ARGUMENTS) return reply(false, "args size >10");
    if (this.stream === "private" && this.#account === undefined) return reply(false, "Request not authorized");
    const known = (topic: string): boolean =>
      this.stream === "private"
        ? PRIVATE_TOPICS.has(topic.replace(/\.(?:linear|spot)$/, ""))
        : this.#context.topics.parse(this.stream, topic) !== undefined;
    const wrong = topics.find((topic) => !known(topic));
    if (wrong !== undefined || topics.length === 0) return reply(false, `error:handler not found,topic:${wrong ?? ""}`);
    const again = topics.find((topic) => this.#subscribed.has(topic));
    if (again !== undefined) return reply(false, `error:already subscribed,topic:${again}`);
    reply(true, this.stream === "spot" ? "subscribe" : "");
    for (const topic of topics) {
      if (faults.meet(["lose-subscription"], `${this.stream} ${topic}`, core.nowMs) !== undefined) continue;
      this.#subscribed.add(topic);
      const first = this.stream === "private" ? undefined : this.#context.topics.first(this.stream, topic);
      if (first !== undefined) this.push(`${topic} snapshot`, first);
    }
  }
}

function parsed(text: string): Operation | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
