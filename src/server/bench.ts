/** @file `tidemark bench api`: how long the API takes to answer, over every route that reads, on a session with a long past. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebSocket } from "ws";
import { type AppContext, type BenchContext, type Benchmark, loadConfig, quantile } from "../app/index.ts";
import { BARS, BARS_A_FILL, longPast, SESSION } from "./bench-journal.ts";
import { openReader, signInPage } from "./bench-pages.ts";
import { ROUTES, type Route } from "./contract/index.ts";
import { serveDashboard } from "./server.ts";

const ASKS = 20;
const READERS = 20;
/** Routes that ask others. */
const LEFT_OUT = new Set(["doctor", "dialogue"]);
/** What a session alone has not: candles, say. */
const MISSING = /"code":"[A-Z]+_MISSING"/;

const silent = (): void => undefined;

const NAMES: Readonly<Record<string, string>> = {
  mode: "paper",
  name: SESSION,
  asset: "cryptoFutures",
  order: `c${BARS / BARS_A_FILL - 10}`,
};

/** Paths of the routes that a session with a past can answer. */
function paths(): Array<readonly [name: string, path: string]> {
  return Object.entries(ROUTES as Readonly<Record<string, Route>>).flatMap(([name, { method, path }]) => {
    if (method !== "get" || LEFT_OUT.has(name)) return [];
    const filled = path.replaceAll(/\{(\w+)\}/g, (whole, key: string) => NAMES[key] ?? whole);
    return filled.includes("{") ? [] : [[name, filled] as const];
  });
}

type Times = {
  readonly all: Float64Array;
  /** Routes with their p95, the slowest first. */
  readonly slowest: string;
};

/** So many of the slowest routes are named. */
const NAMED = 5;

/** The paths that this place has an answer to; each is asked once. */
async function answered(url: string, headers: Record<string, string>): Promise<ReturnType<typeof paths>> {
  const known: ReturnType<typeof paths> = [];
  for (const [name, path] of paths()) {
    const answer = await fetch(`${url}/api/v1${path}`, { headers });
    const body = await answer.text();
    if (answer.status === 404 && MISSING.test(body)) continue;
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    known.push([name, path]);
  }
  return known;
}

async function measure(
  context: BenchContext,
  url: string,
  headers: Record<string, string>,
  label: string,
): Promise<Times> {
  const wanted = await answered(url, headers);
  const samples = new Map<string, Float64Array>(wanted.map(([name]) => [name, new Float64Array(ASKS)]));
  for (let i = 0; i < ASKS; i++) {
    context.signal.throwIfAborted();
    context.onProgress({ label, done: i, total: ASKS, unit: "rounds" });
    for (const [name, path] of wanted) {
      const startMs = context.clock.elapsedMs();
      const answer = await fetch(`${url}/api/v1${path}`, { headers });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      const own = samples.get(name);
      if (own !== undefined) own[i] = context.clock.elapsedMs() - startMs;
    }
  }
  const all = new Float64Array(wanted.length * ASKS);
  for (const [index, own] of [...samples.values()].entries()) all.set(own, index * ASKS);
  const byTime = [...samples]
    .map(([name, own]) => [name, quantile(own, 0.95)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED);
  return { all, slowest: byTime.map(([name, ms]) => `${name} ${rounded(ms)}`).join(", ") };
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;

export const apiBenchmark: Benchmark = {
  name: "api",
  summary: "ms p95 of an answer: every route that reads, on a session of a month; alone and with 20 pages open",
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-api-"));
    try {
      longPast(folder, context.clock.nowMs());
      const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
      const app: AppContext = {
        note: silent,
        warn: silent,
        detail: silent,
        progress: silent,
        endProgress: silent,
        signal: context.signal,
        clock: context.clock,
        environment: {},
        folder,
        config: () => config,
        seed: () => 1,
      };
      const beganMs = context.clock.elapsedMs();
      const pageFolder = join(folder, "page");
      const served = await serveDashboard(app, { port: 0, host: "127.0.0.1", pageFolder, launcher: "" });
      const startedMs = rounded(context.clock.elapsedMs() - beganMs);
      const readers: WebSocket[] = [];
      try {
        const page = await signInPage(served.signInUrl());
        await served.book.whole();
        const wholeMs = rounded(context.clock.elapsedMs() - beganMs);
        const figures = async (label: string) => {
          const { all, slowest } = await measure(context, served.url, page, label);
          const value = rounded(quantile(all, 0.95));
          return { value, p50: rounded(quantile(all, 0.5)), slowest, routes: all.length / ASKS, answers: all.length };
        };
        const { value: alone, ...detail } = await figures("alone");
        for (let i = 0; i < READERS; i++) readers.push(await openReader(page));
        const { value: crowded, ...more } = await figures(`${READERS} pages`);
        return [
          { name: "api", value: alone, unit: "ms p95", detail: { ...detail, readers: 0, startedMs, wholeMs } },
          { name: "api", value: crowded, unit: "ms p95", detail: { ...more, readers: READERS } },
        ];
      } finally {
        for (const reader of readers) reader.terminate();
        await served.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
