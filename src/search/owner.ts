/** @file Who runs a trial: a name that says on which machine and in which process, so that its death can be noticed. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { freshId, sha256Hex, systemCode } from "../core/index.ts";

function readOr(read: () => string, otherwise: string): string {
  try {
    return read();
  } catch {
    // Only Linux has these files; elsewhere the host's name has to do.
    return otherwise;
  }
}

/** The machine, this boot of it and this space of process ids: the same only where process ids mean the same. */
function placeId(): string {
  const boot = readOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"), "");
  const processes = readOr(() => readlinkSync("/proc/self/ns/pid"), "");
  return sha256Hex(`${hostname()}\n${boot}\n${processes}`).slice(0, 12);
}

/** A fresh name for this process: `place:pid:id`. */
export function newOwner(): string {
  return `${placeId()}:${process.pid}:${freshId()}`;
}

/** True where the owner's process ran in this very place and is gone. False says nothing. */
export function isKnownDead(owner: string): boolean {
  const [place, pid] = owner.split(":");
  if (place !== placeId()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return systemCode(thrown) === "ESRCH";
  }
}
