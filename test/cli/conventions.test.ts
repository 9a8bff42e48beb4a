import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, temporaryFolder } from "./cli.ts";

describe("every command", () => {
  it("shows its help, and ends with 0", async () => {
    const { code, stdout, stderr } = await commandLine(["data", "ls", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/Examples?:\n {2}# .*\n {2}tidemark data ls/);
  });

  it("suggests what was meant and ends with 2", async () => {
    const command = await commandLine(["docter"]);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain("Did you mean doctor?");
    const option = await commandLine(["doctor", "--quite"]);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain("Did you mean --quiet?");
    expect(option.stdout).toBe("");
  });

  it("ends with 2 where the command is missing, and shows the list", async () => {
    const bare = await commandLine([]);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain("doctor");
  });

  it("refuses a seed that is no whole number", async () => {
    const { code, stderr } = await commandLine(["train", "--seed", "1.5"]);
    expect(code).toBe(2);
    expect(stderr).toContain("whole number");
  });

  it("takes no seed where nothing is drawn", async () => {
    const { code, stderr } = await commandLine(["data", "ls", "--seed", "1"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--seed");
  });

  it("prints its version", async () => {
    const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(await commandLine(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });
});

describe("a wrong configuration", () => {
  it("is told with key, line and suggestion, and ends with 2", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "tidemark.toml"), "[training]\nlearing_rate = 1\n");
    const { code, stdout, stderr } = await commandLine(["features", "--list"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('There is no key "learing_rate"');
    expect(stderr).toContain("tidemark.toml:2");
    expect(stderr).toContain('Did you mean "learning_rate"?');
    expect(stderr).toContain("CONFIG_UNKNOWN_KEY");
    expect(stderr, "the stack is for --verbose").not.toMatch(/\n\s+at /);
  });

  it("shows the stack with --verbose", async () => {
    using folder = temporaryFolder();
    const args = ["features", "--list", "--verbose", "--set", "training.gamma=7"];
    const { code, stderr } = await commandLine(args, { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain("where: --set");
    expect(stderr).toContain("Allowed: a number from 0 to 1.");
    expect(stderr).toMatch(/\n\s+at /);
  });
});

const listeners = (): number[] => ["SIGINT", "SIGTERM"].map((name) => process.listenerCount(name));

describe("a command line", () => {
  it("gives signals back to its process when it ends, well or not", async () => {
    using folder = temporaryFolder();
    const before = listeners();
    for (const config of [[], ["--config", "none.toml"]]) {
      await commandLine(["features", "--list", ...config], { cwd: folder.path });
      expect(listeners()).toEqual(before);
    }
  });
});

describe("output", () => {
  it("is one JSON value on stdout with --json, failures too", async () => {
    using folder = temporaryFolder();
    const good = await commandLine(["features", "--list", "--json"], { cwd: folder.path });
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toHaveProperty("features");
    const bad = await commandLine(["features", "--list", "--json", "--config", "none.toml"], { cwd: folder.path });
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({ error: { code: "CONFIG_UNREADABLE" } });
  });

  it("has no colors on a pipe, and has them where they are forced", async () => {
    const escape = "\u001B[";
    expect((await commandLine(["doctor"])).stdout).not.toContain(escape);
    expect((await commandLine(["doctor"], { env: { FORCE_COLOR: "1" } })).stdout).toContain(escape);
    expect((await commandLine(["doctor"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain(escape);
  });

  it("survives a reader that goes away", async () => {
    const bin = resolve(import.meta.dirname, "../../bin/tidemark.mjs");
    const child = spawn(process.execPath, [bin, "features", "--list"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const code = await new Promise((done) => {
      child.on("close", done);
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
