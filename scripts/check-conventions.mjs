/**
 * @file The house's own conventions, checked over every source file: time and chance only through their doors, file
 * length, unfinished work, default exports, hidden characters, and an error catalog that is used and documented.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles, ROOT } from "./lib.mjs";

const MAX_LINES = 500;
/** A check that saw next to nothing has not checked anything. */
const LEAST_FILES = 60;

const isTest = (path) => /\.test\.tsx?$|\/testing\/|^test\//.test(path);
const isRoom = (path) => /^(?:web\/)?src\//.test(path) && !isTest(path);
/** The doors to time: of the program and of the page. */
const CLOCKS = ["src/core/clock.ts", "web/src/lib/clock.ts"];

/** Patterns that must not occur, where they are looked for, and why. */
export const RULES = [
  { pattern: /\bDate\.now\s*\(/, except: CLOCKS, in: isRoom, why: "time comes through core/clock" },
  { pattern: /\bnew Date\s*\(\s*\)/, except: CLOCKS, in: isRoom, why: "time comes through core/clock" },
  {
    pattern: /\bperformance\.now\s*\(|\bhrtime\b/,
    except: CLOCKS,
    in: isRoom,
    why: "time comes through core/clock",
  },
  {
    pattern: /\b(?:setTimeout|setInterval)\s*\(/,
    except: CLOCKS,
    in: isRoom,
    why: "time comes through core/clock",
  },
  { pattern: /\bMath\.random\s*\(/, except: [], in: () => true, why: "chance comes through core/random" },
  {
    pattern: /\brandom(?:Bytes|UUID|Int)\b|\bgetRandomValues\b/,
    except: ["src/core/random.ts", "web/src/lib/random.ts"],
    in: isRoom,
    why: "chance comes through core/random",
  },
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, except: [], in: () => true, why: "unfinished work belongs in the tracker" },
  {
    pattern: /^export default\b/,
    except: [],
    in: (path) => /\.tsx?$/.test(path) && !path.endsWith(".config.ts"),
    why: "exports are named",
  },
  {
    pattern: /@ts-(?:ignore|nocheck|expect-error)/,
    except: [],
    in: () => true,
    why: "the type checker is not switched off",
  },
  {
    pattern: /^\s*\},\s*[\d_]{4,}\);|^\s*(?:it|test)\(.*\{ timeout: |\b(?:testTimeout|hookTimeout)\b/,
    except: [],
    in: isTest,
    why: "a test has no time limit of its own: a busy machine is a slow one, not a broken one",
  },
  { pattern: /\b(?:it|test|describe)\.only\b/, except: [], in: isTest, why: "the whole suite runs" },
];

/** Letters outside Latin and Greek, and characters that can't be seen. */
const HIDDEN = /\p{Default_Ignorable_Code_Point}/u;
/** Files of vendors name their columns and months in the languages of their readers. */
const VENDORS_WORDS = "src/market/sources/csv/";
const FOREIGN = /(?=\p{Letter})[^\p{Script=Latin}\p{Script=Greek}\p{Script=Common}]/u;

/** Complaints about one file's text, as "path:line: why". */
export function complaintsAbout(path, text) {
  const lines = text.split("\n");
  const complaints = [];
  if (lines.length > MAX_LINES + 1) complaints.push(`${path}: ${lines.length} lines; split it (at most ${MAX_LINES})`);
  const rules = RULES.filter((rule) => rule.in(path) && !rule.except.includes(path));
  for (const [index, line] of lines.entries()) {
    const at = `${path}:${index + 1}`;
    for (const rule of rules) if (rule.pattern.test(line)) complaints.push(`${at}: ${rule.why}: ${line.trim()}`);
    if (HIDDEN.test(line)) complaints.push(`${at}: a character that can't be seen`);
    else if (FOREIGN.test(line) && !path.startsWith(VENDORS_WORDS))
      complaints.push(`${at}: a letter of another script`);
  }
  return complaints;
}

/** Codes of the catalog, from its source. */
function catalogCodes(text) {
  const body = /const CATALOG = \{([\s\S]*?)\n\} as const/.exec(text)?.[1] ?? "";
  return [...body.matchAll(/^\s+([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
}

/** Every code is thrown somewhere, and explained in docs/errors.md. */
function catalogComplaints(texts) {
  const codes = catalogCodes(texts.get("src/core/errors.ts") ?? "");
  if (codes.length === 0) return ["src/core/errors.ts: no error codes were found"];
  const elsewhere = [...texts]
    .filter(([path]) => isRoom(path) && path !== "src/core/errors.ts")
    .map(([, text]) => text);
  const handbook = join(ROOT, "docs/errors.md");
  const documentation = existsSync(handbook) ? readFileSync(handbook, "utf8") : "";
  return codes.flatMap((code) => [
    ...(code === "INVARIANT" || elsewhere.some((text) => text.includes(`"${code}"`))
      ? []
      : [`error code ${code} is never used`]),
    ...(documentation.includes(`\`${code}\``) ? [] : [`error code ${code} is not documented in docs/errors.md`]),
  ]);
}

/** Links of the documents to files of the repository lead somewhere. */
function linkComplaints() {
  const documents = [...readdirSync(ROOT), ...listFiles("docs", () => true), ...listFiles("bench", () => true)].filter(
    (path) => path.endsWith(".md"),
  );
  return documents.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]);
    return targets
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(path), target)))
      .map((target) => `${path}: the link to ${target} leads nowhere`);
  });
}

export function checkConventions() {
  const folders = ["src", "test", "bench", "bin", "scripts", "web"].filter((folder) => existsSync(join(ROOT, folder)));
  const paths = folders
    .flatMap((folder) => listFiles(folder, (path) => /\.(?:tsx?|mjs|cjs|css)$/.test(path)))
    // The patterns themselves would be found.
    .filter((path) => path !== "scripts/check-conventions.mjs");
  const texts = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
  const complaints = [...texts].flatMap(([path, text]) => complaintsAbout(path, text));
  complaints.push(...catalogComplaints(texts), ...linkComplaints());
  if (paths.length < LEAST_FILES)
    complaints.push(`only ${paths.length} files were seen, at least ${LEAST_FILES} exist`);
  return { files: paths.length, complaints };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { files, complaints } = checkConventions();
  process.stdout.write(
    complaints.length > 0 ? `${complaints.join("\n")}\n` : `${files} files follow the conventions\n`,
  );
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
