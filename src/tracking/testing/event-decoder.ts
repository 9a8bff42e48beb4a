/** @file Reads event files back without anything of the writer: framing, checksums bit by bit, protocol buffer wire format. */

/** Field number to values in order: numbers for varints, bytes for everything else. */
export type Fields = ReadonlyMap<number, ReadonlyArray<number | Buffer>>;

/** Castagnoli, one bit at a time from the polynomial's definition. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function unmasked(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

/** Data of every whole record; throws where a checksum is wrong. A torn last record is left out. */
export function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const end = at + 12 + length + 4;
    if (end > file.length) break;
    if (unmasked(file.readUInt32LE(at + 8)) !== slowCrc32c(file.subarray(at, at + 8))) {
      throw new Error(`the length at byte ${at} has a wrong checksum`);
    }
    const data = file.subarray(at + 12, at + 12 + length);
    if (unmasked(file.readUInt32LE(end - 4)) !== slowCrc32c(data)) {
      throw new Error(`the record at byte ${at} has a wrong checksum`);
    }
    found.push(data);
    at = end;
  }
  return found;
}

export function decode(message: Buffer): Fields {
  const fields = new Map<number, Array<number | Buffer>>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte % 128) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const bytes = (length: number): Buffer => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    const value = wire === 0 ? varint() : bytes(wire === 1 ? 8 : wire === 5 ? 4 : varint());
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

export function bytesAt(fields: Fields, field: number, index = 0): Buffer {
  const value = fields.get(field)?.[index];
  if (!Buffer.isBuffer(value)) throw new Error(`field ${field} holds bytes`);
  return value;
}

/** A nested message by its path of field numbers. */
export function nested(fields: Fields, ...path: number[]): Fields {
  return path.reduce((message, field) => decode(bytesAt(message, field)), fields);
}

/** The messages of a repeated field. */
export function messagesAt(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).map((_, index) => decode(bytesAt(fields, field, index)));
}

export function textAt(fields: Fields, field: number): string {
  return bytesAt(fields, field).toString();
}

export function doubleAt(fields: Fields, field: number): number {
  return bytesAt(fields, field).readDoubleLE();
}

export function doublesAt(fields: Fields, field: number): number[] {
  const packed = bytesAt(fields, field);
  return Array.from({ length: packed.length / 8 }, (_, i) => packed.readDoubleLE(i * 8));
}
