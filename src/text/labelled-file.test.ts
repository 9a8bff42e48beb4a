import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readLabelled } from "./labelled-file.ts";
import { linearTextScorer, trainLinearText } from "./linear/linear-scorer.ts";
import { measureMoods } from "./measure.ts";
import { scoreByRules } from "./rules/rules.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-text-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));
const SHARED = resolve(import.meta.dirname, "../../../shared/data/alternative");

function file(text: string | Uint8Array): string {
  const path = join(FOLDER, "labelled.csv");
  writeFileSync(path, text);
  return path;
}

describe("labelled headlines", () => {
  const text = 'label,text\r\n1,"He said ""buy"", twice"\r\n\r\nnegative,"two\nlines"\r\n2,plain\r\n';

  it.each([
    ["plain", text],
    ["gzipped", gzipSync(text)],
    ["with a mark at the front", `\uFEFF${text}`],
  ])("are read as CSV, %s", (_, content) => {
    expect(readLabelled(file(content))).toEqual([
      { text: 'He said "buy", twice', mood: "bullish" },
      { text: "two\nlines", mood: "bearish" },
      { text: "plain", mood: "neutral" },
    ]);
  });

  it("are refused with the line that can't be read", () => {
    expect(() => readLabelled(file("text,label\na,0\nb,7\n"))).toThrow(/"7" is no mood/);
    expect(() => readLabelled(file("headline,score\na,0\n"))).toThrow("header");
    expect(() => readLabelled(join(FOLDER, "none.csv"))).toThrow("no such file");
  });
});

// Twitter Financial News Sentiment, labelled by hand, where the data are present.
describe.skipIf(!existsSync(SHARED))("on labelled headlines of others (needs ../shared/data/alternative)", () => {
  const test = existsSync(SHARED) ? readLabelled(join(SHARED, "headlines-test.csv.gz")) : [];
  const labels = test.map(({ mood }) => mood);

  it("rules reach a macro-F1 of 0.64 and the linear model one of 0.76", () => {
    expect(test).toHaveLength(2388);
    const byRules = measureMoods(
      test.map((row) => scoreByRules(row.text).mood),
      labels,
    );
    expect(byRules.macroF1).toBeGreaterThan(0.64);
    const scorer = linearTextScorer(trainLinearText(readLabelled(join(SHARED, "headlines-train.csv.gz"))));
    const linear = measureMoods(
      test.map((row) => scorer.score(row.text).mood),
      labels,
    );
    expect(linear.macroF1).toBeGreaterThan(0.76);
  });
});
