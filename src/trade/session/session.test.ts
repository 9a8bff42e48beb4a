import { describe, expect, test } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import type { Broker } from "../broker.ts";
import type { CommandOrder } from "../engine/command.ts";
import { Engine } from "../engine/machine.ts";
import { holding } from "../engine/testing/desk.ts";
import { foldJournal } from "../journal/fold.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { TradeSession } from "./session.ts";

const ACTOR = { by: "ann", from: "api 127.0.0.1", reason: "why" };
const HALT = { command: "halt" } as const;

function open() {
  const desk = holding();
  const journal = new MemoryJournal();
  for (const entry of desk.entries) journal.append([entry], desk.nowMs, true);
  const failures: Error[] = [];
  const session = new TradeSession({
    engine: new Engine(foldJournal(journal)),
    journal,
    broker: { submit: () => new Promise(() => undefined) } as unknown as Broker,
    clock: new SimulatedClock(desk.nowMs),
    timers: false,
    onEntry: () => undefined,
    onNotify: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  const commands = () => [...journal.read(0)].filter(({ entry }) => entry.kind === "command");
  const tell = (order: CommandOrder, id: string) => session.command(order, { id, ...ACTOR });
  return { session, journal, failures, commands, tell };
}

describe("a session takes commands", () => {
  test("and tells what the journal knows of them, with who and from where", () => {
    const { tell, session, commands } = open();
    expect(tell(HALT, "a")).toMatchObject({ id: "a", by: "ann", from: "api 127.0.0.1", status: "done", order: HALT });
    expect(session.engine.state.causes).toEqual({ operator: "halted" });
    expect(commands()[0].entry).toMatchObject({ id: "a", by: "ann", from: "api 127.0.0.1", reason: "why" });
  });

  test("once, however often the same id is sent; another command by that id is refused", () => {
    const { tell, commands } = open();
    const first = tell(HALT, "a");
    tell({ command: "resume" }, "b");
    expect(tell(HALT, "a")).toEqual(first);
    expect(commands()).toHaveLength(2);
    expect(() => tell({ command: "flatten" }, "a")).toThrow(expect.objectContaining({ code: "COMMAND_CONFLICT" }));
    expect(commands()).toHaveLength(2);
  });

  test("an id is remembered by the journal: a process that follows knows it", () => {
    const { tell, journal } = open();
    const { seq } = tell({ command: "close-position", symbol: "BTCUSDT" }, "a");
    expect(foldJournal(journal).commands["a"]).toMatchObject({ seq, status: "accepted" });
  });

  test("not once it has failed, nor where the journal can't be written: that is refused, never answered as taken", () => {
    const { tell, journal, failures, commands, session } = open();
    journal.full = true;
    const failed = expect.objectContaining({ code: "ENGINE_FAILED" });
    expect(() => tell(HALT, "a")).toThrow(failed);
    expect(session.failure).toBe(failures[0]);
    journal.full = false;
    expect(() => tell(HALT, "b")).toThrow(failed);
    expect(commands()).toEqual([]);
  });
});
