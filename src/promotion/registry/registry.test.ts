import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { FRESH_BETTING } from "../evidence/betting.ts";
import type { Outcome } from "../gates/condition.ts";
import { type GateName, STAGES } from "../stages.ts";
import { type EventBody, GENESIS, type Subject } from "./event.ts";
import { Registry } from "./registry.ts";
import { RegistryState } from "./state.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-registry-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

let folders = 0;
function fresh(): Registry {
  folders++;
  return new Registry(join(ROOT, `${folders}`), new SimulatedClock(1_700_000_000_000));
}

const ONE: Subject = { version: "1", assetClass: "perpetual" };
const TWO: Subject = { version: "2", assetClass: "perpetual" };
const REGISTER: EventBody = { kind: "register", modelHash: "h", recipe: "r" };
const GATES: readonly GateName[] = ["research", "paper", "shadow", "canary"];

/** A process of betting that has come so far. */
function after(logCapital: number) {
  return { ...FRESH_BETTING, logCapital };
}

function look(gate: GateName, outcome: Outcome = "pass"): EventBody {
  return { kind: "look", gate, outcome, conditions: [], evidence: FRESH_BETTING, gates: "g" };
}

/** Takes a version up through its gates. */
async function raise(registry: Registry, subject: Subject, steps = 4): Promise<void> {
  await registry.append(subject, "test", REGISTER);
  for (let i = 0; i < steps; i++) {
    const { seq } = await registry.append(subject, "test", look(GATES[i]));
    await registry.append(subject, "test", { kind: "promote", from: STAGES[i], to: STAGES[i + 1], look: seq });
  }
}

