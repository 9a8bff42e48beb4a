/**
 * @file A tracking server that keeps what it is told and refuses what MLflow refuses: sizes of a batch, names, lengths,
 * changed parameters, names that exist. Failures are ordered by the test.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;
type Item = { key: string; value: unknown; step?: number; timestamp?: number };

export type StoredRun = {
  id: string;
  name: string;
  experimentId: string;
  startMs: number;
  endMs: number | undefined;
  status: string;
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: Item[];
  /** Equal metrics are one row of the server's table. */
  known: Set<string>;
};

/** What happens to a request instead of, or after, being served. */
export type Fault =
  | { kind: "reply"; status: number; body?: Json; headers?: Record<string, string> }
  /** Served, but the connection breaks before the reply. */
  | { kind: "lose-reply" }
  /** No reply ever. */
  | { kind: "hang" };

class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const NAME = /^[/\w.\- ]*$/;

export class MlflowServer {
  readonly experiments = new Map<string, string>();
  readonly runs: StoredRun[] = [];
  readonly requests: Array<{ endpoint: string; authorization: string | undefined; bytes: number }> = [];
  /** Asked before each request is served; the request's number counts from 0. */
  fault: (endpoint: string, number: number) => Fault | undefined = () => undefined;
  readonly #server: Server = createServer((request, response) => {
    void this.#serve(request, response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", "http://localhost");
    const endpoint = url.pathname.replace("/api/2.0/mlflow/", "");
    const number = this.requests.length;
    this.requests.push({ endpoint, authorization: request.headers.authorization, bytes: body.length });
    const fault = this.fault(endpoint, number);
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reply") {
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(JSON.stringify(fault.body ?? {}));
      return;
    }
    let status = 200;
    let reply: Json;
    try {
      if (body.length > 1_000_000) throw new Refusal("INVALID_PARAMETER_VALUE", "the request is too large");
      const json = body.length > 0 ? (JSON.parse(body.toString()) as Json) : {};
      reply = this.#answer(`${request.method} ${endpoint}`, json, url.searchParams);
    } catch (thrown) {
      const refusal = thrown instanceof Refusal ? thrown : new Refusal("INTERNAL_ERROR", String(thrown));
      status = refusal.code === "RESOURCE_DOES_NOT_EXIST" ? 404 : refusal.code === "INTERNAL_ERROR" ? 500 : 400;
      reply = { error_code: refusal.code, message: refusal.message };
    }
    if (fault?.kind === "lose-reply") {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(reply));
  }

  #answer(route: string, json: Json, query: URLSearchParams): Json {
    switch (route) {
      case "GET experiments/get-by-name": {
        const id = this.experiments.get(query.get("experiment_name") ?? "");
        if (id === undefined) throw new Refusal("RESOURCE_DOES_NOT_EXIST", "no such experiment");
        return { experiment: { experiment_id: id } };
      }
      case "POST experiments/create": {
        const name = String(json["name"]);
        if (this.experiments.has(name)) throw new Refusal("RESOURCE_ALREADY_EXISTS", "it exists");
        const id = String(this.experiments.size + 1);
        this.experiments.set(name, id);
        return { experiment_id: id };
      }
      case "POST runs/search": {
        const [, tag, value] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(String(json["filter"])) ?? [];
        const ids = json["experiment_ids"] as string[];
        const found = this.runs.filter((run) => ids.includes(run.experimentId) && run.tags.get(tag) === value);
        return found.length === 0 ? {} : { runs: found.map((run) => ({ info: { run_id: run.id } })) };
      }
      case "POST runs/create": {
        const run: StoredRun = {
          id: `run${this.runs.length}`,
          name: String(json["run_name"]),
          experimentId: String(json["experiment_id"]),
          startMs: Number(json["start_time"]),
          endMs: undefined,
          status: "RUNNING",
          params: new Map(),
          tags: new Map((json["tags"] as Item[]).map(({ key, value }) => [key, String(value)])),
          metrics: [],
          known: new Set(),
        };
        this.runs.push(run);
        return { run: { info: { run_id: run.id } } };
      }
      case "POST runs/update": {
        const run = this.#run(json);
        run.status = String(json["status"]);
        run.endMs = json["end_time"] === undefined ? undefined : Number(json["end_time"]);
        return { run_info: { run_id: run.id } };
      }
      case "POST runs/set-tag": {
        setTag(this.#run(json), { key: String(json["key"]), value: json["value"] });
        return {};
      }
      case "POST runs/log-batch":
        logBatch(this.#run(json), json);
        return {};
      default:
        throw new Refusal("RESOURCE_DOES_NOT_EXIST", `no endpoint ${route}`);
    }
  }

  #run(json: Json): StoredRun {
    const run = this.runs.find(({ id }) => id === json["run_id"]);
    if (run === undefined) throw new Refusal("RESOURCE_DOES_NOT_EXIST", "no such run");
    return run;
  }
}

function logBatch(run: StoredRun, json: Json): void {
  const items = (name: string): Item[] => (json[name] ?? []) as Item[];
  const [metrics, params, tags] = [items("metrics"), items("params"), items("tags")];
  if (metrics.length > 1000 || params.length > 100 || tags.length > 100) {
    throw new Refusal("INVALID_PARAMETER_VALUE", "A batch logging request can contain at most 1000 metrics");
  }
  for (const { key } of [...metrics, ...params, ...tags]) checkName(key);
  for (const { key, value } of params) {
    if (String(value).length > 500) throw new Refusal("INVALID_PARAMETER_VALUE", `the value of ${key} is too long`);
    const old = run.params.get(key);
    if (old !== undefined && old !== value) throw new Refusal("INVALID_PARAMETER_VALUE", `${key} can't change`);
    run.params.set(key, String(value));
  }
  for (const tag of tags) setTag(run, tag);
  for (const metric of metrics) {
    const text = typeof metric.value === "string";
    if (text ? !["NaN", "Infinity", "-Infinity"].includes(String(metric.value)) : typeof metric.value !== "number") {
      throw new Refusal("INVALID_PARAMETER_VALUE", `${metric.key} is not a number`);
    }
    const row = JSON.stringify(metric);
    if (!run.known.has(row)) run.metrics.push(metric);
    run.known.add(row);
  }
}

function setTag(run: StoredRun, { key, value }: Item): void {
  checkName(key);
  if (Buffer.byteLength(String(value)) > 5000) throw new Refusal("INVALID_PARAMETER_VALUE", "the tag is too long");
  run.tags.set(key, String(value));
}

function checkName(key: string): void {
  const parts = key.split("/");
  if (key.length > 250 || !NAME.test(key) || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new Refusal("INVALID_PARAMETER_VALUE", `Invalid name: '${key}'`);
  }
}
