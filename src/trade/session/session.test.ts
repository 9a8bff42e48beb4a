import { describe, expect, test } from "vitest";
import { exactText, SimulatedClock } from "../../core/index.ts";
import type { Broker } from "../broker.ts";
import type { CommandOrder } from "../engine/command.ts";
import { Engine } from "../engine/machine.ts";
import { holding } from "../engine/testing/desk.ts";
import { foldJournal } from "../journal/fold.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { type SessionParts, TradeSession } from "./session.ts";

const ACTOR = { by: "ann", from: "api 127.0.0.1", reason: "why" };
const HALT = { command: "halt" } as const;

function open(over: Partial<SessionParts> = {}) {
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
    ...over,
  });
  const commands = () => [...journal.read(0)].filter(({ entry }) => entry.kind === "command");
  const tell = (order: CommandOrder, id: string) => session.command(order, { id, ...ACTOR });
  return { session, journal, failures, commands, tell, desk };
}

const FLATTEN = { command: "flatten" } as const;

describe("what an input leads to", () => {
  test("is one write of the journal, with the quotes that it is acted on by, and leaves before anybody is told of it", async () => {
    const told: string[] = [];
    const steps: string[] = [];
    const { session, journal, tell, desk } = open({
      broker: {
        submit: () => {
          steps.push(`sent after ${told.length} told`);
          return new Promise(() => undefined);
        },
      } as unknown as Broker,
      onEntry: ({ kind }) => steps.push(kind),
      onTold: ({ kind }) => told.push(kind),
    });
    const writes: string[][] = [];
    const append = journal.append.bind(journal);
    journal.append = (entries, atMs, durable) => {
      writes.push(entries.map(({ kind }) => kind));
      append(entries, atMs, durable);
    };
    session.quote({
      symbol: "BTCUSDT",
      bid: exactText("100"),
      ask: exactText("100.1"),
      last: exactText("100"),
      timeMs: desk.nowMs + 1_000,
    });
    tell(FLATTEN, "a");
    expect(writes).toHaveLength(1);
    expect(writes[0].slice(0, 2)).toEqual(["quote", "command"]);
    expect(writes[0]).toContain("intent");
    expect(steps.slice(0, -1), "desks see every entry before the order leaves").toEqual(writes[0]);
    expect(steps.at(-1)).toBe("sent after 0 told");
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(writes[0]);
  });

  test("is told before the session's end, and a failure in telling ends it", () => {
    const told: string[] = [];
    const { session, tell } = open({ onTold: ({ kind }) => told.push(kind) });
    tell(HALT, "a");
    session.stop("over");
    expect(told.at(-1)).toBe("stopped");
    const broken = open({
      onTold: () => {
        throw new Error("no log");
      },
    });
    broken.tell(HALT, "a");
    broken.session.tellAll();
    expect(broken.failures.map(({ message }) => message)).toEqual(["no log"]);
  });
});

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
