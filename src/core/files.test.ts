import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ensureFolder, readTextIfPresent, requireWritable, writeFileAtomic } from "./files.ts";
import { canonicalJson, fingerprint, sha256Hex } from "./hash.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-files-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe("an atomic write", () => {
  it("makes missing folders, replaces what was there and leaves nothing beside it", () => {
    const path = join(FOLDER, "deep/er/file.json");
    writeFileAtomic(path, "first");
    writeFileAtomic(path, Buffer.from("second"));
    expect(readFileSync(path, "utf8")).toBe("second");
    expect(readdirSync(join(FOLDER, "deep/er"))).toEqual(["file.json"]);
  });

  it("tells a folder in the way as an unwritable file and leaves it as it was", () => {
    const path = join(FOLDER, "taken");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "kept");
    expect(() => writeFileAtomic(path, "x")).toThrow(expect.objectContaining({ code: "FILE_UNWRITABLE" }));
    expect(readdirSync(FOLDER).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(readFileSync(join(path, "inside"), "utf8")).toBe("kept");
  });

  it("is tried before long work, and leaves nothing behind", () => {
    const folder = join(FOLDER, "tried");
    requireWritable(folder);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(FOLDER, "file"), "");
    expect(() => requireWritable(join(FOLDER, "file/inside"))).toThrow(
      expect.objectContaining({ code: "FILE_UNWRITABLE" }),
    );
  });

  it("makes folders level by level, and ends where the system can't make one", () => {
    ensureFolder(join(FOLDER, "a/b/c"));
    ensureFolder(join(FOLDER, "a/b/c"));
    expect(readdirSync(join(FOLDER, "a/b"))).toEqual(["c"]);
    const refused = expect.objectContaining({ code: "FILE_UNWRITABLE" });
    writeFileSync(join(FOLDER, "a/file"), "");
    for (const path of [join(FOLDER, "a/file"), join(FOLDER, "a/file/x/y")]) {
      expect(() => ensureFolder(path)).toThrow(refused);
    }
  });

  it.runIf(process.platform === "linux").each(["/proc/x", "/proc/x/y/z", "/sys/x/y", "/dev/null/x"])(
    "refuses %s at once, where the system's own recursion never ends",
    (path) => {
      expect(() => ensureFolder(path)).toThrow(expect.objectContaining({ code: "FILE_UNWRITABLE" }));
    },
  );

  it("is read back, and a file that is not there is undefined", () => {
    expect(readTextIfPresent(join(FOLDER, "nowhere"))).toBeUndefined();
  });
});

describe("fingerprints", () => {
  it("depend on values, not on the order of keys", () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[1,{"c":2,"d":1}]}');
    expect(fingerprint({ a: 1, b: 2 })).toBe(fingerprint({ b: 2, a: 1 }));
    expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: 2 }));
  });

  it("are SHA-256", () => {
    // FIPS 180-2, appendix B.1.
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
