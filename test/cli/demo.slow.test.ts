import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { NIGHTLY } from "../../src/core/testing/nightly.ts";
import { ROOT } from "../web/page.ts";
import { cleanEnvironment, temporaryFolder } from "./cli.ts";

/** Runs a command in a pseudo terminal; what comes in goes to it, and its exit code is this one's. */
const TERMINAL = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
inputs = [fd, 0]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed: os.write(fd, typed)
        else: inputs.remove(0)
    if fd in ready:
        try: said = os.read(fd, 4096)
        except OSError: said = b""
        if not said: break
        os.write(1, said)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`;
const HAS_TERMINAL = spawnSync("python3", ["-c", "import pty, select"]).status === 0;
/** The main job with a training of seconds. */
const SHORT = ["demo", "--set", "training.total_steps=20000", "--set", "data.synthetic_bars=4000"];

// It trains and starts a venue, a server and a session: at night, and where a pseudo terminal can be had (python3).
it.skipIf(!NIGHTLY || !HAS_TERMINAL)(
  "the main job in a terminal ends its report and stays: dashboard served, model on paper, and nothing is left after Ctrl-C",
  async () => {
    using folder = temporaryFolder();
    const line = [process.execPath, join(ROOT, "bin/tidemark.mjs"), ...SHORT];
    const terminal = spawn("python3", ["-c", TERMINAL, ...line], { cwd: folder.path, env: cleanEnvironment({}) });
    let said = "";
    terminal.stdout.on("data", (part: Buffer) => {
      said += part.toString("utf8");
    });
    const ended = new Promise<number | null>((resolve) => terminal.once("close", resolve));
    const address = await Promise.race([
      new Promise<string>((resolve) => {
        terminal.stdout.on("data", () => {
          const found = /open\s+(http\S+)\/#code=\S+/.exec(said);
          if (found !== null) resolve(found[1]);
        });
      }),
      ended.then((code) => {
        throw new Error(`it ended with ${code}: ${said.slice(-2_000)}`);
      }),
    ]);
    expect(said).toContain("trades with paper money");
    const page = await fetch(address);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>Tidemark")]);
    terminal.stdin.write("\u0003");
    expect(await ended, said.slice(-2_000)).toBeTypeOf("number");
    await expect(fetch(address), "nobody listens there any more").rejects.toThrow("fetch failed");
    // The session that it started is named by its folder.
    const processes = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout;
    expect(processes.split("\n").filter((one) => one.includes(folder.path))).toEqual([]);
  },
);
