import { describe, expect, it } from "vitest";
import { sessionsOf } from "../../testing/fake-data.ts";
import type { Overview, Session, TradeEvent } from "../api/contract.ts";
import { alertsOf, parseSeen, seenAll, unseen } from "./alerts.ts";
import { search } from "./palette-search.ts";
import { coverWords, demoText, engineWords, standingOf } from "./standing.ts";

const [session] = sessionsOf();
const overview = (...sessions: readonly Session[]): Overview => ({
  serverMs: 0,
  version: "0",
  isDemo: false,
  folder: "",
  cells: [],
  sessions: [...sessions],
  jobs: [],
  attention: [],
});

function words(...sessions: readonly Session[]): string {
  return engineWords(standingOf(overview(...sessions))).text;
}

describe("the status line", () => {
  it("says paper until a live session runs, and names its asset classes", () => {
    expect(standingOf(overview(session)).liveClasses).toEqual([]);
    expect(standingOf(overview(session, { ...session, mode: "live" })).liveClasses).toEqual(["Crypto futures"]);
    expect(standingOf(overview({ ...session, mode: "live", running: false })).liveClasses).toEqual([]);
    expect(standingOf(undefined).running).toEqual([]);
  });

  it("puts the worst first: halted, then closing only, then not connected", () => {
    expect(words()).toBe("no session");
    expect(words(session)).toBe("1 session active");
    expect(words(session, { ...session, connected: false })).toBe("2 sessions, not connected");
    expect(words({ ...session, connected: false }, { ...session, status: "reducing" })).toBe(
      "2 sessions, 1 closing only",
    );
    expect(words({ ...session, status: "halted" }, { ...session, status: "reducing" })).toBe("2 sessions, 1 halted");
  });

  it("counts positions without a stop, and is alarmed by one", () => {
    expect(coverWords(standingOf(overview(session)))).toEqual({ text: "1 of 2 without a stop", lamp: "bad" });
    expect(coverWords(standingOf(overview({ ...session, positions: [] })))).toEqual({ text: "flat", lamp: "off" });
    const covered = { ...session, positions: session.positions.map((one) => ({ ...one, nakedMs: 0 })) };
    expect(coverWords(standingOf(overview(covered)))).toEqual({ text: "all 2 have stops", lamp: "good" });
    expect(coverWords(standingOf(overview({ ...covered, running: false }))).text).toBe("flat");
  });
});

it("the palette finds by beginnings first, then by letters in their order", () => {
  const entries = ["History", "Halt everything", "Wallet", "Trainings"].map((title) => ({ title, about: "" }));
  expect(search(entries, "h").map(({ title }) => title)).toEqual(["History", "Halt everything"]);
  expect(search(entries, "ev").at(0)?.title).toBe("Halt everything");
  expect(search(entries, "wlt").map(({ title }) => title)).toEqual(["Wallet"]);
  expect(search(entries, "zz")).toEqual([]);
  expect(search(entries, " ")).toHaveLength(4);
});

function event(seq: number, level: TradeEvent["level"], where = "paper/a"): TradeEvent {
  return { session: where, seq, atMs: seq, kind: "alarm", symbol: null, level, text: "" };
}

describe("alerts", () => {
  it("are warnings and alarms, the newest first, new until the drawer was open", () => {
    const events = [event(1, "info"), event(2, "warn"), event(3, "bad"), event(1, "bad", "paper/b")];
    const alerts = alertsOf(events);
    expect(alerts.map((one) => `${one.session} ${one.seq}`)).toEqual(["paper/b 1", "paper/a 3", "paper/a 2"]);
    const seen = seenAll(events, {});
    expect(unseen(alerts, {})).toHaveLength(3);
    expect(unseen(alerts, seen)).toEqual([]);
    expect(unseen([event(4, "bad")], seen)).toHaveLength(1);
    expect(seenAll([event(2, "bad")], seen)["paper/a"], "never falls back").toBe(3);
  });

  it("that were kept by another version are read with care", () => {
    expect(parseSeen('{"paper/a":3,"x":"y"}')).toEqual({ "paper/a": 3 });
    expect(parseSeen("[")).toEqual({});
    expect(parseSeen("null")).toEqual({});
  });
});

describe("a demonstration", () => {
  it("calls prices made up only where they are", () => {
    expect(demoText(null)).toContain("made up");
    expect(demoText(undefined)).toContain("made up");
    expect(demoText("bybit")).toBe(
      "A venue on this machine plays recorded candles of bybit, faster than they came; no money is real.",
    );
    expect(demoText("csv")).not.toContain("made up");
  });
});
