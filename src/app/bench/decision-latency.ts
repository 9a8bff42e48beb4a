/**
 * @file From the bytes of a closed bar to the bytes of the order that it leads to: a live session, as a user starts it, trades
 * a GRU policy of five symbols at a local venue, and a relay between the two looks at what passes on their connections.
 * Everything is in between: reading the frame, features, network, sizing, gates, the journal's flushes, signing and sending.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import { SYNTHETIC_SYMBOLS } from "../../market/index.ts";
import { JOURNAL_FILE, SqliteJournal } from "../../trade/index.ts";
import { type BenchContext, type Benchmark, type Measurement, quantile } from "./benchmark.ts";
import { benchIntent } from "./trading.ts";

/** Bars of a minute pass in a second. */
const SPEED = 60;
const DECISIONS = 150;
/** Pages of the dashboard that are open in the second half. */
const PAGES = 20;
/** First ones, in which code is still being compiled. */
const WARM_UP = 5;
const FLUSHES = 300;
const CAP = 50_000;
const PATIENCE_MS = 300_000;

const CLOSED = Buffer.from('"confirm":true');
const ORDER = Buffer.from("POST /v5/order/create");

export const decisionLatencyBenchmark: Benchmark = {
  name: "decision-latency",
  summary:
    "ms from a closed bar on the socket to the order on the wire: GRU 128, five symbols, journal flushed; with 0 and with 20 pages of the dashboard open",
  long: true,
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-latency-"));
    const children: Running[] = [];
    try {
      const { relay, alone, crowded, answers } = await measured(context, folder, children);
      return [
        latency(alone, { pages: 0 }),
        ...(crowded.length === 0 ? [] : [latency(crowded, { pages: PAGES, answers })]),
        ...parts(relay, folder),
        flushes(context, folder),
      ];
    } finally {
      for (const { process: child } of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Confirmed bars that come sooner after one another than this belong to one close, wall time. */
const BURST_MS = 500;
const SYMBOLS = SYNTHETIC_SYMBOLS.slice(0, 5);
const TICKERS = SYMBOLS.map((symbol) => Buffer.from(`"topic":"tickers.${symbol}"`));

/** Both directions of every connection, and how long after the last closed bar the first order went out, ms. */
class Relay {
  readonly samples: number[] = [];
  /** From the first closed bar of a close to its last: the venue's own time. */
  readonly spreads: number[] = [];
  /** From the last closed bar until every symbol had a quote that came at this close. */
  readonly quotes: number[] = [];
  #burst: { firstMs: number; lastMs: number; readonly unquoted: Set<Buffer> } | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closedAtMs: number | undefined;

  private constructor(port: number, nowMs: () => number) {
    this.#server = createServer({ noDelay: true }, (session) => {
      const venue = connect({ port, host: "127.0.0.1", noDelay: true });
      for (const [from, to, look] of [
        [venue, session, (bytes: Buffer) => this.#fromVenue(bytes, nowMs())],
        [session, venue, (bytes: Buffer) => this.#fromSession(bytes, nowMs())],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (bytes) => {
          look(bytes);
          to.write(bytes);
        });
        from.on("close", () => to.destroy());
        from.on("error", () => to.destroy());
      }
    });
  }

  static async start(port: number, nowMs: () => number): Promise<Relay> {
    const relay = new Relay(port, nowMs);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #fromVenue(bytes: Buffer, nowMs: number): void {
    if (bytes.includes(CLOSED)) {
      this.#closedAtMs = nowMs;
      const burst = this.#burst;
      if (burst === undefined || nowMs - burst.lastMs > BURST_MS) {
        if (burst !== undefined) this.spreads.push(burst.lastMs - burst.firstMs);
        this.#burst = { firstMs: nowMs, lastMs: nowMs, unquoted: new Set(TICKERS) };
      } else burst.lastMs = nowMs;
    }
    const unquoted = this.#burst?.unquoted;
    if (unquoted === undefined || unquoted.size === 0) return;
    for (const topic of unquoted) if (bytes.includes(topic)) unquoted.delete(topic);
    if (unquoted.size === 0) this.quotes.push(nowMs - (this.#burst?.lastMs ?? nowMs));
  }

  #fromSession(bytes: Buffer, nowMs: number): void {
    if (this.#closedAtMs === undefined || !bytes.includes(ORDER)) return;
    this.samples.push(nowMs - this.#closedAtMs);
    this.#closedAtMs = undefined;
  }
}

type Running = { readonly process: ChildProcess; said: string; code: number | null | undefined };

function started(launcher: string, args: readonly string[], folder: string): Running {
  const keys = { BYBIT_API_KEY: "local-key", BYBIT_API_SECRET: "local-secret" };
  const child = spawn(process.execPath, [launcher, ...args], { cwd: folder, env: { ...process.env, ...keys } });
  const running: Running = { process: child, said: "", code: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      running.said = (running.said + text).slice(-4_000);
    });
  }
  child.on("close", (code) => {
    running.code = code;
  });
  return running;
}

type Measured = {
  readonly relay: Relay;
  /** With the dashboard served, and no page open. */
  readonly alone: readonly number[];
  readonly crowded: readonly number[];
  /** Answers that the pages had meanwhile. */
  readonly answers: number;
};

async function measured(context: BenchContext, folder: string, children: Running[]): Promise<Measured> {
  const { clock, signal, launcher, onProgress } = context;
  if (launcher === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "decision-latency starts the program itself, and was not told where it is",
      fix: "Run it with `tidemark bench decision-latency`.",
    });
  }
  const run = (...args: string[]): Running => {
    const child = started(launcher, args, folder);
    children.push(child);
    return child;
  };
  const until = async (child: Running, condition: () => boolean, what: string): Promise<void> => {
    const endMs = clock.elapsedMs() + PATIENCE_MS;
    while (!condition()) {
      if (child.code !== undefined || clock.elapsedMs() > endMs)
        throw new TidemarkError("CHECK_FAILED", { what: `${what}: ${child.said.slice(-600)}` });
      await clock.sleep(20, signal);
    }
  };
  const configure = (host: string): void => writeFileSync(join(folder, "tidemark.toml"), settings(host));
  configure("mainnet");
  onProgress({ label: "training", done: 0, total: DECISIONS, unit: "orders" });
  const training = run("train", "--name", "latency", "--steps", "30000", "--quiet");
  await until(training, () => training.code === 0, "the policy is not trained").catch((thrown: unknown) => {
    if (training.code !== 0) throw thrown;
  });
  const venue = run("venue", "--port", "0", "--json");
  const address = /"url":\s*"http:\/\/[^:"]+:(?<port>\d+)/;
  await until(venue, () => address.test(venue.said), "the local venue does not start");
  const relay = await Relay.start(Number(address.exec(venue.said)?.groups?.["port"]), () => clock.elapsedMs());
  try {
    configure(relay.url);
    const confirmed = ["--i-accept-unpromoted-risk", "--confirm", `bybit-custom-1 ${CAP}`];
    const live = run("live", "--model", "latency", ...confirmed);
    await until(live, () => live.said.includes("Ctrl-C stops it"), "the session does not start");
    const next = async (label: string): Promise<number[]> => {
      const from = relay.samples.length + WARM_UP;
      while (relay.samples.length < from + DECISIONS) {
        const seen = relay.samples.length;
        onProgress({ label, done: Math.max(0, seen - from), total: DECISIONS, unit: "orders" });
        await until(live, () => relay.samples.length > seen, "the session sends no orders");
      }
      return relay.samples.slice(from, from + DECISIONS);
    };
    const served = run("serve", "--port", "0", "--json");
    const signIn = /"signIn":\s*"(?<signIn>[^"]+)"/;
    await until(served, () => signIn.test(served.said), "the dashboard is not served");
    // The address is good for a minute.
    const pages = await context.signIn?.(signIn.exec(served.said)?.groups?.["signIn"] ?? "");
    const alone = await next("trading, no page open");
    await pages?.open(PAGES);
    const crowded = pages === undefined ? [] : await next(`trading, ${PAGES} pages open`);
    const answers = (await pages?.close()) ?? 0;
    live.process.kill("SIGINT");
    await until(live, () => live.code !== undefined, "the session does not end").catch((thrown: unknown) => {
      if (live.code === undefined) throw thrown;
    });
    return { relay, alone, crowded, answers };
  } finally {
    relay.close();
  }
}

