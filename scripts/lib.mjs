/** @file What the scripts share: where the repository is, how a tool is run, and how source files are listed. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The JavaScript entry of an installed tool, so that no shell and no platform's shim is involved. */
export const TOOLS = {
  biome: join(ROOT, "node_modules/@biomejs/biome/bin/biome"),
  depcruise: join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
  knip: join(ROOT, "node_modules/knip/bin/knip.js"),
  oxlint: join(ROOT, "node_modules/oxlint/bin/oxlint"),
  tsc: join(ROOT, "node_modules/@typescript/native/bin/tsc"),
  vitest: join(ROOT, "node_modules/vitest/vitest.mjs"),
};

const plainly = (env) => ({ ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env });

/** Runs a tool with this Node and returns its exit code and whole output. */
export function runTool(tool, args, env = {}) {
  const done = spawnSync(process.execPath, [tool, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: plainly(env),
  });
  if (done.error) throw done.error;
  return { code: done.status ?? 1, stdout: done.stdout, stderr: done.stderr, output: done.stdout + done.stderr };
}

/** The same beside whatever else runs. */
export function runToolAside(tool, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tool, ...args], {
      cwd: ROOT,
      env: plainly(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
      const parts = [];
      stream.on("data", (part) => parts.push(part));
      return () => Buffer.concat(parts).toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ code: status ?? 1, stdout: stdout(), stderr: stderr(), output: stdout() + stderr() });
    });
  });
}

/** Paths below `folder` (relative to the root, with forward slashes) whose names pass the filter. */
export function listFiles(folder, filter) {
  const found = [];
  const walk = (relative) => {
    for (const entry of readdirSync(join(ROOT, relative), { withFileTypes: true })) {
      const path = `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && entry.name !== "dist") walk(path);
      } else if (filter(path)) found.push(path);
    }
  };
  walk(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

export function formatSeconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
