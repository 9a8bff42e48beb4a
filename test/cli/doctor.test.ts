import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, temporaryFolder } from "./cli.ts";

type Report = { ok: boolean; checks: Array<{ name: string; status: string; found: string; fix?: string }> };

describe("tidemark doctor", () => {
  it("finds this machine fit for work", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await commandLine(["doctor", "--json"], { cwd: folder.path });
    const report = JSON.parse(stdout) as Report;
    expect(report.ok, `all is well in ${stdout}`).toBe(true);
    expect(code).toBe(0);
    expect(report.checks.map((check) => check.name)).toEqual(expect.arrayContaining(["node", "disk", "credentials"]));
  });

  it("tells a wrong configuration and ends with its code", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "tidemark.toml"), "[data]\nsymbols = 3\n");
    const { code, stdout } = await commandLine(["doctor"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stdout).toContain("FAIL  configuration");
    expect(stdout).toContain("tidemark.toml:2");
  });

  it("never shows a secret, wherever it stands", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, ".env"), "BYBIT_API_SECRET=s3cr3t-in-file\n", { mode: 0o600 });
    const env = { BYBIT_API_KEY: "k3y-in-environment" };
    const runs = await Promise.all([
      commandLine(["doctor", "--verbose"], { cwd: folder.path, env }),
      commandLine(["doctor", "--json"], { cwd: folder.path, env }),
    ]);
    for (const { stdout, stderr } of runs) {
      expect(stdout).toContain("set: BYBIT_API_KEY, BYBIT_API_SECRET");
      expect(stdout + stderr).not.toMatch(/s3cr3t|k3y-in/);
    }
  });

  it("says where results can't be written", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "file"), "");
    const { code, stdout } = await commandLine(["doctor", "--set", "paths.models=file/models"], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stdout).toContain("FAIL  paths.models");
  });
});
