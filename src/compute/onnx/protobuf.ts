/**
 * @file The little of the protobuf wire format that ONNX files need: varints, 32-bit floats and length-delimited fields.
 * (Encoding: protobuf.dev/programming-guides/encoding.)
 */
import { TidemarkError } from "../../core/index.ts";

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/** Collects fields of one message. Nested messages are written first and added as bytes. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#push(Uint8Array.from(bytes));
  }

  #tag(field: number, wire: number): void {
    this.#varint(BigInt((field << 3) | wire));
  }

  integer(field: number, value: number | bigint): this {
    this.#tag(field, WIRE_VARINT);
    this.#varint(BigInt(value));
    return this;
  }

  float(field: number, value: number): this {
    this.#tag(field, WIRE_FIXED32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, WIRE_BYTES);
    this.#varint(BigInt(value.length));
    this.#push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: MessageWriter): this {
    this.#tag(field, WIRE_BYTES);
    this.#varint(BigInt(value.length));
    for (const chunk of value.#chunks) this.#push(chunk);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }
}

export type Field = { readonly number: number; readonly integer: bigint; readonly bytes: Uint8Array };

const NO_BYTES = new Uint8Array(0);

function damaged(): TidemarkError {
  return new TidemarkError("MODEL_CORRUPT", {
    what: "The model file ends in the middle of a field",
    fix: "Export or download it again.",
  });
}

/** The fields of a message in order; numbers in `integer`, everything length-delimited in `bytes` (a view, not a copy). */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= message.length) throw damaged();
      const byte = message[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw damaged();
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > message.length) throw damaged();
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const wire = tag & 7;
    if (wire === WIRE_VARINT) fields.push({ number, integer: varint(), bytes: NO_BYTES });
    else if (wire === WIRE_BYTES) fields.push({ number, integer: 0n, bytes: take(Number(varint())) });
    else if (wire === WIRE_FIXED32) fields.push({ number, integer: 0n, bytes: take(4) });
    else if (wire === WIRE_FIXED64) fields.push({ number, integer: 0n, bytes: take(8) });
    else throw damaged();
  }
  return fields;
}
