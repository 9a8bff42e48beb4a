/**
 * @file The only door to chance. A Random is a small seeded generator whose whole state is four 32-bit words, so that a
 * checkpoint can store it and a resumed run continues with the very next number.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), seeded
 * through splitmix32. Normal: Marsaglia's polar method without a cached spare, so that the state stays four words.
 * Gamma: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
 */
import { randomBytes } from "node:crypto";

export type RandomState = readonly [number, number, number, number];

export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** Any integer seed; two seeds give unrelated streams. */
  constructor(seed: number) {
    let z = seed >>> 0;
    // The part of the seed above 32 bits matters too.
    const high = Math.floor(seed / 0x1_0000_0000) >>> 0;
    const next = (): number => {
      z = (z + 0x9e3779b9) >>> 0;
      let t = z ^ (z >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      return (t ^ (t >>> 15)) >>> 0;
    };
    this.#a = next();
    z = (z ^ high) >>> 0;
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  static fromState(state: RandomState): Random {
    const random = new Random(0);
    random.restore(state);
    return random;
  }

  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  restore(state: RandomState): void {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** A generator of its own for a named purpose: drawing from it leaves this one where it is. */
  fork(label: string): Random {
    let h = 0x811c9dc5;
    for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
    const seed = (Math.imul(this.#a, 0x9e3779b1) ^ this.#c ^ h) >>> 0;
    return new Random(seed + ((this.#b ^ this.#d) >>> 11) * 0x1_0000_0000);
  }

  /** A 32-bit unsigned integer. */
  uint32(): number {
    const m = Math.imul(this.#b, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** Gamma with unit scale; `shape` above zero. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = 1 - this.uniform();
      if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  beta(alpha: number, beta: number): number {
    const x = this.gamma(alpha);
    return x / (x + this.gamma(beta));
  }

  /** Fisher-Yates, in place, over the first `length` items. */
  shuffle(items: Int32Array | Uint32Array, length: number = items.length): void {
    for (let i = length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const t = items[i];
      items[i] = items[j];
      items[j] = t;
    }
  }
}

/** Murmur3's finalizer: every bit of the result depends on every bit of `h`. */
function avalanche(h: number): number {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * A number in [0, 1) with 32 bits that is a pure function of its whole-number keys. For draws whose value must not
 * depend on how many others were made before, or in which order. It has no state, so there is none to store.
 */
export function uniformAt(seed: number, stream: number, step: number, draw: number): number {
  let h = avalanche((seed + 0x9e3779b9) | 0);
  h = avalanche((h ^ Math.imul(stream, 0x9e3779b1)) + 0x7f4a7c15);
  h = avalanche((h ^ Math.imul(step, 0x85157af5)) + 0x2545f491);
  h = avalanche((h ^ Math.imul(draw, 0xc2b2ae3d)) + 0x27d4eb2f);
  return (h >>> 0) / 0x1_0000_0000;
}

/** A seed from the operating system, for runs that name none. It is stored with the run, so that the run can be repeated. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32LE(0);
}

/** A short id for files and runs: never used where a result depends on it. */
export function freshId(): string {
  return randomBytes(4).toString("hex");
}

/** What nobody guesses: 256 bits, safe in an address and in a header. */
export function freshSecret(): string {
  return randomBytes(32).toString("base64url");
}
