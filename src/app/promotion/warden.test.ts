import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DAY_MS, SimulatedClock } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import {
  FRESH_BETTING,
  GATE_DEFAULTS,
  type GateName,
  Registry,
  STAGES,
  type Stage,
  TRIPWIRE_DEFAULTS,
} from "../../promotion/index.ts";
import { type EngineState, type Entry, emptyState } from "../../trade/index.ts";
import { Warden } from "./warden.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-warden-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const SUBJECT = { version: "1", assetClass: "cryptoFutures" };
const START = 1_700_000_000_000;
const GATES: readonly GateName[] = ["research", "paper", "shadow", "canary"];
const ROW = { kind: "row", strategy: "m-1", openMs: 0, rows: [], late: false } as const;

let folders = 0;

class World {
  readonly clock = new SimulatedClock(START);
  readonly folder = join(ROOT, String(++folders));
  readonly registry = new Registry(this.folder, this.clock);
  readonly delivered: Entry[] = [];
  readonly state: EngineState = emptyState();

  async raise(to: Stage): Promise<void> {
    await this.registry.append(SUBJECT, "test", { kind: "register", modelHash: "h", recipe: "r" });
    for (let i = 0; STAGES[i] !== to; i++) {
      const look = {
        kind: "look",
        gate: GATES[i],
        outcome: "pass",
        conditions: [],
        evidence: FRESH_BETTING,
        gates: "g",
      } as const;
      const { seq } = await this.registry.append(SUBJECT, "test", look);
      await this.registry.append(SUBJECT, "test", { kind: "promote", from: STAGES[i], to: STAGES[i + 1], look: seq });
    }
  }

  /** @param acting false while a journal is read again */
  warden(acting = true): Warden {
    const warden = new Warden({
      registry: this.registry,
      subject: SUBJECT,
      digest: "h",
      strategy: "m-1",
      gates: GATE_DEFAULTS,
      tripwires: TRIPWIRE_DEFAULTS,
      exchange: resolveExchangeConfig({}),
      claim: { sharpe: 2, dayDeviation: 0.01 },
      folder: this.folder,
      deliver: (entry) => this.delivered.push(entry),
      warn: () => {},
    });
    if (acting) warden.begin(this.state);
    return warden;
  }

  equity(warden: Warden, now: number, day = now): void {
    this.state.risk.equity = String(now) as EngineState["risk"]["equity"];
    this.state.risk.dayEquity = String(day) as EngineState["risk"]["equity"];
    warden.take(ROW, this.clock.nowMs(), this.state);
  }

  standing() {
    return this.registry.read().state.find(SUBJECT);
  }

  commands(): string[] {
    return this.delivered.flatMap((entry) => (entry.kind === "command" ? [entry.command] : []));
  }
}

describe("a canary in a session", () => {
  it("trades a tenth, and its whole size from the moment it is live", async () => {
    const world = new World();
    await world.raise("canary");
    const warden = world.warden();
    expect(world.delivered).toMatchObject([{ kind: "scale", factor: 0.1 }]);
    const { seq } = await world.registry.append(SUBJECT, "test", {
      kind: "look",
      gate: "canary",
      outcome: "pass",
      conditions: [],
      evidence: FRESH_BETTING,
      gates: "g",
    });
    await world.registry.append(SUBJECT, "test", { kind: "promote", from: "canary", to: "live", look: seq });
    world.equity(warden, 100);
    expect(world.delivered.at(-1)).toMatchObject({ kind: "scale", factor: 1 });
  });

  it("goes back to paper at once by a tripwire, close-only, with the record of what led to it", async () => {
    const world = new World();
    await world.raise("canary");
    const warden = world.warden();
    world.equity(warden, 100);
    world.equity(warden, 99.01, 100);
    expect(world.commands()).toEqual([]);
    world.equity(warden, 98.9, 100);
    await warden.settled();
    expect(world.commands()).toEqual(["close-only"]);
    expect(world.standing()?.stage).toBe("paper");
    const last = world.registry.read().events.at(-1);
    expect(last).toMatchObject({
      kind: "demote",
      from: "canary",
      to: "paper",
      reason: expect.stringContaining("the day lost 1.10 %"),
    });
    const incident = readdirSync(world.folder).find((name) => name.startsWith("incident-")) ?? "";
    expect(readFileSync(join(world.folder, incident), "utf8").trim().split("\n")).toHaveLength(3);
    world.equity(warden, 90, 100);
    await warden.settled();
    expect(world.commands()).toEqual(["close-only"]);
  });

  it("goes down by three orders in a row that were refused, by an old quote, by a clock, and by a naked position", async () => {
    const refused: Entry = {
      kind: "submitted",
      clientOrderId: "a",
      outcome: { outcome: "rejected", code: "other", message: "no" },
    };
    const clock: Entry = { kind: "broker", event: { kind: "clock", offsetMs: -1_200, uncertaintyMs: 100 } };
    for (const [entries, words] of [
      [[refused, refused, refused], "rejected"],
      [[clock], "the clock is off by"],
      [[{ kind: "covered", symbol: "X", nakedMs: 5_001 }], "without a stop"],
      [
        [
          { kind: "replayed", sinceMs: 0, decisions: 24, equal: 24 },
          { kind: "replayed", sinceMs: 0, decisions: 24, equal: 23 },
        ],
        "did not replay",
      ],
    ] as const) {
      const world = new World();
      await world.raise("canary");
      const warden = world.warden();
      for (const [i, entry] of entries.entries()) {
        expect(world.commands(), `before entry ${i}`).toEqual([]);
        warden.take(entry, world.clock.nowMs(), world.state);
      }
      await warden.settled();
      expect(world.registry.read().events.at(-1)).toMatchObject({
        kind: "demote",
        reason: expect.stringContaining(words),
      });
    }
  });

  it("opens nothing any more once somebody has demoted it", async () => {
    const world = new World();
    await world.raise("canary");
    const warden = world.warden();
    await world.registry.append(SUBJECT, "someone", { kind: "demote", from: "canary", to: "paper", reason: "by hand" });
    world.equity(warden, 100);
    expect(world.commands()).toEqual(["close-only"]);
  });

  it("sees a step that shares its time with the one before", async () => {
    const world = new World();
    await world.raise("canary");
    const log = join(world.folder, "registry.jsonl");
    utimesSync(log, 1, 1);
    const warden = world.warden();
    await world.registry.append(SUBJECT, "someone", { kind: "demote", from: "canary", to: "paper", reason: "by hand" });
    utimesSync(log, 1, 1);
    world.equity(warden, 100);
    expect(world.commands()).toEqual(["close-only"]);
  });

  it("is watched by its tripwires also where the clock was put back behind the stage's beginning", async () => {
    const world = new World();
    await world.raise("canary");
    const warden = world.warden();
    const before = START - 60_000;
    world.state.risk.equity = "95" as EngineState["risk"]["equity"];
    world.state.risk.dayEquity = "100" as EngineState["risk"]["equity"];
    warden.take(ROW, before, world.state);
    expect(world.commands()).toEqual(["close-only"]);
    await warden.settled();
  });

  it("does nothing twice when its journal is read again", async () => {
    const world = new World();
    await world.raise("canary");
    const warden = world.warden(false);
    world.equity(warden, 100);
    world.equity(warden, 90, 100);
    await warden.settled();
    expect(world.delivered).toEqual([]);
    expect(world.standing()?.stage).toBe("canary");
  });
});

