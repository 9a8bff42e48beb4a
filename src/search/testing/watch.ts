/** @file What tests of processes look at: log files that trials write, and whether processes live. */
import { existsSync, readFileSync } from "node:fs";
import { systemClock } from "../../core/index.ts";

/** The numbers behind a word, of each line of a log that begins with it. */
export function logged(path: string, word: string): number[][] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(" ").slice(1).map(Number));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const PATIENCE_MS = 20_000;

export async function until(condition: () => boolean, what: string): Promise<void> {
  const begunMs = systemClock.elapsedMs();
  while (!condition()) {
    if (systemClock.elapsedMs() - begunMs > PATIENCE_MS) throw new Error(`waited in vain until ${what}`);
    await systemClock.sleep(10);
  }
}
