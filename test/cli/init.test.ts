import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, temporaryFolder } from "./cli.ts";

describe("tidemark init", () => {
  it("writes a configuration that the other commands accept", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await commandLine(["init"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toContain("wrote tidemark.toml");
    expect(readdirSync(folder.path).toSorted()).toEqual([".env.example", "tidemark.toml"]);
    const listed = await commandLine(["features", "--list", "--json"], { cwd: folder.path });
    expect(listed.code, `no complaint: ${listed.stderr}`).toBe(0);
  });

  it("never overwrites", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "tidemark.toml"), "seed = 5\n");
    const { code, stderr } = await commandLine(["init"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain("INIT_WOULD_OVERWRITE");
    expect(readFileSync(join(folder.path, "tidemark.toml"), "utf8")).toBe("seed = 5\n");
    expect(existsSync(join(folder.path, ".env.example")), "nothing is half done").toBe(false);
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "names a folder that can't be written",
    async () => {
      using folder = temporaryFolder();
      const locked = join(folder.path, "locked");
      mkdirSync(locked);
      chmodSync(locked, 0o500);
      const { code, stderr } = await commandLine(["init", locked]);
      expect(code).toBe(3);
      expect(stderr).toContain("FILE_UNWRITABLE");
    },
  );

  it("names a folder that is a file", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    const { code, stderr } = await commandLine(["init", join(file, "below")]);
    expect(code).toBe(3);
    expect(stderr).toContain("FILE_UNWRITABLE");
  });
});
