import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { SimulatedClock } from "./clock.ts";
import { FileLock, LockState } from "./file-lock.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-lock-"));
const PATH = join(FOLDER, "run.lock");
const NOW_MS = 1_700_000_000_000;
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));
beforeEach(() => rmSync(PATH, { force: true }));

function taken(clock: SimulatedClock = new SimulatedClock(NOW_MS)): FileLock {
  const lock = FileLock.take(PATH, clock);
  if (lock instanceof FileLock) return lock;
  throw new Error(`held by ${lock.pid}`);
}

/** A lock of somebody who has not touched it for so long. */
function leave(token: string, silentSeconds: number): void {
  writeFileSync(PATH, token);
  const touched = Date.now() / 1000 - silentSeconds;
  utimesSync(PATH, touched, touched);
}

describe("a lock", () => {
  it("has one holder, who is named to the next, until it is released", () => {
    const first = taken();
    expect(FileLock.take(PATH, new SimulatedClock(NOW_MS))).toEqual({ pid: process.pid, host: hostname() });
    first.release();
    taken().release();
    expect(() => readFileSync(PATH)).toThrow("ENOENT");
  });

  it("of a process that has died is taken over", () => {
    const { pid } = spawnSync(process.execPath, ["-e", "0"]);
    writeFileSync(PATH, `${pid} ${hostname()}  x`);
    expect(taken).not.toThrow();
  });

  it.runIf(process.platform === "linux")("of an earlier process of the same number is taken over", () => {
    writeFileSync(PATH, `${process.pid} ${hostname()} 1 x`);
    expect(taken).not.toThrow();
  });

  it("of another machine is its own while it is touched, and taken over after minutes of silence", () => {
    leave("1 elsewhere 5 x", 290);
    expect(FileLock.take(PATH, new SimulatedClock(NOW_MS))).toEqual({ pid: 1, host: "elsewhere" });
    leave("1 elsewhere 5 x", 310);
    expect(taken).not.toThrow();
  });

  it("that names nobody is taken over when it has stood for seconds: its maker died before it could write", () => {
    leave("", 0);
    expect(FileLock.take(PATH, new SimulatedClock(NOW_MS))).toEqual({ pid: 0, host: "" });
    leave("", 4);
    expect(taken).not.toThrow();
  });

  it("of a process that lives but is silent is taken over by who will not wait for ever, and its holder is told", () => {
    const clock = new SimulatedClock(NOW_MS);
    const stopped = taken(clock);
    const old = Date.now() / 1000 - 70;
    utimesSync(PATH, old, old);
    expect(FileLock.take(PATH, clock)).toEqual({ pid: process.pid, host: hostname() });
    expect(FileLock.take(PATH, clock, 80_000)).toEqual({ pid: process.pid, host: hostname() });
    const second = FileLock.take(PATH, clock, 60_000);
    expect(second).toBeInstanceOf(FileLock);
    expect(stopped.touch(0)).toBe(LockState.taken);
    expect((second as FileLock).touch(0)).toBe(LockState.held);
  });

  it("that is touched is silent no more", () => {
    const clock = new SimulatedClock(NOW_MS);
    const lock = taken(clock);
    const old = Date.now() / 1000 - 70;
    utimesSync(PATH, old, old);
    lock.touch(0);
    expect(FileLock.take(PATH, clock, 60_000)).toEqual({ pid: process.pid, host: hostname() });
  });

  it("leaves nothing beside itself", () => {
    const lock = taken();
    FileLock.take(PATH, new SimulatedClock(NOW_MS), 60_000);
    lock.release();
    expect(readdirSync(FOLDER)).toEqual([]);
  });

  it("notices that it was taken away or taken over, and leaves another's alone", () => {
    const clock = new SimulatedClock(NOW_MS);
    const lock = taken(clock);
    clock.advance(6_000);
    expect(lock.touch()).toBe(LockState.held);
    rmSync(PATH);
    expect(lock.touch(), "looked at every few seconds").toBe(LockState.held);
    clock.advance(6_000);
    expect(lock.touch()).toBe(LockState.gone);
    lock.renew();
    clock.advance(6_000);
    expect(lock.touch()).toBe(LockState.held);
    writeFileSync(PATH, "1 elsewhere 5 x");
    clock.advance(6_000);
    expect(lock.touch()).toBe(LockState.taken);
    lock.release();
    expect(readFileSync(PATH, "utf8")).toBe("1 elsewhere 5 x");
  });
});
