/** @file What is wrong with a configuration, told as: the key and its value, the line, what is allowed instead. */
import type { z } from "zod";
import { nearestName, TidemarkError } from "../../core/index.ts";
import { allowedText, schemaAt } from "./json-schema.ts";

export type ConfigSource = {
  /** The file's name as the user knows it. */
  readonly shown: string;
  /** Lines of the keys in the file. */
  readonly lines: ReadonlyMap<string, number>;
  /** Keys that a flag or an environment variable has set, with its name. */
  readonly flags: ReadonlyMap<string, string>;
};

export type Problem = {
  code: "CONFIG_UNKNOWN_KEY" | "CONFIG_VALUE";
  what: string;
  where: string;
  line: number;
  fix: string;
};

type Path = ReadonlyArray<string | number>;

function dotted(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

/** The place where the user set the key, or the nearest table around it. */
export function placeOf(path: Path, source: ConfigSource): { where: string; line: number } {
  const keys = path.filter((part): part is string => typeof part === "string");
  for (let n = keys.length; n > 0; n--) {
    const key = keys.slice(0, n).join(".");
    const flag = source.flags.get(key) ?? [...source.flags].find(([set]) => set.startsWith(`${key}.`))?.[1];
    if (flag !== undefined) return { where: flag, line: 0 };
    const line = source.lines.get(key);
    if (line !== undefined) return { where: `${source.shown}:${line}`, line };
  }
  return { where: source.shown, line: 0 };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}

function unknownKey(path: Path, key: string, source: ConfigSource): Problem {
  const known = Object.keys(schemaAt(path)?.properties ?? {});
  const guess = nearestName(key, known);
  const section = path.length === 0 ? "the top level" : `[${dotted(path)}]`;
  return {
    code: "CONFIG_UNKNOWN_KEY",
    what: `There is no key "${key}" in ${section}`,
    ...placeOf([...path, key], source),
    fix: guess === undefined ? `Known keys: ${known.join(", ")}.` : `Did you mean "${guess}"?`,
  };
}

function badValue(issue: z.core.$ZodIssue, path: Path, root: unknown, source: ConfigSource): Problem {
  const node = schemaAt(path);
  const value = valueAt(root, path);
  const own = issue.code === "invalid_format" ? `: expected ${issue.message}` : "";
  const choices = (node?.enum ?? []).filter((choice): choice is string => typeof choice === "string");
  const guess = typeof value === "string" ? nearestName(value, choices) : undefined;
  const allowed = issue.code === "custom" ? issue.message : node === undefined ? undefined : allowedText(node);
  return {
    code: "CONFIG_VALUE",
    what: `"${dotted(path)}" can't be ${JSON.stringify(value) ?? "absent"}${own}`,
    ...placeOf(path, source),
    fix: `${guess === undefined ? "" : `Did you mean "${guess}"? `}${allowed === undefined ? `${issue.message}.` : `Allowed: ${allowed}.`}`,
  };
}

/** The problems of a parse as one error. */
export function configProblems(
  issues: readonly z.core.$ZodIssue[],
  root: unknown,
  source: ConfigSource,
): TidemarkError {
  return problemsError(
    issues.flatMap((issue): Problem[] => {
      const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
      return issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(path, key, source))
        : [badValue(issue, path, root, source)];
    }),
  );
}

/** The first problem in the file's order as an error; the others are listed with it. */
export function problemsError(problems: readonly Problem[]): TidemarkError {
  const [first, ...others] = [...problems].sort((a, b) => a.line - b.line);
  const also = others.map((problem) => `\n  also ${problem.where}: ${problem.what}. ${problem.fix}`);
  return new TidemarkError(first.code, { what: first.what, where: first.where, fix: first.fix + also.join("") });
}
