import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { lockState } from "./state-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, "engine.lock");
const holder = (pid: number, what: string): string => JSON.stringify({ pid, startedAs: "", sinceMs: 0, what });
/** No process has this number. */
const DEAD = 2 ** 30;

function refusal(): string {
  try {
    lockState(folder, "second", 0);
  } catch (thrown) {
    return thrown instanceof TidemarkError ? `${thrown.code} ${thrown.what}` : String(thrown);
  }
  return "taken";
}

describe("one engine a state folder", () => {
  test("the second is refused, and told who has it; one that goes leaves nothing behind", () => {
    const lock = lockState(folder, "paper a", 0);
    expect(refusal()).toMatch(
      `STATE_LOCKED Another engine works in this state folder: process ${process.pid} (paper a)`,
    );
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["of a process that died", holder(DEAD, "paper a")],
    [
      "of another process with the same number",
      JSON.stringify({ pid: process.pid, startedAs: "1", sinceMs: 0, what: "a" }),
    ],
    ["that was cut off", '{"pid":'],
    ["that is empty", ""],
  ])("a lock %s is followed without a word", (_which, text) => {
    writeFileSync(path(), text);
    const lock = lockState(folder, "paper b", 0);
    expect(JSON.parse(readFileSync(path(), "utf8"))).toMatchObject({ pid: process.pid, what: "paper b" });
    expect(readdirSync(folder)).toEqual(["engine.lock"]);
    lock.release();
  });

  test("who takes the folder of a dead one while another looks at it keeps it", () => {
    writeFileSync(path(), holder(DEAD, "paper a"));
    const looked = vi.spyOn(process, "kill").mockImplementationOnce(() => {
      // The other was quicker: its lock stands where the dead one's did.
      writeFileSync(path(), holder(process.pid, "quick"));
      throw Object.assign(new Error("no such process"), { code: "ESRCH" });
    });
    expect(refusal()).toContain("STATE_LOCKED Another engine works in this state folder");
    expect(looked).toHaveBeenCalledTimes(2);
    expect(readFileSync(path(), "utf8")).toBe(holder(process.pid, "quick"));
    expect(readdirSync(folder)).toEqual(["engine.lock"]);
  });
});