describe("the registry", () => {
  it("remembers every step, and makes its pointers anew from the log", async () => {
    const registry = fresh();
    await raise(registry, ONE);
    expect(registry.read().state.find(ONE)).toMatchObject({ stage: "live", multiplier: 1 });
    const pointers = readFileSync(join(registry.folder, "stages.json"), "utf8");
    expect(JSON.parse(pointers)).toMatchObject({ assetClasses: { perpetual: { champion: "1", previous: null } } });
    rmSync(join(registry.folder, "stages.json"));
    registry.rebuild();
    expect(readFileSync(join(registry.folder, "stages.json"), "utf8")).toBe(pointers);
  });

  it("names the line that was altered, left out or cut off", async () => {
    const registry = fresh();
    await raise(registry, ONE, 2);
    const path = join(registry.folder, "registry.jsonl");
    const whole = readFileSync(path, "utf8");
    const lines = whole.trimEnd().split("\n");
    for (const [i, line] of lines.entries()) {
      writeFileSync(path, whole.replace(line, line.replace('"actor":"test"', '"actor":"else"')));
      expect(() => registry.read()).toThrow(`line ${i + 1} `);
      writeFileSync(path, `${lines.filter((_, j) => j !== i).join("\n")}\n`);
      expect(() => registry.read()).toThrow("damaged");
    }
    writeFileSync(path, whole);
    expect(registry.read().events).toHaveLength(lines.length);
  });

  it("takes a half-written last line for one that never happened", async () => {
    const registry = fresh();
    await raise(registry, ONE, 1);
    const before = registry.read().events.length;
    appendFileSync(join(registry.folder, "registry.jsonl"), '{"seq":3,"kind":"prom');
    expect(registry.read().events).toHaveLength(before);
    await registry.append(ONE, "test", look("paper", "fail"));
    expect(registry.read().events).toHaveLength(before + 1);
  });

  it("refuses a step that no gate has earned, and writes nothing", async () => {
    const registry = fresh();
    await raise(registry, ONE, 1);
    const { seq } = await registry.append(ONE, "test", look("paper", "fail"));
    const events = registry.read().events.length;
    for (const body of [
      { kind: "promote", from: "paper", to: "shadow", look: seq },
      { kind: "promote", from: "paper", to: "live", look: seq },
      { kind: "promote", from: "candidate", to: "paper", look: 1 },
      { kind: "demote", from: "paper", to: "shadow", reason: "x" },
      { kind: "multiplier", value: 0.7, reason: "x" },
      { kind: "accept", stage: "paper", multiplier: 1, signature: "somebody" },
      REGISTER,
    ] satisfies EventBody[]) {
      await expect(registry.append(ONE, "test", body)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
    }
    expect(registry.read().events).toHaveLength(events);
  });

  it("goes back to the champion before in one step, and keeps the fallen one on paper", async () => {
    const registry = fresh();
    await raise(registry, ONE);
    await raise(registry, TWO);
    expect(registry.read().state.pointers("perpetual")).toMatchObject({ champion: "2", previous: "1" });
    await registry.append(ONE, "test", { kind: "rollback", from: "2", reason: "worse" });
    const { state } = registry.read();
    expect(state.pointers("perpetual")).toMatchObject({ champion: "1", previous: null, paper: ["2"] });
    expect(state.find(ONE)?.stage).toBe("live");
  });

  it("has no champion once it fell, and whoever was live before comes back by a rollback", async () => {
    const registry = fresh();
    await raise(registry, ONE);
    await raise(registry, TWO);
    await registry.append(TWO, "engine", { kind: "demote", from: "live", to: "paper", reason: "the fall" });
    const pointers = () => registry.read().state.pointers("perpetual");
    expect(pointers()).toMatchObject({ champion: null, previous: "1", paper: ["2"] });
    expect(registry.read().state.find(ONE)?.stage, "nobody goes live by the fall of another").toBe("candidate");
    await expect(
      registry.append(ONE, "test", { kind: "rollback", from: "2", reason: "it fell" }),
      "in place of one that reigns no more",
    ).rejects.toThrow("the champion is nobody");
    await registry.append(ONE, "test", { kind: "rollback", from: null, reason: "it fell" });
    expect(pointers()).toMatchObject({ champion: "1", previous: null, paper: ["2"] });
    expect(registry.read().state.find(ONE)?.stage).toBe("live");
  });

  it("puts no step before the one that it follows, where the clock was put back", async () => {
    const { folder } = fresh();
    const at = (ms: number) => new Registry(folder, new SimulatedClock(ms));
    await raise(at(2_000), ONE, 1);
    await at(1_000).append(ONE, "test", { kind: "demote", from: "paper", to: "candidate", reason: "r" });
    expect(
      at(1_000)
        .read()
        .events.map(({ timeMs }) => timeMs),
    ).toEqual([2_000, 2_000, 2_000, 2_000]);
    await at(3_000).append(ONE, "test", look("research"));
    expect(at(1_000).read().events.at(-1)?.timeMs).toBe(3_000);
  });

  it("lets weights of the same recipe inherit a stage, and of another none", async () => {
    const registry = fresh();
    await raise(registry, ONE);
    await registry.append(TWO, "test", REGISTER);
    const condition = { name: "x", figure: 1, wanted: "1", outcome: "pass" } as const;
    await registry.append(TWO, "test", { kind: "inherit", from: "1", conditions: [condition] });
    expect(registry.read().state.pointers("perpetual")).toMatchObject({ champion: "2", previous: "1" });
    const three = { ...ONE, version: "3" };
    await registry.append(three, "test", { ...REGISTER, recipe: "other" });
    await expect(
      registry.append(three, "test", { kind: "inherit", from: "2", conditions: [condition] }),
    ).rejects.toThrow("another recipe");
  });

  it("counts the evidence of a stage once, however often it is looked at, and carries it on", async () => {
    const registry = fresh();
    await raise(registry, ONE, 1);
    const looked = (outcome: Outcome, logCapital: number): EventBody => ({
      ...(look("paper", outcome) as EventBody & { kind: "look" }),
      evidence: after(logCapital),
    });
    const evidence = () => registry.read().state.find(ONE)?.evidence;
    await registry.append(ONE, "test", looked("inconclusive", 1));
    expect(evidence(), "a look counts all trades of the stage: the next one begins where this one began").toEqual(
      FRESH_BETTING,
    );
    const { seq } = await registry.append(ONE, "test", looked("pass", 2));
    expect(evidence()).toEqual(FRESH_BETTING);
    await registry.append(ONE, "test", { kind: "promote", from: "paper", to: "shadow", look: seq });
    expect(evidence(), "the next stage begins with it").toEqual(after(2));
    await registry.append(ONE, "test", { ...look("shadow", "fail"), evidence: after(1.5) } as EventBody);
    await registry.append(ONE, "test", { kind: "demote", from: "shadow", to: "paper", reason: "x" });
    expect(evidence(), "what was lost stays lost").toEqual(after(1.5));
    await registry.append(ONE, "test", { ...look("month" as GateName, "pass"), evidence: after(3) } as EventBody);
    expect(evidence(), "a month is looked at once").toEqual(after(3));
  });

  it("lets weights of a recipe that trades begin in shadow, with its evidence, and of one that does not nowhere", async () => {
    const registry = fresh();
    const condition = { name: "x", figure: 1, wanted: "1", outcome: "pass" } as const;
    const challenge = { kind: "challenge", from: "1", conditions: [condition] } as const;
    await registry.append(ONE, "test", REGISTER);
    await registry.append(TWO, "test", REGISTER);
    await expect(registry.append(TWO, "test", challenge)).rejects.toThrow("stands in candidate");
    const early = fresh();
    await raise(early, ONE, 1);
    await early.append(TWO, "test", REGISTER);
    await early.append(TWO, "test", challenge);
    expect(early.read().state.find(TWO), "nothing trades that it could be beside").toMatchObject({ stage: "paper" });
    const other = fresh();
    await raise(other, ONE);
    await other.append(TWO, "test", REGISTER);
    const failed = { ...challenge, conditions: [{ ...condition, outcome: "fail" }] } as const;
    await expect(other.append(TWO, "test", failed)).rejects.toThrow("did not pass");
    await other.append(TWO, "test", challenge);
    const { state } = other.read();
    expect(state.find(TWO)).toMatchObject({ stage: "shadow", evidence: state.find(ONE)?.evidence });
    expect(state.pointers("perpetual")).toMatchObject({ champion: "1", shadow: ["2"] });
  });

  it("keeps what a retraining found, and moves nothing by it", async () => {
    const registry = fresh();
    await raise(registry, ONE);
    const before = registry.read().state.standings();
    await registry.append(ONE, "test", { kind: "retrain", answer: "drop", conditions: [], candidate: null });
    expect(registry.read().state.standings()).toEqual(before);
    expect(registry.read().events.at(-1)).toMatchObject({ kind: "retrain", answer: "drop" });
  });

  it("gives one of several writers its turn after the other", async () => {
    const registry = fresh();
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => registry.append({ ...ONE, version: `${i}` }, "test", REGISTER)),
    );
    expect(registry.read().events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("has no way from candidate to live without every gate", () => {
    const step = record({
      kind: constantFrom(
        "look",
        "promote",
        "demote",
        "restart",
        "accept",
        "multiplier",
        "inherit",
        "challenge",
        "rollback",
      ),
      version: constantFrom("1", "2", "3"),
      gate: constantFrom(...GATES),
      outcome: constantFrom("pass", "fail", "inconclusive"),
      from: constantFrom(...STAGES),
      to: constantFrom(...STAGES),
      back: integer({ min: 0, max: 6 }),
    });
    assert(
      property(array(step, { minLength: 40, maxLength: 160 }), (steps) => {
        const state = new RegistryState();
        const passed = new Map<string, Set<GateName>>();
        let seq = 0;
        const apply = (subject: Subject, body: EventBody): boolean => {
          try {
            state.apply({
              ...subject,
              ...body,
              seq: seq++,
              timeMs: seq,
              actor: "t",
              previous: GENESIS,
              hash: "",
            });
            return true;
          } catch {
            return false;
          }
        };
        for (const version of ["1", "2", "3"]) {
          // Each of its own recipe: nothing can be inherited.
          apply({ ...ONE, version }, { kind: "register", modelHash: version, recipe: version });
          passed.set(version, new Set());
        }
        for (const { kind, version, gate, outcome, from, to, back } of steps) {
          const subject = { ...ONE, version };
          const other = version === "1" ? "2" : "1";
          const bodies: Readonly<Record<string, EventBody>> = {
            look: look(gate, outcome),
            promote: { kind: "promote", from, to, look: seq - 1 - back },
            demote: { kind: "demote", from, to, reason: "" },
            restart: { kind: "restart", stage: from, reason: "" },
            accept: { kind: "accept", stage: from, multiplier: 0.5, signature: "" },
            multiplier: { kind: "multiplier", value: 0.5, reason: "" },
            inherit: {
              kind: "inherit",
              from: other,
              conditions: [{ name: "x", figure: 1, wanted: "", outcome: "pass" }],
            },
            challenge: {
              kind: "challenge",
              from: other,
              conditions: [{ name: "x", figure: 1, wanted: "", outcome: "pass" }],
            },
            rollback: { kind: "rollback", from: back % 2 === 0 ? other : null, reason: "" },
          };
          if (apply(subject, bodies[kind]) && kind === "look" && outcome === "pass") passed.get(version)?.add(gate);
          for (const standing of state.standings()) {
            const gates = passed.get(standing.version) ?? new Set();
            const needed = GATES.slice(0, STAGES.indexOf(standing.stage));
            expect(needed.every((name) => gates.has(name))).toBe(true);
          }
        }
      }),
      { numRuns: everyday(300), seed: 20 },
    );
  });
});
