import * as fs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";

const CALLS = vi.hoisted((): string[] => []);
vi.mock("node:fs", async (load) => {
  const real = await load<typeof fs>();
  const paths = new Map<number, string>();
  return {
    ...real,
    openSync: (path: string, flags: string) => {
      const handle = real.openSync(path, flags);
      paths.set(handle, path);
      return handle;
    },
    fsyncSync: (handle: number) => {
      CALLS.push(`flush ${real.fstatSync(handle).isDirectory() ? `folder ${paths.get(handle)}` : "file"}`);
      real.fsyncSync(handle);
    },
    renameSync: (from: string, to: string) => {
      CALLS.push("rename");
      real.renameSync(from, to);
    },
  };
});

it("an atomic write flushes the file, renames it, and flushes the folder that now has its name", async () => {
  // What tests set up has loaded the room already, with the real file system.
  vi.resetModules();
  const { writeFileAtomic } = await import("./files.ts");
  const folder = mkdtempSync(join(tmpdir(), "tidemark-flush-"));
  try {
    writeFileAtomic(join(folder, "file.json"), "content");
    expect(CALLS).toEqual(["flush file", "rename", `flush folder ${folder}`]);
    expect(fs.readFileSync(join(folder, "file.json"), "utf8")).toBe("content");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
