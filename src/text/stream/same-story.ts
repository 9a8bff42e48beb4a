/**
 * @file Whether two headlines tell one story: 64-bit simhash (Charikar, 2002) over the words and pairs of words of the
 * title. The first that was seen counts; copies are its reach.
 */
import { wordsOf } from "../clean.ts";

/** Bits that two titles of one story may differ in. */
const NEAR = 8;
const BITS = 64;
const HOUR_MS = 3_600_000;
const WINDOW_MS = 72 * HOUR_MS;

const PRIME = 0x100000001b3n;
const OFFSET = 0xcbf29ce484222325n;
const MASK = (1n << 64n) - 1n;

function hash64(text: string): bigint {
  let h = OFFSET;
  for (let i = 0; i < text.length; i++) h = ((h ^ BigInt(text.charCodeAt(i))) * PRIME) & MASK;
  // FNV leaves its high bits poorly mixed for short texts.
  h ^= h >> 33n;
  h = (h * 0xff51afd7ed558ccdn) & MASK;
  return h ^ (h >> 33n);
}

/** Equal for equal words, near for titles that differ by a few. */
export function storyHash(title: string): bigint {
  const words = wordsOf(title.replace(/\s[-|–]\s[^-|–]{2,30}$/u, ""));
  const parts =
    words.length < 2 ? words : words.flatMap((word, i) => (i === 0 ? [word] : [word, `${words[i - 1]} ${word}`]));
  const sums = new Int32Array(BITS);
  for (const part of parts) {
    const h = hash64(part);
    for (let bit = 0; bit < BITS; bit++) sums[bit] += (h >> BigInt(bit)) & 1n ? 1 : -1;
  }
  let out = 0n;
  for (let bit = 0; bit < BITS; bit++) if (sums[bit] > 0) out |= 1n << BigInt(bit);
  return out;
}

export function bitDistance(a: bigint, b: bigint): number {
  let x = a ^ b;
  let count = 0;
  for (; x !== 0n; x &= x - 1n) count++;
  return count;
}

export type Story = { readonly hash: bigint; readonly firstMs: number; copies: number };

/** Stories of the last three days. */
export class StoryIndex {
  #stories: Story[] = [];

  /** The story that the title belongs to: one that is known, with a copy more, or a new one. Times rise. */
  add(title: string, atMs: number): { readonly story: Story; readonly isNew: boolean } {
    this.#stories = this.#stories.filter(({ firstMs }) => atMs - firstMs <= WINDOW_MS);
    const hash = storyHash(title);
    const known = this.#stories.find((story) => bitDistance(story.hash, hash) <= NEAR);
    if (known !== undefined) {
      known.copies++;
      return { story: known, isNew: false };
    }
    const story = { hash, firstMs: atMs, copies: 0 };
    this.#stories.push(story);
    return { story, isNew: true };
  }
}
