/**
 * @file Completes package-lock.json after a dependency was added on a machine whose registry does not carry every
 * platform's binaries: npm leaves those optional packages out of the lock, and `npm ci` then refuses it on every machine.
 * Each missing entry is written with its exact version and with the platform that its name tells, so that npm skips it
 * elsewhere and fetches it there. `--check` only tells what is missing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib.mjs";

const PATH = join(ROOT, "package-lock.json");
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "x64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x"];

/** The platform in a name such as "@oxlint/binding-linux-arm-musleabihf"; undefined where it names none. */
function platformOf(name) {
  const words = name.split("/").at(-1).split(/[-.]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  return { os: [os], cpu: [cpu], ...(os === "linux" ? { libc: [libc] } : {}) };
}

/** Where Node would find `name` from the package at `from`; undefined where the lock has it nowhere. */
function located(packages, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1))) {
    const path = `${base === "" ? "" : `${base}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (base === "") return undefined;
  }
}

const lock = JSON.parse(readFileSync(PATH, "utf8"));
const missing = Object.entries(lock.packages).flatMap(([from, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => located(lock.packages, from, name) === undefined)
    .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
);
const unclear = missing.filter(({ name, version }) => platformOf(name) === undefined || !/^\d/.test(version));
if (unclear.length > 0) {
  process.stderr.write(`These need a hand: ${unclear.map(({ name, version }) => `${name}@${version}`).join(", ")}\n`);
  process.exit(1);
}
if (process.argv.includes("--check")) {
  process.stdout.write(
    missing.length === 0
      ? `${Object.keys(lock.packages).length} packages are locked for every platform\n`
      : `missing: ${missing.map(({ name }) => name).join(", ")}\n`,
  );
  process.exitCode = missing.length === 0 ? 0 : 1;
} else {
  for (const { name, version, dev } of missing) {
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true };
  }
  const entries = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(PATH, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  process.stdout.write(`${missing.length} entries were added to package-lock.json\n`);
}
