/** @file Is that process still the one that was started: a process id is given again, its start time is not. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Position of the start time among the fields behind the name, in `/proc/<pid>/stat`. */
const START_FIELD = 19;

/** When the process began, as the system tells it; undefined where there is none. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in brackets and may hold spaces; what ended and was not yet collected counts as gone.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[START_FIELD];
  } catch {
    if (process.platform === "linux") return undefined;
  }
  const told = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  const text = told.status === 0 ? told.stdout.trim() : "";
  return text === "" ? undefined : text;
}

/** Asks the process to end by itself, where it is still the one that was meant. */
export function askToEnd(pid: number, start: string): boolean {
  if (processStart(pid) !== start) return false;
  try {
    process.kill(pid, "SIGTERM");
    return true;
  } catch {
    return false;
  }
}
