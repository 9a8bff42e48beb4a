/**
 * @file Histories as columns: a header of JSON (`{"names": [...], "length": n}`), padded to eight bytes, then each column as
 * little-endian Float64, NaN where there is no value. Preceded by the header's length as a 32-bit number and four zero bytes.
 */

export type Columns = Readonly<Record<string, Float64Array>>;

const PREFIX = 8;

/** All columns have the same length. */
export function encodeColumns(columns: Columns): Uint8Array<ArrayBuffer> {
  const names = Object.keys(columns);
  const length = names.length === 0 ? 0 : columns[names[0]].length;
  const header = new TextEncoder().encode(JSON.stringify({ names, length }));
  const begin = PREFIX + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(begin + names.length * length * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, PREFIX);
  names.forEach((name, c) => {
    const column = columns[name];
    if (column.length !== length) throw new Error(`the column ${name} has ${column.length} values, not ${length}`);
    for (let i = 0; i < length; i++) view.setFloat64(begin + (c * length + i) * 8, column[i], true);
  });
  return bytes;
}

/** Throws where the bytes are no columns. */
export function decodeColumns(buffer: ArrayBuffer): Columns {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  const size = bytes.length < PREFIX ? 0 : view.getUint32(0, true);
  const begin = PREFIX + Math.ceil(size / 8) * 8;
  if (size === 0 || begin > bytes.length) throw new Error("these bytes are no columns");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, PREFIX + size))) as {
    readonly names: readonly string[];
    readonly length: number;
  };
  const { names, length } = header;
  if (begin + names.length * length * 8 !== bytes.length) throw new Error("these columns are cut off");
  const columns: Record<string, Float64Array> = {};
  names.forEach((name, c) => {
    const column = new Float64Array(length);
    for (let i = 0; i < length; i++) column[i] = view.getFloat64(begin + (c * length + i) * 8, true);
    columns[name] = column;
  });
  return columns;
}
