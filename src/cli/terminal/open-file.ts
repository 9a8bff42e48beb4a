/** @file Files and addresses in the program that the system opens them with. */
import { spawn } from "node:child_process";
import { platform } from "node:os";

/** Hands a file or an address to the program that the system opens it with. */
export function openFile(path: string): Promise<void> {
  const opener = { darwin: ["open"], win32: ["cmd", "/c", "start", '""'] }[platform() as string] ?? ["xdg-open"];
  return new Promise((done, fail) => {
    const child = spawn(opener[0], [...opener.slice(1), path], { stdio: "ignore", detached: true });
    child.on("error", fail);
    child.on("spawn", () => {
      child.unref();
      done();
    });
  });
}
