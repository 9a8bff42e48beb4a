import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FRESH_BETTING, Registry, type Subject } from "../../promotion/index.ts";
import { JOURNAL_FILE, SqliteJournal } from "../../trade/index.ts";
import { modelsFolder } from "../config/folders.ts";
import { sessionRecord } from "../promotion/session-record.ts";
import { type LocalMarket, openLocalMarket } from "../testing/local-market.ts";
import { reproduceSession } from "./reproduce.ts";
import { paperSession } from "./sessions.ts";
import { stateFolder } from "./settings.ts";

const SHADOW: Subject = { version: "2", assetClass: "cryptoFutures" };
/** Stands in the registry, and its folder is gone. */
const LOST: Subject = { version: "3", assetClass: "cryptoFutures" };
/** Bars after which the shadow can't write any more, and after which the session is ended. */
const FAILS = 8;
const ENDS = 12;

/** Takes the subject to the stage of shadow. */
async function raise(registry: Registry, subject: Subject): Promise<void> {
  await registry.append(subject, "test", { kind: "register", modelHash: "h", recipe: "r" });
  for (const [gate, from, to] of [
    ["research", "candidate", "paper"],
    ["paper", "paper", "shadow"],
  ] as const) {
    const look = await registry.append(subject, "test", {
      kind: "look",
      gate,
      outcome: "pass",
      conditions: [],
      evidence: FRESH_BETTING,
      gates: "g",
    });
    await registry.append(subject, "test", { kind: "promote", from, to, look: look.seq });
  }
}

describe("a version in shadow, while a paper session of another one runs", () => {
  let market: LocalMarket;
  let said: string[];
  beforeAll(async () => {
    market = await openLocalMarket(2, { "venue.speed": 7_200 });
    const models = join(modelsFolder(market.config), "edge");
    const { context } = market.context();
    const registry = new Registry(models, context.clock);
    await raise(registry, SHADOW);
    await raise(registry, LOST);
    const written = vi.spyOn(SqliteJournal.prototype, "append");
    const journalOfShadow = (): SqliteJournal => {
      const began = written.mock.calls.findIndex(([entries]) =>
        entries.some((entry) => entry.kind === "session" && entry.id === "shadow/edge-2"),
      );
      return written.mock.contexts[began] as SqliteJournal;
    };
    const stop = new AbortController();
    const running = market.context({
      signal: stop.signal,
      note: (text) => {
        said.push(text);
        if (!text.includes("equity") || text.includes("missed")) return;
        bars++;
        // A disk without room for the shadow's next record.
        if (bars === FAILS) journalOfShadow().limitPages(1);
        if (bars === ENDS) stop.abort();
      },
      warn: (text) => said.push(text),
    });
    let bars = 0;
    said = running.said;
    await paperSession(running.context, { models: ["edge/1"] });
    written.mockRestore();
  });
  afterAll(() => market.close());

  /** What was wished for, by the close that it was decided at. */
  function decisions(session: string): Map<number, string> {
    const journal = new SqliteJournal(join(stateFolder(market.config), session, JOURNAL_FILE), { readOnly: true });
    const found = new Map<number, string>();
    for (const { entry } of journal.read(0)) {
      if (entry.kind === "decision")
        found.set(entry.closeMs, JSON.stringify(entry.why?.symbols.map(({ direction, size }) => [direction, size])));
    }
    journal.close();
    return found;
  }

  it("is said, and keeps a journal of its own whose decisions are those of its model", async () => {
    expect(said.join("\n")).toContain("Shadow edge/2 runs beside paper/edge-1");
    const again = await reproduceSession(market.context().context, "shadow/edge-2");
    expect(again).toMatchObject({ model: "edge/2", first: undefined });
    expect(again.decisions).toBeGreaterThan(3);
    expect(again.equal).toBe(again.decisions);
  });

  it("is judged by that journal, beside the session that it ran with", async () => {
    const { context } = market.context();
    const subject = { name: "edge", version: "2", folder: join(modelsFolder(market.config), "edge", "2") };
    const record = await sessionRecord(context, market.config, subject, { stage: "shadow", sinceMs: 0 }, 7_200);
    // Held against the session, of which no whole day has passed beside it.
    expect(record?.overChampion).toEqual([]);
    expect(record?.replayed).toBeGreaterThan(3);
  });

  it("leaves the session that trades as it is: its decisions replay, and at the same closes both wished for the same", async () => {
    const champion = await reproduceSession(market.context().context, "paper/edge-1");
    expect(champion.equal).toBe(champion.decisions);
    const [own, shadow] = [decisions("paper/edge-1"), decisions("shadow/edge-2")];
    const both = [...shadow.keys()].filter((closeMs) => own.has(closeMs));
    expect(both.length).toBeGreaterThan(3);
  });

  it("that fails, or can't be opened at all, ends alone: that is said once, and the session decides on", () => {
    for (const id of ["edge/2", "edge/3"]) {
      const told = said.filter((text) => text.startsWith(`shadow ${id}: `));
      expect(told, id).toHaveLength(1);
      expect(told[0]).toContain("the session goes on without it");
    }
    const [own, shadow] = [decisions("paper/edge-1"), decisions("shadow/edge-2")].map((found) => [...found.keys()]);
    const after = own.filter((closeMs) => closeMs > Math.max(...shadow));
    expect(after.length).toBeGreaterThanOrEqual(ENDS - FAILS - 1);
  });
});
