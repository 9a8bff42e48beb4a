/**
 * @file The head of a GGUF file (versions 2 and 3 of the format that llama.cpp reads): what it is and which tensors it holds,
 * read in small parts, so that a wrong file is told before gigabytes of weights are loaded.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileError, TidemarkError } from "../../core/index.ts";

export type GgufTensor = {
  readonly name: string;
  /** Sizes, the fastest first, as the file has them. */
  readonly dimensions: readonly number[];
};

export type GgufHead = {
  readonly path: string;
  readonly version: number;
  /** Single values by key; arrays, such as vocabularies, are passed over. */
  readonly values: ReadonlyMap<string, string | number | boolean>;
  readonly tensors: readonly GgufTensor[];
  readonly fileBytes: number;
};

const MAGIC = "GGUF";
const PART_BYTES = 1 << 20;
/** Vocabularies of large models take some ten megabytes; a head beyond this is no head. */
const LARGEST_HEAD = 256 << 20;
const LARGEST_TEXT = 16 << 20;
const MOST_ENTRIES = 1 << 20;
const MOST_DIMENSIONS = 4;
const STRING = 8;
const ARRAY = 9;

/** Reads the values of the format one after the other. */
class HeadReader {
  readonly #file: number;
  readonly #size: number;
  readonly #refuse: (what: string) => never;
  #part = Buffer.alloc(0);
  #from = 0;
  #at = 0;

  constructor(file: number, size: number, refuse: (what: string) => never) {
    this.#file = file;
    this.#size = size;
    this.#refuse = refuse;
  }

  get position(): number {
    return this.#from + this.#at;
  }

