/** @file What is mutated, and by whose tests it is judged: a mutant of a room has to fall to the tests of that room. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles, ROOT } from "../lib.mjs";
import { instrument } from "./mutators.mjs";

const ROOMS = {
  exchange: { source: ["src/exchange"], tests: ["src/exchange"] },
  portfolio: { source: ["src/portfolio"], tests: ["src/portfolio"] },
  risk: { source: ["src/risk"], tests: ["src/risk"] },
  statistics: { source: ["src/evaluate/statistics"], tests: ["src/evaluate/statistics"] },
  trade: { source: ["src/trade/engine"], tests: ["src/trade/engine", "src/trade/session", "src/trade/simulation"] },
  ppo: { source: ["src/learn/ppo"], tests: ["src/learn/ppo"] },
};

export const ROOM_NAMES = Object.keys(ROOMS);

const isSource = (path) => path.endsWith(".ts") && !/\.test\.ts$|\/testing\/|\/(?:index|choices)\.ts$/.test(path);
const isTest = (path) => path.endsWith(".test.ts") && !path.endsWith(".slow.test.ts");

/** Every mutant of a room, numbered through its files; each knows its file and an identity that outlives moved lines. */
export function mutantsOf(room) {
  const { source, tests } = ROOMS[room];
  const files = source
    .flatMap((folder) => listFiles(folder, isSource))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
  const mutants = [];
  const bases = {};
  for (const { path, text } of files) {
    bases[path] = mutants.length;
    const seen = new Map();
    for (const mutant of instrument(path, text).mutants) {
      const what = `${path} | ${mutant.text} | ${mutant.before} | ${mutant.what}`;
      const nth = (seen.get(what) ?? 0) + 1;
      seen.set(what, nth);
      mutants.push({
        ...mutant,
        id: bases[path] + mutant.index,
        site: bases[path] + mutant.site,
        path,
        identity: nth === 1 ? what : `${what} | ${nth}`,
      });
    }
  }
  return { room, files, mutants, bases, tests: tests.flatMap((folder) => listFiles(folder, isTest)) };
}
