import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatMinute } from "../../core/index.ts";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import type { RegistryEvent, Stage } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import { judgeModel } from "../models/judge.ts";
import { type LocalMarket, openLocalMarket } from "../testing/local-market.ts";
import { liveSession, paperSession } from "../trade/sessions.ts";
import { promote, promotionStandings } from "./promotion.ts";

const MODEL = "edge/1";
/** Two hours of the market in a second of a clock on which work takes no time: a busy machine misses no bar. */
const SPEED = 7_200;
/** A recipe that has not come so far by then has failed. */
const MOST_BARS = 260;

/** The gates' own rules with figures that days can meet in place of months. */
const GATES = {
  "promotion.paper.trades": 10,
  "promotion.paper.days": 2,
  "promotion.paper.evidence": 1,
  "promotion.paper.win_rate": 0.1,
  "promotion.paper.drawdown": 0.5,
  "promotion.paper.cost_bps": 50,
  "promotion.paper.every_days": 1,
  "promotion.canary.every_days": 1,
  "promotion.shadow.days": 1,
  "promotion.shadow.latency_ms": 10_000,
  "promotion.canary.trades": 5,
  "promotion.canary.days": 1,
  "promotion.canary.evidence": 1,
  "promotion.canary.cost_bps": 50,
  "promotion.live.drawdown": 0.001,
};

/** The registry's log as a person reads it. */
function logText(events: readonly RegistryEvent[]): string {
  return events
    .map((event) => {
      const at = `${event.seq}  ${formatMinute(event.timeMs)}  ${event.actor}  ${event.kind}`;
      if (event.kind === "look") {
        const conditions = event.conditions.map(
          (one) => `     ${one.outcome}  ${one.name}  ${one.figure}  (${one.wanted})`,
        );
        return [`${at} ${event.gate}: ${event.outcome}`, ...conditions].join("\n");
      }
      if (event.kind === "promote") return `${at} ${event.from} to ${event.to}`;
      return event.kind === "demote" ? `${at} ${event.from} to ${event.to}: ${event.reason}` : at;
    })
    .join("\n");
}

describe.runIf(NIGHTLY)("a recipe goes through all its stages at a venue of this machine", () => {
  let market: LocalMarket;
  let events: RegistryEvent[];
  const said: string[] = [];
  const stageOf = (): string =>
    promotionStandings(market.context().context, market.config, "edge")[0].standings[0].stage;

  /** One look at the gate above, and what of it does not pass yet. */
  async function look(): Promise<void> {
    try {
      const { from, to, look: found } = await promote(market.context().context, market.config, MODEL, undefined);
      const waits = found.conditions.filter(({ outcome }) => outcome !== "pass");
      said.push(`${from} to ${to ?? "nowhere"}: ${waits.map(({ name, figure }) => `${name} ${figure}`).join(", ")}`);
    } catch (thrown) {
      said.push(String(thrown));
    }
  }

  /**
   * A session that is promoted while it runs, as soon as its gate passes. It ends in the stage that is waited for, and a recipe
   * that does not get there fails with what was said.
   */
  async function until(
    stage: Stage,
    run: (context: ReturnType<LocalMarket["context"]>["context"]) => Promise<unknown>,
  ): Promise<void> {
    const stop = new AbortController();
    let bars = 0;
    let looks: Promise<void> | undefined;
    const tell = (text: string): void => {
      said.push(text);
      if (!text.includes(" equity ")) return;
      bars++;
      if (bars > MOST_BARS || stageOf() === stage) stop.abort();
      else if (bars % 6 === 0 && looks === undefined) {
        looks = look().finally(() => {
          looks = undefined;
        });
      }
    };
    const { context } = market.context({ signal: stop.signal, note: tell, warn: (text) => said.push(text) });
    await run(context);
    await looks;
    if (stageOf() === stage) return;
    const tail = said.filter((text) => !text.includes(" order: ")).slice(-60);
    throw new Error(`${MODEL} is in ${stageOf()} after ${bars} bars, and not in ${stage}:\n${tail.join("\n")}`);
  }

  beforeAll(async () => {
    market = await openLocalMarket(1, {
      ...GATES,
      "venue.speed": SPEED,
      "trade.live": true,
      "trade.max_total_notional": 1_000_000,
      "trade.max_drawdown": 0.9,
      "trade.daily_loss": 0.9,
    });
    const { context } = market.context();
    await judgeModel(context, market.config, MODEL);
    await promote(context, market.config, MODEL, undefined);
    const live = (own: typeof context) =>
      liveSession(
        own,
        { models: [MODEL] },
        { acceptUnpromotedRisk: false, confirm: ({ phrase }) => Promise.resolve(phrase) },
      );
    await until("canary", (own) => paperSession(own, { models: [MODEL] }));
    await until("paper", live);
    const log = readFileSync(join(modelsFolder(market.config), "edge", "registry.jsonl"), "utf8");
    events = log
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RegistryEvent);
    process.stdout.write(`\nRegistry of ${MODEL}:\n${logText(events)}\n`);
    // How long the journey takes is the machine's affair: it ends after so many bars at the latest.
  }, 0);
  afterAll(() => market.close());

  it("from candidate to live, each step on a look that passed, and back to paper by a fall", () => {
    const steps = events.flatMap((event) =>
      event.kind === "promote" || event.kind === "demote" ? [`${event.from} to ${event.to}`] : [],
    );
    expect(steps, said.join("\n")).toEqual([
      "candidate to paper",
      "paper to shadow",
      "shadow to canary",
      "canary to live",
      "live to paper",
    ]);
    const down = events.at(-1);
    expect(down).toMatchObject({ kind: "demote", actor: "engine" });
    expect(said.join("\n")).toContain("live to paper: the fall is");
  });

  it("in the market's time, in which its journals stand", () => {
    const startMs = market.venue.startMs;
    const times = events.map(({ timeMs }) => timeMs);
    expect(times.every((timeMs) => timeMs >= startMs && timeMs <= market.venue.endMs)).toBe(true);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it("with every decision of every stage made again, and trades counted from the stage's beginning", () => {
    const looks = events.flatMap((event) => (event.kind === "look" && event.outcome === "pass" ? [event] : []));
    const replays = looks.flatMap(({ conditions }) =>
      conditions.filter(({ name }) => name === "decisions that replay"),
    );
    expect(replays.map(({ figure }) => figure)).toEqual([1, 1]);
    expect(looks).toHaveLength(4);
  });
});