/** Thirty days, each with the given return, a row a day. */
function month(world: World, warden: Warden, daily: (day: number) => number, start: number): number {
  let equity = start;
  for (let day = 0; day < 30; day++) {
    world.clock.advance(DAY_MS);
    equity *= 1 + daily(day);
    world.equity(warden, equity);
  }
  return equity;
}

function losing(day: number): number {
  return day % 2 === 0 ? -0.004 : 0.003;
}

describe("a live model in a session", () => {
  it("closes everything beyond a fall of 12 %, at once", async () => {
    const world = new World();
    await world.raise("live");
    const warden = world.warden();
    world.equity(warden, 100);
    world.equity(warden, 88.1);
    expect(world.commands()).toEqual([]);
    world.equity(warden, 87.9);
    await warden.settled();
    expect(world.commands()).toEqual(["flatten"]);
    expect(world.standing()?.stage).toBe("paper");
  });

  it("is looked at every thirty days; a month in which no trade closed is waited out", async () => {
    const world = new World();
    await world.raise("live");
    const warden = world.warden();
    const looks = (): string[] =>
      world.registry.read().events.flatMap((one) => (one.kind === "look" && one.gate === "month" ? [one.outcome] : []));
    world.equity(warden, 100);
    const equity = month(world, warden, losing, 100);
    await warden.settled();
    expect(looks()).toEqual(["inconclusive"]);
    expect(world.standing()).toMatchObject({ stage: "live", multiplier: 1 });
    month(world, warden, losing, equity);
    await warden.settled();
    expect(looks()).toEqual(["inconclusive", "inconclusive"]);
  });
});

describe("drift of a model that trades money", () => {
  it("halves its size once, and sends it to paper in the end", async () => {
    const world = new World();
    await world.raise("live");
    const warden = world.warden();
    await warden.drift("note", "unusual inputs");
    expect(world.delivered.filter(({ kind }) => kind === "scale")).toHaveLength(0);
    expect(await warden.drift("half", "what it says has moved"), "it stands in the registry").toBe(true);
    await warden.drift("retrain", "for two weeks");
    expect(world.delivered.filter(({ kind }) => kind === "scale")).toMatchObject([{ factor: 0.5 }]);
    expect(world.standing()).toMatchObject({ stage: "live", multiplier: 0.5 });
    await warden.drift("close-only", "for a month");
    expect(world.commands()).toEqual(["close-only"]);
    expect(world.standing()?.stage).toBe("paper");
    await warden.drift("half", "later");
    expect(world.delivered.filter(({ kind }) => kind === "scale")).toHaveLength(1);
  });

  it("is not said to stand where the registry did not take it", async () => {
    const world = new World();
    await world.raise("live");
    const warden = world.warden();
    const append = world.registry.append.bind(world.registry);
    world.registry.append = () => Promise.reject(new Error("the disk is full"));
    expect(await warden.drift("half", "what it says has moved")).toBe(false);
    world.registry.append = append;
    // The next process begins where the registry stands, and is asked again.
    expect(await world.warden().drift("half", "what it says has moved")).toBe(true);
    expect(world.standing()?.multiplier).toBe(0.5);
  });

  it("is nothing to one on paper", async () => {
    const world = new World();
    await world.raise("paper");
    const warden = world.warden();
    const before = world.delivered.length;
    await warden.drift("close-only", "for a month");
    expect(world.delivered).toHaveLength(before);
    expect(world.standing()?.stage).toBe("paper");
  });
});
