/** @file Figures of a running session for Prometheus, on the loopback address alone. Read-only, and without a secret. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import { TidemarkError } from "../../core/index.ts";
import type { Entry } from "../engine/entries.ts";
import type { EngineState } from "../engine/state.ts";
import { isFlattening } from "../engine/state.ts";
import { sessionView } from "../session/view.ts";

const LOOPBACK = "127.0.0.1";
const STATUS = ["active", "reducing", "halted"] as const;

export class SessionMetrics {
  readonly registry = new Registry();
  readonly #counted = {
    orders: this.#counter("orders", "Orders sent", []),
    fills: this.#counter("fills", "Executions booked", ["role"]),
    denied: this.#counter("denied", "Orders denied by the pre-trade gate", ["code"]),
    rejected: this.#counter("rejected", "Orders that the venue refused", ["code"]),
    alarms: this.#counter("alarms", "Alarms", ["code"]),
    decisions: this.#counter("decisions", "Decisions made", []),
    missed: this.#counter("missed_spans", "Spans of bars that nobody could decide on", []),
  };

  constructor(state: () => EngineState, session: string) {
    this.registry.setDefaultLabels({ session });
    const view = () => sessionView(state());
    this.#gauge("equity", "Equity, quote currency", () => Number(view().equity));
    this.#gauge("cash", "Cash, quote currency", () => Number(view().cash));
    this.#gauge("day_equity", "First equity of the UTC day", () => Number(view().dayEquity));
    this.#gauge("peak_equity", "Highest equity", () => Number(view().peakEquity));
    this.#gauge("positions", "Open positions", () => view().positions.length);
    this.#gauge(
      "naked_positions",
      "Positions without a stop",
      () => view().positions.filter((p) => p.nakedMs > 0).length,
    );
    this.#gauge("flattening", "Positions that are being closed", () => {
      const now = state();
      return Object.keys(now.positions).filter((symbol) => isFlattening(now, symbol)).length;
    });
    this.#gauge("working_orders", "Orders at work or in doubt", () => view().working.length);
    this.#gauge("status", "0 active, 1 reducing, 2 halted", () =>
      STATUS.indexOf(view().status as (typeof STATUS)[number]),
    );
    this.#gauge("connected", "1 while the private stream is up", () => (view().connected ? 1 : 0));
    this.#gauge("reconciled", "1 once journal and venue agree", () => (view().reconciled ? 1 : 0));
    this.#gauge("last_bar_seconds", "Close of the newest bar, Unix time", () => view().lastRowMs / 1_000);
    this.#gauge("journal_records", "Records in the journal", () => view().records);
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name: `tidemark_${name}`,
      help,
      registers: [this.registry],
      collect: (): void => gauge.set(read()),
    });
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: `tidemark_${name}_total`, help, labelNames, registers: [this.registry] });
  }

  entry(entry: Entry): void {
    const { orders, fills, denied, rejected, alarms, decisions, missed } = this.#counted;
    if (entry.kind === "intent") orders.inc();
    else if (entry.kind === "broker" && entry.event.kind === "execution")
      fills.inc({ role: entry.event.execution.role });
    else if (entry.kind === "denied") denied.inc({ code: entry.code });
    else if (entry.kind === "submitted" && entry.outcome.outcome === "rejected")
      rejected.inc({ code: entry.outcome.code });
    else if (entry.kind === "alarm") alarms.inc({ code: entry.code });
    else if (entry.kind === "decision") decisions.inc();
    else if (entry.kind === "missed") missed.inc();
  }
}

export type MetricsServer = { readonly port: number; close(): Promise<void> };

/** Serves `GET /metrics` on 127.0.0.1. Rejects with CONFIG_VALUE where the port can't be had. */
export async function serveMetrics(metrics: SessionMetrics, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(metrics, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (thrown) =>
      reject(
        new TidemarkError("CONFIG_VALUE", {
          what: `Metrics can't be served on port ${port}`,
          where: "trade.metrics_port",
          fix: "Give a port that is free, or 0 for none.",
          cause: thrown,
        }),
      ),
    );
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(metrics: SessionMetrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page in a browser that was led here by a name of its own is not who asks.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (host !== LOOPBACK && host !== "localhost") {
    response.writeHead(403).end();
  } else if (request.method !== "GET" || request.url !== "/metrics") {
    response.writeHead(404).end();
  } else {
    const text = await metrics.registry.metrics();
    response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text);
  }
}
