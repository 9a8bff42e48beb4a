/**
 * @file `npm run mutation`: single faults are planted in the rooms where money is counted, and the room's own tests have to
 * notice. Prints a score for each room and every mutant that survived.
 *
 *   npm run mutation                       a seeded sample of each room, in minutes
 *   npm run mutation -- exchange risk      these rooms only
 *   npm run mutation -- --full             every mutant; goes on where it was stopped
 *
 * `--sample N` mutants of a room, `--seed N` of the sample, `--jobs N` processes side by side, `--least N` percent that have
 * to die, `--fresh` forgets what earlier runs found. What was found is kept in .mutation/ and holds as long as the mutated
 * file and the killing tests stay as they are. Mutants that change nothing that can be seen are listed with their reason in
 * scripts/mutation/equivalent.json.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatSeconds, ROOT, TOOLS } from "./lib.mjs";
import { mutantsOf, ROOM_NAMES } from "./mutation/rooms.mjs";

const SAMPLE = 60;
const STATE = join(ROOT, ".mutation");
const EQUIVALENT = join(ROOT, "scripts/mutation/equivalent.json");

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    sample: { type: "string", default: String(SAMPLE) },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    least: { type: "string", default: "0" },
  },
});
const unknown = positionals.find((name) => !ROOM_NAMES.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no room "${unknown}" to mutate. Rooms: ${ROOM_NAMES.join(", ")}.\n`);
  process.exit(2);
}

const sha = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
const shaOfFile = (path) => (existsSync(join(ROOT, path)) ? sha(readFileSync(join(ROOT, path))) : "");

/** A sample that a seed decides: the mutants with the smallest hashes. */
function chosen(mutants) {
  if (options.full) return mutants;
  const rank = new Map(mutants.map((mutant) => [mutant, sha(`${options.seed} ${mutant.identity}`)]));
  return [...mutants].sort((a, b) => (rank.get(a) < rank.get(b) ? -1 : 1)).slice(0, Number(options.sample));
}

function readState(room) {
  const path = join(STATE, `${room}.json`);
  return options.fresh || !existsSync(path) ? {} : JSON.parse(readFileSync(path, "utf8"));
}

/** Runs vitest over the room's tests; resolves with its exit code and output. */
function runVitest(planFile, mutant) {
  return new Promise((done) => {
    const env = { ...process.env, NO_COLOR: "1", TIDEMARK_MUTATION: planFile, TIDEMARK_TEST_SEED: "1" };
    if (mutant !== undefined) env.TIDEMARK_MUTANT = String(mutant);
    const args = [TOOLS.vitest, "run", "--config", join(ROOT, "scripts/mutation/vitest.config.mjs")];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("close", (code) => done({ code, output }));
  });
}

const readLines = (path) =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

/**
 * What becomes of the wanted mutants: a map from number to { status, file, test }. A process that a mutant brings down is
 * started again without it.
 */
async function judge(room, wanted, folder, tell) {
  const verdicts = new Map();
  let left = wanted;
  const results = join(folder, "results.jsonl");
  const planFile = join(folder, "plan.json");
  const { bases, tests, mutants } = room;
  const plan = { bases, tests, results, count: mutants.length, sites: mutants.map(({ site }) => site) };
  const write = (ids) => writeFileSync(planFile, JSON.stringify({ ...plan, wanted: ids }));
  for (;;) {
    rmSync(results, { force: true });
    write(left);
    const { code, output } = await runVitest(planFile);
    const entries = readLines(results);
    const finished = entries.filter(({ done }) => done).length === tests.length;
    // Judged in a process of its own: what ran while a file was loaded and in no test, and what left something behind.
    const alone = new Set();
    const tried = new Set();
    let last;
    for (const entry of entries.filter(({ done }) => !done)) {
      if (entry.status === "killed") verdicts.set(entry.id, entry);
      else if (entry.status === "tried") tried.add((last = entry).id);
    }
    for (const { id, status } of entries) {
      if (status === "alone" || (status === "outside" && !tried.has(id))) alone.add(id);
    }
    if (finished && code !== 0 && !/left something behind/.test(output)) {
      throw new Error(`the tests of ${room.room} fail without a mutant:\n${output.slice(-3_000)}`);
    }
    if (!finished && last === undefined) throw new Error(`no test ran:\n${output.slice(-3_000)}`);
    if (!finished) verdicts.set(last.id, { ...last, status: "killed", why: "brought the process down" });
    left = left.filter((id) => !verdicts.has(id));
    if (!finished) continue;
    for (const id of left.filter((mutant) => alone.has(mutant))) {
      tell(verdicts.size);
      write([id]);
      const { code: exit } = await runVitest(planFile, id);
      verdicts.set(id, { id, status: exit === 0 ? "survived" : "killed", why: "in a process of its own" });
    }
    for (const id of left) if (!verdicts.has(id)) verdicts.set(id, { id, status: "survived" });
    return verdicts;
  }
}

