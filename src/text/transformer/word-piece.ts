/**
 * @file WordPiece as uncased BERT uses it (Devlin et al., 2019; Schuster and Nakajima, 2012): controls removed, CJK letters
 * apart, lower case without accents, split at white space and punctuation, then the longest pieces of the vocabulary
 * from the left.
 */
import { TidemarkError } from "../../core/index.ts";

const LONGEST_WORD = 100;
const CJK = /[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/u;

export type Encoded = {
  /** `[L]` with [CLS] first and [SEP] last. */
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
};

export class WordPiece {
  readonly #ids: ReadonlyMap<string, number>;

  /** @param vocabulary a piece a line, as in `vocab.txt`. Throws MODEL_CORRUPT where a special piece is missing. */
  constructor(vocabulary: string) {
    const pieces = vocabulary.replaceAll("\r", "").replace(/\n$/, "").split("\n");
    this.#ids = new Map(pieces.map((piece, id) => [piece, id]));
    for (const special of ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]) {
      if (this.#ids.has(special)) continue;
      throw new TidemarkError("MODEL_CORRUPT", {
        what: `The vocabulary has no ${special}`,
        where: "vocab.txt",
        fix: "Give the vocab.txt that belongs to the model.",
      });
    }
  }

  get padding(): number {
    return this.#ids.get("[PAD]") ?? 0;
  }

  /** @param longest pieces at most, the special ones among them */
  encode(text: string, longest = 512): Encoded {
    const body = basicTokens(text).flatMap((word) => this.#split(word));
    const pieces = ["[CLS]", ...body.slice(0, longest - 2), "[SEP]"];
    return { ids: pieces.map((piece) => this.#ids.get(piece) ?? 0), pieces };
  }

  #split(word: string): string[] {
    const letters = Array.from(word);
    if (letters.length > LONGEST_WORD) return ["[UNK]"];
    const pieces: string[] = [];
    for (let from = 0; from < letters.length; ) {
      let to = letters.length;
      let piece: string | undefined;
      for (; to > from && piece === undefined; to--) {
        const candidate = `${from > 0 ? "##" : ""}${letters.slice(from, to).join("")}`;
        if (this.#ids.has(candidate)) piece = candidate;
      }
      if (piece === undefined) return ["[UNK]"];
      pieces.push(piece);
      from = to + 1;
    }
    return pieces;
  }
}

/** Words and single signs of punctuation. */
export function basicTokens(text: string): string[] {
  const plain = Array.from(text)
    .filter((c) => !/[\p{Cc}\p{Cf}\uFFFD]/u.test(c) || /[\t\n\r]/.test(c))
    .map((c) => (CJK.test(c) ? ` ${c} ` : c))
    .join("")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "");
  return plain
    .split(/\s+/u)
    .flatMap((word) => word.split(/([!-/:-@[-`{-~]|\p{P})/u))
    .filter((token) => token !== "");
}