function latency(samples: readonly number[], more: Measurement["detail"]): Measurement {
  const rounded = (share: number): number => Number(quantile(Float64Array.from(samples), share).toFixed(2));
  const measure = { symbols: 5, encoder: "gru", hidden: 128, decisions: samples.length };
  const detail = { ...measure, ...more, p50: rounded(0.5), p90: rounded(0.9), p99: rounded(0.99), most: rounded(1) };
  return { name: "decision-latency", value: rounded(0.5), unit: "ms", detail };
}

function part(name: string, samples: readonly number[]): Measurement {
  const sorted = Float64Array.from(samples.slice(WARM_UP));
  const rounded = (share: number): number => Number(quantile(sorted, share).toFixed(2));
  const detail = { samples: sorted.length, p50: rounded(0.5), p90: rounded(0.9), p99: rounded(0.99) };
  return { name, value: rounded(0.5), unit: "ms", detail };
}

/** What lies before the latency, and what of it stands in the session's journal: its market runs `SPEED` times the wall. */
function parts({ spreads, quotes }: Relay, folder: string): Measurement[] {
  const state = join(folder, "state", "live");
  const journal = new SqliteJournal(join(state, readdirSync(state)[0], JOURNAL_FILE), { readOnly: true });
  const taken: number[] = [];
  const decided: number[] = [];
  let [rowMs, closedMs] = [0, 0];
  for (const { entry, atMs } of journal.read(0)) {
    if (entry.kind === "row") rowMs = atMs;
    if (entry.kind === "closed") {
      closedMs = atMs;
      taken.push((closedMs - rowMs) / SPEED);
    }
    if (entry.kind === "decision") decided.push((atMs - closedMs) / SPEED);
  }
  journal.close();
  return [
    part("venue-spread", spreads),
    part("quotes-after-bar", quotes),
    part("row-taken", taken),
    part("row-to-decision", decided),
  ];
}

