/** @file Labelled headlines from a file: CSV, plain or gzipped, with the columns text and label. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { systemCode, TidemarkError, toError } from "../core/index.ts";
import type { LabelledText } from "./linear/linear-scorer.ts";
import type { Mood } from "./score.ts";

const LABELS: Readonly<Record<string, Mood>> = {
  bearish: "bearish",
  negative: "bearish",
  bullish: "bullish",
  positive: "bullish",
  neutral: "neutral",
};
/** Numbers as the data set that most people have writes them. */
const NUMBERED: Readonly<Record<string, Mood>> = { "0": "bearish", "1": "bullish", "2": "neutral" };

/** Throws DATA_MISSING or DATA_FORMAT with the line that can't be read. */
export function readLabelled(path: string): LabelledText[] {
  const records = csvRecords(readText(path));
  const [header, ...rows] = records;
  const names = (header?.fields ?? []).map((name) => name.trim().toLowerCase());
  const text = names.indexOf("text");
  const label = names.indexOf("label");
  if (text < 0 || label < 0) {
    throw format(path, 1, `its header is "${names.join(", ")}"`, 'Give a file whose header names "text" and "label".');
  }
  return rows.map(({ line, fields }) => {
    const told = (fields[label] ?? "").trim().toLowerCase();
    const mood = LABELS[told] ?? NUMBERED[told];
    if (mood !== undefined) return { text: fields[text] ?? "", mood };
    throw format(
      path,
      line,
      `"${told}" is no mood`,
      "Write bearish, neutral or bullish; or 0 for bearish, 1 for bullish and 2 for neutral.",
    );
  });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (packed ? gunzipSync(bytes) : bytes).toString("utf8").replace(/^\uFEFF/, "");
  } catch (thrown) {
    throw new TidemarkError("DATA_MISSING", {
      what: systemCode(thrown) === "ENOENT" ? "There is no such file" : toError(thrown).message,
      where: path,
      fix: "Check the path.",
    });
  }
}

function format(path: string, line: number, what: string, fix: string): TidemarkError {
  return new TidemarkError("DATA_FORMAT", { what: `The file can't be read: ${what}`, where: `${path}:${line}`, fix });
}

type Entry = { readonly line: number; readonly fields: string[] };

/** RFC 4180: quotes are doubled inside quotes, which may hold line breaks. Empty lines are left out. */
function csvRecords(text: string): Entry[] {
  const records: Entry[] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = (): void => {
    fields.push(field);
    if (fields.length > 1 || field !== "") records.push({ line: begun, fields });
    fields = [];
    field = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\n") line++;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"' && field === "") quoted = true;
    else if (c === ",") {
      fields.push(field);
      field = "";
    } else if (c === "\n") {
      end();
      begun = line;
    } else if (c !== "\r") field += c;
  }
  end();
  return records;
}
