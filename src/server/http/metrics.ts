/** @file Figures of the server and of the sessions in the text form that Prometheus reads. */
import { Counter, Gauge, type GaugeConfiguration, Histogram, Registry } from "prom-client";
import type { Session } from "../contract/index.ts";

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2];

/** A gauge that is read when it is asked for. */
function gauge(settings: GaugeConfiguration<string>): Gauge {
  return new Gauge(settings);
}

export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #seconds: Histogram<"method" | "route" | "status">;
  readonly #refusals: Counter<"status">;

  constructor(look: () => { readonly sessions: readonly Session[]; readonly readers: number; readonly jobs: number }) {
    const registers = [this.#registry];
    this.#seconds = new Histogram({
      name: "tidemark_http_seconds",
      help: "Time from request to answer",
      labelNames: ["method", "route", "status"],
      buckets: BUCKETS,
      registers,
    });
    this.#refusals = new Counter({
      name: "tidemark_http_refusals_total",
      help: "Requests that were refused at the door",
      labelNames: ["status"],
      registers,
    });
    const figures: ReadonlyArray<readonly [string, string, (session: Session) => number]> = [
      ["equity", "Equity of a session, in its currency", ({ equity }) => Number(equity)],
      ["day_profit", "Profit of a session since midnight UTC", ({ dayProfit }) => Number(dayProfit)],
      ["positions", "Open positions of a session", ({ positions }) => positions.length],
      [
        "naked_positions",
        "Positions without a stop",
        ({ positions }) => positions.filter((one) => one.nakedMs > 0).length,
      ],
      ["running", "Whether a process runs the session", ({ running }) => Number(running)],
      ["halted", "Whether the session is halted", ({ status }) => Number(status === "halted")],
    ];
    for (const [name, help, read] of figures) {
      gauge({
        name: `tidemark_session_${name}`,
        help,
        labelNames: ["session"],
        registers,
        collect() {
          this.reset();
          for (const session of look().sessions) this.set({ session: session.id }, read(session));
        },
      });
    }
    gauge({
      name: "tidemark_stream_readers",
      help: "Connections that read the stream",
      registers,
      collect() {
        this.set(look().readers);
      },
    });
    gauge({
      name: "tidemark_jobs_running",
      help: "Jobs that run",
      registers,
      collect() {
        this.set(look().jobs);
      },
    });
  }

  get type(): string {
    return this.#registry.contentType;
  }

  answered(method: string, route: string, status: number, ms: number): void {
    this.#seconds.observe({ method, route, status: String(status) }, ms / 1_000);
  }

  refused(status: number): void {
    this.#refusals.inc({ status: String(status) });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
