import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { NIGHTLY } from "../../src/core/testing/nightly.ts";
import { commandLine, temporaryFolder } from "./cli.ts";

const ROOT = resolve(import.meta.dirname, "../..");

function shell(script: string, cwd: string, path: string): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const env = { ...process.env, PATH: [path, process.env["PATH"]].join(delimiter) };
    execFile("sh", ["-e", "-c", script], { cwd, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

/** A block that asks the program alone is run within this process; a shell runs what else is written. */
async function run(block: string, cwd: string, path: string): Promise<{ code: number | null; output: string }> {
  const lines = block.trim().split("\n");
  if (!lines.every((line) => /^npx tidemark [\w./ -]+$/.test(line))) return shell(block, cwd, path);
  let output = "";
  for (const line of lines) {
    const { code, stdout, stderr } = await commandLine(line.split(" ").slice(2), { cwd });
    output += stdout + stderr;
    if (code !== 0) return { code, output };
  }
  return { code: 0, output };
}

describe.skipIf(process.platform === "win32")("the tutorial", () => {
  it("runs as it is written (its training in full at night), from a file of candles to a verdict", async () => {
    using folder = temporaryFolder();
    const bin = join(folder.path, "bin");
    mkdirSync(bin);
    const npx = join(bin, "npx");
    writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, "bin/tidemark.mjs")}" "$@"\n`);
    chmodSync(npx, 0o755);
    const text = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");
    expect(text).toContain("--steps 30000");
    const short = NIGHTLY ? text : text.replace("--steps 30000", "--steps 4096");
    const blocks = [...short.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(5);
    const outputs: string[] = [];
    for (const block of blocks) {
      const { code, output } = await run(block, folder.path, bin);
      expect(code, `${block}\n${output}`).toBe(0);
      outputs.push(output);
    }
    const all = outputs.join("\n");
    expect(all).toContain("1 set can be used.");
    expect(all).toContain("tutorial/1 in models/tutorial/1");
    expect(all, "a verdict in words").toMatch(/^It (?:made|lost|did not)/m);
  });
});
