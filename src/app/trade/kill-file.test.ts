import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { type Clock, systemClock } from "../../core/index.ts";
import { obeyKillFile, watchKillFile } from "./kill-file.ts";

type Session = Parameters<typeof obeyKillFile>[0];

it("a file halts once, and is gone when the halt stands in the journal; one that could not be written stays", async () => {
  const folder = temporaryFolder();
  try {
    const path = join(folder.path, "KILL");
    const told: Array<Parameters<Session["deliver"]>[0]> = [];
    let failure: Error | undefined;
    const session: Session = {
      deliver: (input) => void told.push(input),
      get failure() {
        return failure;
      },
    };
    obeyKillFile(session, path);
    expect(told).toEqual([]);
    writeFileSync(path, "");
    const stop = new AbortController();
    let wake: (() => void) | undefined;
    const clock: Clock = {
      nowMs: () => systemClock.nowMs(),
      elapsedMs: () => systemClock.elapsedMs(),
      sleep: () => new Promise((resolve) => (wake = resolve)),
    };
    const watched = watchKillFile(session, path, clock, stop.signal);
    expect(told, "at once, and not after the first wait").toMatchObject([{ command: "halt", from: "file" }]);
    expect(existsSync(path)).toBe(false);
    failure = new Error("the disk is full");
    writeFileSync(path, "");
    stop.abort();
    obeyKillFile(session, path);
    expect([told.length, existsSync(path)]).toEqual([2, true]);
    wake?.();
    await watched;
    expect(told.length, "nobody looks any more").toBe(2);
  } finally {
    folder.remove();
  }
});
