/**
 * @file The part of Thrift's compact protocol that Parquet's headers are written in: structs of integers, texts, lists and
 * structs. Source: "Thrift Compact protocol encoding" of Apache Thrift.
 */

/** What a field holds; numbers are whole, and below 2^53. */
export type ThriftValue = number | string | ThriftStruct | readonly ThriftValue[];
/** Values by the number of their field, in the order of the numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftField>;
export type ThriftField =
  | { readonly type: "i32" | "i64"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "struct"; readonly value: ThriftStruct }
  | { readonly type: "list"; readonly of: "i32" | "text" | "struct"; readonly value: readonly ThriftValue[] };

const TYPES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

function pushVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  out.push(rest);
}

function pushWhole(out: number[], value: number): void {
  pushVarint(out, value < 0 ? -2 * value - 1 : 2 * value);
}

function pushText(out: number[], text: string): void {
  const bytes = Buffer.from(text);
  pushVarint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

function pushValue(out: number[], type: keyof typeof TYPES, value: ThriftValue): void {
  if (type === "text") pushText(out, value as string);
  else if (type === "struct") pushStruct(out, value as ThriftStruct);
  else pushWhole(out, value as number);
}

function pushStruct(out: number[], struct: ThriftStruct): void {
  let last = 0;
  for (const [id, field] of struct) {
    // Parquet's fields lie close together: the step to the next always fits its four bits.
    out.push((id - last) * 16 + TYPES[field.type]);
    last = id;
    if (field.type !== "list") {
      pushValue(out, field.type, field.value);
      continue;
    }
    const { length } = field.value;
    if (length < 15) out.push(length * 16 + TYPES[field.of]);
    else {
      out.push(0xf0 + TYPES[field.of]);
      pushVarint(out, length);
    }
    for (const item of field.value) pushValue(out, field.of, item);
  }
  out.push(0);
}

export function encodeStruct(struct: ThriftStruct): Buffer {
  const out: number[] = [];
  pushStruct(out, struct);
  return Buffer.from(out);
}

/** What was read: fields by number; those of a type that is not known here end the reading. */
export type ReadStruct = ReadonlyMap<number, ReadValue>;
export type ReadValue = number | string | boolean | ReadStruct | readonly ReadValue[];

/** Reads one struct. Throws a RangeError where the bytes end too soon or are none. */
export class ThriftReader {
  readonly #bytes: Buffer;
  /** The next byte. */
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(): ReadStruct {
    const fields = new Map<number, ReadValue>();
    for (let id = 0; ; ) {
      const head = this.#byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? this.#whole() : id + (head >> 4);
      fields.set(id, this.#value(head & 15));
    }
  }

  #value(type: number): ReadValue {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
      case 6:
        return this.#whole();
      case TYPES.text: {
        const length = this.#varint();
        if (this.at + length > this.#bytes.length) throw new RangeError("a text ends beyond the header");
        this.at += length;
        return this.#bytes.toString("utf8", this.at - length, this.at);
      }
      case TYPES.list: {
        const head = this.#byte();
        const length = head >> 4 === 15 ? this.#varint() : head >> 4;
        const items: ReadValue[] = [];
        for (let i = 0; i < length; i++) items.push(this.#value(head & 15));
        return items;
      }
      case TYPES.struct:
        return this.struct();
      default:
        throw new RangeError(`type ${type} is not read here`);
    }
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw new RangeError("the header ends too soon");
    return this.#bytes[this.at++];
  }

  #varint(): number {
    let value = 0;
    for (let unit = 1; unit < 2 ** 53; unit *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new RangeError("a number is too large");
  }

  #whole(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
