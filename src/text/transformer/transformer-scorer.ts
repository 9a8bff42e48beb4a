/**
 * @file A BERT-shaped classifier of moods that the user has weights of, such as FinBERT: `model.onnx`, `vocab.txt` and
 * `config.json` in one folder. Which output means what is read from the model's own `id2label`, never assumed: the
 * models of this kind disagree about it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSequenceModel, type SequenceModel } from "../../compute/index.ts";
import { sha256Hex, systemCode, TidemarkError, toError } from "../../core/index.ts";
import { cleanText } from "../clean.ts";
import { MOODS, type Mood, type TextScore } from "../score.ts";
import { WordPiece } from "./word-piece.ts";

const LONGEST = 512;

const MOOD_OF_LABEL: Readonly<Record<string, Mood>> = {
  positive: "bullish",
  bullish: "bullish",
  negative: "bearish",
  bearish: "bearish",
  neutral: "neutral",
};

/** Sentences whose mood nobody doubts: a model that fails them has its labels or its vocabulary wrong. */
const PROBES: ReadonlyArray<readonly [string, Mood]> = [
  ["Profit rose sharply and the company raised its guidance.", "bullish"],
  ["Shares jumped after earnings beat expectations.", "bullish"],
  ["The company reported a heavy loss and cut its outlook.", "bearish"],
  ["Shares plunged after a profit warning.", "bearish"],
];

export class TransformerScorer {
  readonly id: string;
  readonly #session: SequenceModel;
  readonly #tokens: WordPiece;
  readonly #moods: readonly Mood[];

  private constructor(id: string, session: SequenceModel, tokens: WordPiece, moods: readonly Mood[]) {
    this.id = id;
    this.#session = session;
    this.#tokens = tokens;
    this.#moods = moods;
  }

  /** Rejects with MODEL_MISSING, MODEL_CORRUPT, or MODEL_MISMATCH where labels are missing or the probes fail. */
  static async open(folder: string, options: { readonly probe?: boolean } = {}): Promise<TransformerScorer> {
    const bytes = read(join(folder, "model.onnx"));
    const tokens = new WordPiece(read(join(folder, "vocab.txt")).toString());
    const moods = moodsOf(join(folder, "config.json"));
    const session = await loadSequenceModel(bytes, folder);
    const scorer = new TransformerScorer(`bert-${sha256Hex(bytes).slice(0, 12)}`, session, tokens, moods);
    try {
      if (options.probe !== false) await scorer.#probe(folder);
    } catch (thrown) {
      await session.release();
      throw thrown;
    }
    return scorer;
  }

  /** p(bullish) - p(bearish), and the likeliest mood. */
  async score(text: string): Promise<TextScore> {
    const { ids } = this.#tokens.encode(cleanText(text), LONGEST);
    const logits = await this.#session.run({
      input_ids: BigInt64Array.from(ids, BigInt),
      attention_mask: new BigInt64Array(ids.length).fill(1n),
      token_type_ids: new BigInt64Array(ids.length),
    });
    const p = softmax(logits);
    const of = (mood: Mood): number => p[this.#moods.indexOf(mood)] ?? 0;
    const best = MOODS.reduce((a, b) => (of(b) > of(a) ? b : a));
    return { score: of("bullish") - of("bearish"), mood: best };
  }

  async #probe(folder: string): Promise<void> {
    for (const [text, mood] of PROBES) {
      const { mood: told } = await this.score(text);
      if (told === mood) continue;
      throw new TidemarkError("MODEL_MISMATCH", {
        what: `The model calls "${text}" ${told}`,
        where: folder,
        fix: "Check that vocab.txt and the id2label of config.json belong to this model.",
      });
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new TidemarkError("MODEL_MISSING", {
      what: systemCode(thrown) === "ENOENT" ? "A file of the model is missing" : toError(thrown).message,
      where: path,
      fix: "Put model.onnx, vocab.txt and config.json of the model into one folder.",
    });
  }
}

function moodsOf(path: string): Mood[] {
  const { id2label } = JSON.parse(read(path).toString()) as { id2label?: Readonly<Record<string, string>> };
  const labels = Object.entries(id2label ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => MOOD_OF_LABEL[label.toLowerCase()]);
  if (labels.length === MOODS.length && MOODS.every((mood) => labels.includes(mood))) return labels;
  throw new TidemarkError("MODEL_MISMATCH", {
    what: "config.json does not say which output is positive, negative and neutral",
    where: path,
    fix: 'Add "id2label", such as { "0": "positive", "1": "negative", "2": "neutral" }, as the model was trained.',
  });
}

function softmax(logits: Float32Array): number[] {
  const highest = Math.max(...logits);
  const e = Array.from(logits, (value) => Math.exp(value - highest));
  const total = e.reduce((sum, value) => sum + value, 0);
  return e.map((value) => value / total);
}
