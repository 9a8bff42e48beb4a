import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const EXAMPLES = readdirSync(join(ROOT, "examples"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.replace(/\.ts$/, ""));

/** Runs a program to its end; what it prints, and its exit code. */
function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(command, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

const node = (args: readonly string[], cwd: string): ReturnType<typeof run> => run(process.execPath, args, cwd);

let project = "";

/** A project that has the packed package installed, beside the dependencies of this checkout. */
beforeAll(async () => {
  const build = pathToFileURL(join(ROOT, "scripts/build.mjs")).href;
  const types = `import { declareTypes } from "${build}"; process.stderr.write(declareTypes());`;
  const declared = await node(["--input-type=module", "--eval", types], ROOT);
  if (declared.output !== "") throw new Error(declared.output);
  project = mkdtempSync(join(tmpdir(), "tidemark-package-"));
  const packed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], ROOT);
  if (packed.code !== 0) throw new Error(packed.output);
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "tidemark"), { recursive: true });
  const unpacked = await run("tar", ["-xzf", tarball, "-C", "node_modules/tidemark", "--strip-components=1"], project);
  if (unpacked.code !== 0) throw new Error(unpacked.output);
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "junction");
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", type: "module" }));
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

describe("the packed package, installed in a project of somebody else", () => {
  it("has its version and its command line", async () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(await node(["node_modules/tidemark/bin/tidemark.mjs", "--version"], project)).toEqual({
      code: 0,
      output: `${manifest.version}\n`,
    });
  });

  it("keeps what is behind its doors closed", async () => {
    const deep = await node(["--input-type=module", "-e", 'await import("tidemark/dist/evaluate/index.js")'], project);
    expect(deep.output).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  it("gives types that a strict program compiles against, its own declarations checked too", async () => {
    for (const name of EXAMPLES) {
      writeFileSync(join(project, `${name}.ts`), readFileSync(join(ROOT, "examples", `${name}.ts`)));
    }
    writeFileSync(join(project, "wrong.ts"), WRONG);
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: { strict: true, noEmit: true, module: "nodenext", target: "es2023", types: ["node"] },
        include: ["*.ts"],
      }),
    );
    const tsc = join(ROOT, "node_modules/@typescript/native/bin/tsc");
    const { output } = await node([tsc, "-p", "tsconfig.json"], project);
    const complaints = output.split("\n").filter((line) => line.includes("error TS"));
    const places = complaints.map((line) => /^([^(]+)\((\d+),/.exec(line)?.slice(1, 3).join(":"));
    expect([...new Set(places)], output).toEqual(WRONG_LINES);
  });

  it.each(EXAMPLES)("runs the example %s", async (name) => {
    const source = readFileSync(join(ROOT, "examples", `${name}.ts`), "utf8");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
    });
    writeFileSync(join(project, `${name}.mjs`), outputText);
    const { code, output } = await node([`${name}.mjs`], project);
    expect(code, output).toBe(0);
    expect(output).toMatch(SAID[name]);
  });
});

/** What each example shows when it works. */
const SAID: Readonly<Record<string, RegExp>> = {
  "own-strategy": /^breakout 48: [1-9]\d* trades, Sharpe ratio -?\d+\.\d\d\nbuy-and-hold: [\s\S]*after costs/,
  "own-feature": /^middle24\.distance \(final after 23 bars\): -?[01]\.\d{3}\. Where the close lies/,
  // Two starts, three and two steps from the end.
  "own-environment": /8192 steps: 0\.9[67]\d an episode/,
};

/** Uses that the types must refuse, each in a line of its own. */
const WRONG = `import { backtest, type Policy, registerFeature, syntheticTape, type VectorEnv } from "tidemark";
export const tape = syntheticTape({ seed: 1, bars: "many" });
export const policy: Policy = { name: "none", reset() {} };
export const env: VectorEnv = { shape: { symbols: 1, marketFeatures: 0, accountFeatures: 1 } };
registerFeature({ pattern: "own#" });
export const result: number = backtest({});
`;
const WRONG_LINES = ["wrong.ts:2", "wrong.ts:3", "wrong.ts:4", "wrong.ts:5", "wrong.ts:6"];
