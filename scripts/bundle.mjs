/**
 * @file Puts src/ together for running: the programs and the public doors as files of dist/, what they share in
 * dist/chunks/. A command loads some ten files so instead of thirteen hundred, which is most of its start.
 *
 * A module goes on seeing the place that it would have as a file of its own: programs, papers and folders are found from
 * there. Libraries are packed along but for those that are native, large, or find their own files.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles, ROOT } from "./lib.mjs";

const SRC = join(ROOT, "src");
const DIST = join(ROOT, "dist");
const DOORS = ["cli/main", "index", "testing"];
const BESIDE = /new URL\(`\.\/([\w-]+)\$\{extname\(import\.meta\.url\)\}`/g;
const BY_NAME = /\bmodule: import\.meta\.url\b/;
const OUTSIDE = [
  "@duckdb/node-api",
  "apache-arrow",
  "bullmq",
  "bybit-api",
  "ccxt",
  "ioredis",
  "libsql",
  "onnxruntime-node",
];
/** A program that started before a build may still load what it has not needed so far. */
const KEEP_OLD_MS = 24 * 3_600_000;

const posix = (path) => path.split(sep).join("/");
const placeOf = (id) => `${posix(relative(SRC, id)).replace(/\.ts$/, "")}.js`;

/** The modules that another process starts or names: each stays a file of its own. */
export function programs() {
  const found = new Set(DOORS);
  for (const path of listFiles("src", (name) => name.endsWith(".ts") && !/\.test\.ts$|\/testing\//.test(name))) {
    const text = readFileSync(join(ROOT, path), "utf8");
    const name = path.slice("src/".length, -3);
    for (const [, beside] of text.matchAll(BESIDE)) found.add(posix(join(dirname(name), beside)));
    if (BY_NAME.test(text)) found.add(name);
  }
  return [...found].sort();
}

const ownPlace = {
  name: "own-place",
  transform(code, id) {
    if (!id.startsWith(SRC) || !code.includes("import.meta.")) return null;
    if (/import\.meta\.(?!url\b)/.test(code)) {
      throw new Error(`${posix(relative(ROOT, id))}: only import.meta.url is known where modules are put together`);
    }
    return { code: code.replaceAll("import.meta.url", `__placeOf__(${JSON.stringify(placeOf(id))})`), map: null };
  },
  renderChunk(code, chunk) {
    if (!code.includes("__placeOf__(")) return null;
    const up = "../".repeat(chunk.fileName.split("/").length - 1) || "./";
    return code.replace(/__placeOf__\("([^"]+)"\)/g, (_, place) => `new URL("${up}${place}", import.meta.url).href`);
  },
};

/** License texts of what is packed along: their terms ask for it. */
function writeNotices(ids, folder) {
  const packages = new Set();
  for (const id of ids) {
    const found = /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/.exec(id.replaceAll("\0", ""));
    if (found !== null) packages.add(found[1]);
  }
  const parts = [...packages]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? `License: ${license}` : readFileSync(join(path, file), "utf8").trim();
      return `${name} ${version}\n\n${text}\n`;
    });
  const head = "The programs in this folder hold code of these libraries.\n";
  writeFileSync(join(folder, "NOTICES.txt"), [head, ...parts].join(`\n${"-".repeat(80)}\n\n`));
}

function removeOld(written) {
  for (const path of listFiles("dist", (name) => /\.js(?:\.map)?$/.test(name))) {
    const file = join(ROOT, path);
    if (written.has(path.slice("dist/".length))) continue;
    const chunk = path.startsWith("dist/chunks/");
    if (!chunk || Date.now() - statSync(file).mtimeMs > KEEP_OLD_MS) rmSync(file, { force: true });
  }
}

/**
 * Puts `entries` (places in src/, without their ending) together in `folder`.
 * @returns paths of the files, below the folder
 */
export async function bundle(entries, folder) {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(entries.map((name) => [name, join(SRC, `${name}.ts`)])),
    platform: "node",
    external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [ownPlace],
    // No module of ours acts by being loaded: a verb takes what it uses of a room, and not the whole room.
    treeshake: { moduleSideEffects: (id) => !/[\\/]src[\\/].*\.ts$/.test(id) },
    logLevel: "silent",
  });
  try {
    const { output } = await build.write({
      dir: folder,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      keepNames: true,
    });
    writeNotices(
      output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : [])),
      folder,
    );
    return output.map((part) => part.fileName);
  } finally {
    await build.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    removeOld(new Set(await bundle(programs(), DIST)));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
