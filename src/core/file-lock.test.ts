import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
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
    writeFileSync(PATH, "1 elsewhere 5 x");
    utimesSync(PATH, NOW_MS / 1000, NOW_MS / 1000);
    expect(FileLock.take(PATH, new SimulatedClock(NOW_MS + 299_000))).toEqual({ pid: 1, host: "elsewhere" });
    taken(new SimulatedClock(NOW_MS + 301_000)).release();
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
