import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FRESH_BETTING, Registry, type Subject } from "../../promotion/index.ts";
import { JOURNAL_FILE, SqliteJournal } from "../../trade/index.ts";
import { modelsFolder } from "../config/folders.ts";
import { sessionRecord } from "../promotion/session-record.ts";
import { type LocalMarket, openLocalMarket } from "../testing/local-market.ts";
import { reproduceSession } from "./reproduce.ts";
import { paperSession } from "./sessions.ts";
import { stateFolder } from "./settings.ts";

const SHADOW: Subject = { version: "2", assetClass: "cryptoFutures" };

describe("a version in shadow, while a paper session of another one runs", () => {
  let market: LocalMarket;
  let said: string[];
  beforeAll(async () => {
    market = await openLocalMarket(2, { "venue.speed": 7_200 });
    const models = join(modelsFolder(market.config), "edge");
    const { context } = market.context();
    const registry = new Registry(models, context.clock);
    await registry.append(SHADOW, "test", { kind: "register", modelHash: "h", recipe: "r" });
    for (const [gate, from, to] of [
      ["research", "candidate", "paper"],
      ["paper", "paper", "shadow"],
    ] as const) {
      const look = await registry.append(SHADOW, "test", {
        kind: "look",
        gate,
        outcome: "pass",
        conditions: [],
        evidence: FRESH_BETTING,
        gates: "g",
      });
      await registry.append(SHADOW, "test", { kind: "promote", from, to, look: look.seq });
    }
    const stop = new AbortController();
    const running = market.context({
      signal: stop.signal,
      note: (text) => {
        if (text.includes("equity") && !text.includes("missed") && ++bars === 8) stop.abort();
        said.push(text);
      },
      warn: (text) => said.push(text),
    });
    let bars = 0;
    said = running.said;
    await paperSession(running.context, { models: ["edge/1"] });
  });
  afterAll(() => market.close());

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
    expect(record?.overChampion).toBeDefined();
    expect(record?.replayed).toBeGreaterThan(3);
  });

  it("leaves the session that trades as it is: its decisions replay, and at the same closes both wished for the same", async () => {
    const champion = await reproduceSession(market.context().context, "paper/edge-1");
    expect(champion.equal).toBe(champion.decisions);
    const wishes = (session: string): Map<number, string> => {
      const journal = new SqliteJournal(join(stateFolder(market.config), session, JOURNAL_FILE), { readOnly: true });
      const found = new Map<number, string>();
      for (const { entry } of journal.read(0)) {
        if (entry.kind === "decision")
          found.set(entry.closeMs, JSON.stringify(entry.why?.symbols.map(({ direction, size }) => [direction, size])));
      }
      journal.close();
      return found;
    };
    const [own, shadow] = [wishes("paper/edge-1"), wishes("shadow/edge-2")];
    const both = [...shadow.keys()].filter((closeMs) => own.has(closeMs));
    expect(both.length).toBeGreaterThan(3);
  });
});