/** What of it one flushed record of the journal is, on the same disk. */
function flushes({ clock }: BenchContext, folder: string): Measurement {
  const journal = new SqliteJournal(join(folder, JOURNAL_FILE));
  const samples = new Float64Array(FLUSHES);
  for (let i = 0; i < FLUSHES; i++) {
    const startMs = clock.elapsedMs();
    journal.append([benchIntent(i + 1)], i + 1, true);
    samples[i] = clock.elapsedMs() - startMs;
  }
  journal.close();
  const rounded = (share: number): number => Number(quantile(samples, share).toFixed(3));
  const detail = { records: FLUSHES, p50: rounded(0.5), p99: rounded(0.99) };
  return { name: "journal-flush", value: rounded(0.5), unit: "ms", detail };
}

function settings(host: string): string {
  const symbols = SYMBOLS.map((symbol) => JSON.stringify(symbol));
  return `seed = 5
[data]
venue = "synthetic"
symbols = [${symbols.join(", ")}]
timeframe = "1m"
# An edge, so that the policy finds something to trade; a fifth of the bars lies ahead of the start.
synthetic_bars = 8000
synthetic_edge = 0.6
[model]
encoder = "gru"
hidden_size = 128
action_space = "target"
[venue]
speed = ${SPEED}
balance = "100000"
[trade]
live = true
host = "${host}"
max_total_notional = ${CAP}
daily_loss = 0
max_drawdown = 0
rapid_decline = 0
`;
}
