/**
 * @file Just enough of the protocol buffer wire format to write messages: varints, little-endian fixed fields, nested
 * messages. Fields with their default value are written too where the caller asks for them.
 */

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message under construction. Every method returns the message, so that fields can be listed. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** int32, int64, enum or bool; a whole number from 0 to 2^53 - 1. */
  whole(field: number, value: number): this {
    return this.#push(varint(field * 8 + WIRE.varint)).#push(varint(value));
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#push(varint(field * 8 + WIRE.fixed64)).#push(bytes);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(field * 8 + WIRE.fixed32)).#push(bytes);
  }

  /** A repeated double in the packed form. */
  doubles(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(values.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) view.setFloat64(i * 8, value, true);
    return this.bytes(field, bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, "utf8"));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + WIRE.bytes))
      .#push(varint(value.length))
      .#push(value);
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  encode(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#size += part.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  // Division, as bit operations end at 32 bits.
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
