import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bagOfWordsModel } from "../../compute/testing/bag-of-words.ts";
import { TransformerScorer } from "./transformer-scorer.ts";
import { basicTokens, WordPiece } from "./word-piece.ts";

const PIECES = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "un",
  "##aff",
  "##able",
  "aff",
  "want",
  "##want",
  "##ed",
  "wa",
  "runn",
  "##ing",
  ",",
  "low",
  "lowest",
  "profit",
  "rose",
  "jumped",
  "loss",
  "plunged",
  "beat",
  "cut",
  "warning",
  ".",
];

describe("WordPiece", () => {
  const tokens = new WordPiece(PIECES.join("\n"));

  it.each([
    // The example of the paper's reference code.
    ["UNwant\u00E9d,running", ["un", "##want", "##ed", ",", "runn", "##ing"]],
    ["unaffable", ["un", "##aff", "##able"]],
    ["lowest", ["lowest"]],
    ["unwantedX running", ["[UNK]", "runn", "##ing"]],
    ["", []],
    ["a".repeat(101), ["[UNK]"]],
  ])("splits %j", (text, wanted) => {
    expect(tokens.encode(text).pieces).toEqual(["[CLS]", ...wanted, "[SEP]"]);
  });

  it("keeps its end when it cuts a long text", () => {
    const { pieces, ids } = tokens.encode("low ".repeat(600), 16);
    expect(pieces).toHaveLength(16);
    expect(pieces.at(-1)).toBe("[SEP]");
    expect(ids.slice(0, 2)).toEqual([2, 15]);
  });

  it("splits at every sign and around CJK letters, without controls and accents", () => {
    expect(basicTokens(" \tHeLLo!how  \n Are yoU?\u0000 ")).toEqual(["hello", "!", "how", "are", "you", "?"]);
    expect(basicTokens("ah\u535A\u63A8zz")).toEqual(["ah", "\u535A", "\u63A8", "zz"]);
    expect(basicTokens("na\u00EFve co$t_x")).toEqual(["naive", "co", "$", "t", "_", "x"]);
  });

  it("refuses a vocabulary without its special pieces", () => {
    expect(() => new WordPiece("a\nb")).toThrow("[PAD]");
  });
});

describe("a transformer of the user's", () => {
  const root = mkdtempSync(join(tmpdir(), "tidemark-bert-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Positive words lift output `good`, negative ones output `bad`. */
  function write(good: number, bad: number, config: object): string {
    const table = new Float32Array(PIECES.length * 3);
    for (const word of ["profit", "rose", "jumped", "beat"]) table[PIECES.indexOf(word) * 3 + good] = 30;
    for (const word of ["loss", "plunged", "cut", "warning"]) table[PIECES.indexOf(word) * 3 + bad] = 40;
    const folder = mkdtempSync(join(root, "model-"));
    writeFileSync(join(folder, "model.onnx"), bagOfWordsModel(table, 3));
    writeFileSync(join(folder, "vocab.txt"), `${PIECES.join("\n")}\n`);
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    return folder;
  }

  it("is read by the labels that it names itself, in any order", async () => {
    for (const [good, bad, labels] of [
      [0, 1, ["positive", "negative", "neutral"]],
      [1, 2, ["neutral", "Positive", "Negative"]],
      [1, 0, ["Bearish", "Bullish", "Neutral"]],
    ] as const) {
      const scorer = await TransformerScorer.open(write(good, bad, { id2label: Object.fromEntries(labels.entries()) }));
      const up = await scorer.score("profit rose");
      const down = await scorer.score("shares plunged https://t.co/x");
      await scorer.release();
      expect(up.mood).toBe("bullish");
      expect(up.score).toBeGreaterThan(0.5);
      expect(down.mood).toBe("bearish");
      expect(down.score).toBeLessThan(-0.5);
    }
  });

  it("is refused without labels, with labels of another model, and without its files", async () => {
    await expect(TransformerScorer.open(write(0, 1, {}))).rejects.toThrow("which output");
    const wrong = write(0, 1, { id2label: { 0: "negative", 1: "positive", 2: "neutral" } });
    await expect(TransformerScorer.open(wrong)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
    await expect(TransformerScorer.open(join(root, "none"))).rejects.toMatchObject({ code: "MODEL_MISSING" });
  });
});