  bytes(count: number): Buffer {
    if (this.#at + count > this.#part.length) {
      const from = this.position;
      if (from + count > this.#size) this.#refuse("ends inside its head: it was not copied whole");
      if (from + count > LARGEST_HEAD) this.#refuse("has a head of more than 256 MB");
      const next = Buffer.alloc(Math.min(Math.max(PART_BYTES, count), this.#size - from));
      const read = readSync(this.#file, next, 0, next.length, from);
      if (read < count) this.#refuse("could not be read as far as its head goes");
      this.#part = next.subarray(0, read);
      this.#from = from;
      this.#at = 0;
    }
    this.#at += count;
    return this.#part.subarray(this.#at - count, this.#at);
  }

  u32(): number {
    return this.bytes(4).readUInt32LE();
  }

  /** Counts and lengths: none that is plausible needs more than 53 bits. */
  u64(limit = Number.MAX_SAFE_INTEGER): number {
    const value = this.bytes(8).readBigUInt64LE();
    if (value > BigInt(limit)) this.#refuse(`holds the length ${value}, which can't be`);
    return Number(value);
  }

  text(): string {
    return this.bytes(this.u64(LARGEST_TEXT)).toString("utf8");
  }

  single(type: number): string | number | boolean {
    switch (type) {
      case 0:
        return this.bytes(1).readUInt8();
      case 1:
        return this.bytes(1).readInt8();
      case 2:
        return this.bytes(2).readUInt16LE();
      case 3:
        return this.bytes(2).readInt16LE();
      case 4:
        return this.u32();
      case 5:
        return this.bytes(4).readInt32LE();
      case 6:
        return this.bytes(4).readFloatLE();
      case 7:
        return this.bytes(1).readUInt8() !== 0;
      case STRING:
        return this.text();
      case 10:
        return Number(this.bytes(8).readBigUInt64LE());
      case 11:
        return Number(this.bytes(8).readBigInt64LE());
      case 12:
        return this.bytes(8).readDoubleLE();
      default:
        return this.#refuse(`holds a value of the unknown type ${type}`);
    }
  }

  skipArray(depth = 0): void {
    const type = this.u32();
    const count = this.u64(LARGEST_HEAD);
    if (type === ARRAY && depth > 3) this.#refuse("nests arrays without end");
    for (let i = 0; i < count; i++) {
      if (type === ARRAY) this.skipArray(depth + 1);
      else if (type === STRING) this.bytes(this.u64(LARGEST_TEXT));
      else this.single(type);
    }
  }
}

/** Throws FILE_ codes, or ASSISTANT_FILE where it is no whole GGUF file. Reads the head alone. */
export function readGguf(path: string): GgufHead {
  const refuse = (what: string): never => {
    throw new TidemarkError("ASSISTANT_FILE", {
      what: `This file ${what}`,
      where: path,
      fix: "Give a whole GGUF file, such as those that llama.cpp, Ollama or a model's page offer.",
    });
  };
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (thrown) {
    throw fileError(thrown, path);
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) refuse("is a folder");
    if (stat.size < 24) refuse("is too short to be a model");
    const reader = new HeadReader(file, stat.size, refuse);
    if (reader.bytes(4).toString("latin1") !== MAGIC) refuse("is no GGUF file: it does not begin with GGUF");
    const version = reader.u32();
    if (version !== 2 && version !== 3) refuse(`has GGUF version ${version}; 2 and 3 are known`);
    const tensorCount = reader.u64(MOST_ENTRIES);
    const valueCount = reader.u64(MOST_ENTRIES);
    const values = new Map<string, string | number | boolean>();
    for (let i = 0; i < valueCount; i++) {
      const key = reader.text();
      const type = reader.u32();
      if (type === ARRAY) reader.skipArray();
      else values.set(key, reader.single(type));
    }
    const tensors: GgufTensor[] = [];
    let lastOffset = 0;
    for (let i = 0; i < tensorCount; i++) {
      const name = reader.text();
      const count = reader.u32();
      if (count > MOST_DIMENSIONS) refuse(`holds a tensor of ${count} dimensions`);
      const dimensions = Array.from({ length: count }, () => reader.u64());
      reader.u32();
      lastOffset = Math.max(lastOffset, reader.u64());
      tensors.push({ name, dimensions });
    }
    if (tensorCount > 0 && reader.position + lastOffset >= stat.size) {
      refuse("ends before its last tensor begins: it was not copied whole");
    }
    return { path, version, values, tensors, fileBytes: stat.size };
  } finally {
    closeSync(file);
  }
}

export function isAdapter({ values }: GgufHead): boolean {
  return values.get("general.type") === "adapter";
}

export function architectureOf({ values }: GgufHead): string {
  return String(values.get("general.architecture") ?? "unknown");
}

const LORA = /\.lora_([ab])$/;

/** Whether an adapter belongs to a base model. Throws ASSISTANT_FILE that says what does not fit. */
export function checkAdapter(base: GgufHead, adapter: GgufHead): void {
  const refuse = (what: string): never => {
    throw new TidemarkError("ASSISTANT_FILE", {
      what,
      where: adapter.path,
      fix: "Name the base model that the adapter was trained on; any quantization of it will do.",
    });
  };
  if (adapter.values.get("adapter.type") !== "lora") {
    refuse(
      `The adapter is of the kind "${String(adapter.values.get("adapter.type") ?? "unknown")}"; only LoRA is known`,
    );
  }
  const [own, wanted] = [architectureOf(base), architectureOf(adapter)];
  if (own !== wanted) refuse(`The adapter is made for the architecture ${wanted}, the base model is ${own}`);
  const sizes = new Map(base.tensors.map(({ name, dimensions }) => [name, dimensions]));
  let pairs = 0;
  for (const { name, dimensions } of adapter.tensors) {
    const side = LORA.exec(name)?.[1];
    if (side === undefined) continue;
    pairs++;
    const target = name.replace(LORA, "");
    const size = sizes.get(target);
    if (size === undefined) return refuse(`The base model has no tensor ${target}, which the adapter changes`);
    // Those of the embedding are stored the other way round.
    if (target.startsWith("token_embd")) continue;
    const [given, expected] = side === "a" ? [dimensions[0], size[0]] : [dimensions[1], size[1]];
    if (given !== expected) {
      refuse(`The adapter changes ${target} by a matrix of ${given}, the base model's has ${expected}`);
    }
  }
  if (pairs === 0) refuse("The adapter changes no tensor");
}