const equivalent = existsSync(EQUIVALENT) ? JSON.parse(readFileSync(EQUIVALENT, "utf8")) : {};
const begun = Date.now();
const scores = [];
let stale = Object.keys(equivalent);
mkdirSync(STATE, { recursive: true });
for (const name of positionals.length > 0 ? positionals : ROOM_NAMES) {
  const room = mutantsOf(name);
  const known = new Set(room.mutants.map(({ identity }) => identity));
  stale = stale.filter(
    (identity) => !known.has(identity) && room.files.some(({ path }) => identity.startsWith(`${path} |`)),
  );
  const counted = room.mutants.filter(({ identity }) => !Object.hasOwn(equivalent, identity));
  const sample = chosen(counted);
  const state = readState(name);
  const sources = Object.fromEntries(room.files.map(({ path, text }) => [path, sha(text)]));
  const testsSha = sha(room.tests.map(shaOfFile).join(" "));
  const holds = ({ status, source, tests, file, fileSha }, path) =>
    source === sources[path] &&
    (status === "killed" && file !== undefined ? shaOfFile(file) === fileSha : tests === testsSha);
  const decided = (mutant) => state[mutant.identity] !== undefined && holds(state[mutant.identity], mutant.path);
  const pending = sample.filter((mutant) => !decided(mutant)).map(({ id }) => id);
  const tell = (done) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${name}: ${sample.length - pending.length + done} of ${sample.length} \u001B[K`);
  };
  const jobs = Math.max(1, Number(options.jobs));
  // Small portions, so that what is stopped has lost little.
  const portion = Math.max(20, Math.ceil(pending.length / (jobs * 8)));
  const portions = [];
  for (let i = 0; i < pending.length; i += portion) portions.push(pending.slice(i, i + portion));
  let done = 0;
  const work = async () => {
    for (let next = portions.shift(); next !== undefined; next = portions.shift()) {
      const folder = mkdtempSync(join(tmpdir(), "tidemark-mutation-"));
      try {
        const verdicts = await judge(room, next, folder, (n) => tell(done + n));
        for (const [id, { status, why, file, test }] of verdicts) {
          const { identity, path } = room.mutants[id];
          const killer = file === undefined || status !== "killed" ? {} : { file, fileSha: shaOfFile(file), test };
          state[identity] = { status, why, source: sources[path], tests: testsSha, ...killer };
        }
        done += next.length;
        tell(done);
        writeFileSync(join(STATE, `${name}.json`), JSON.stringify(state, undefined, 1));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  const survivors = sample.filter(({ identity }) => state[identity].status !== "killed");
  const killed = sample.length - survivors.length;
  scores.push({
    name,
    killed,
    count: sample.length,
    all: counted.length,
    equivalent: room.mutants.length - counted.length,
  });
  for (const { path, line, column, before, what } of survivors) {
    const short = before.replaceAll(/\s+/g, " ").slice(0, 70);
    process.stdout.write(`survived  ${path}:${line}:${column}  ${what}  in  ${short}\n`);
  }
}

process.stdout.write(`\n${"room".padEnd(12)} killed      of   score  mutants in all  listed as equivalent\n`);
for (const { name, killed, count, all, equivalent: same } of scores) {
  const score = count === 0 ? "" : `${((100 * killed) / count).toFixed(1)} %`;
  const columns = [
    String(killed).padStart(6),
    String(count).padStart(7),
    score.padStart(8),
    String(all).padStart(15),
    String(same).padStart(21),
  ];
  process.stdout.write(`${name.padEnd(12)} ${columns.join(" ")}\n`);
}
const how = options.full ? "every mutant" : `a sample of at most ${options.sample} a room, seed ${options.seed}`;
process.stdout.write(`${how}, ${formatSeconds(Date.now() - begun)}\n`);
if (stale.length > 0) process.stdout.write(`listed as equivalent, but no mutant any more:\n${stale.join("\n")}\n`);
const worst = Math.min(...scores.map(({ killed, count }) => (count === 0 ? 100 : (100 * killed) / count)));
process.exitCode = worst < Number(options.least) || stale.length > 0 ? 1 : 0;
