/**
 * @file A thread beside a trial: ends the process when its parent is gone, also where the trial computes without ever
 * looking up, so that a killed study leaves nothing running.
 */
import { workerData } from "node:worker_threads";
import { systemClock, systemCode } from "../../core/index.ts";

const WATCH_MS = 1_000;

function isGone(parent: number): boolean {
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch (thrown) {
    return systemCode(thrown) === "ESRCH";
  }
}

const { parent } = workerData as { readonly parent: number };
while (!isGone(parent)) await systemClock.sleep(WATCH_MS);
process.kill(process.pid, "SIGKILL");
