/**
 * @file LZ4 frames, as Arrow files are compressed with.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, .../lz4_Block_format.md
 */

const MAGIC = 0x184d2204;

/** The bytes that a frame holds. Throws where the frame is damaged. */
export function lz4Frame(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("the frame has no LZ4 magic number");
  const flags = input[4];
  const hasBlockChecksum = (flags & 0x10) !== 0;
  let at = 6;
  // Sizes are below 2^53 for any file that fits in memory.
  const size = (flags & 0x08) === 0 ? undefined : Number(view.getBigUint64(at, true));
  at += (size === undefined ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4) + 1;
  let output = new Uint8Array(size ?? input.length * 4);
  let length = 0;
  for (;;) {
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) return output.subarray(0, length);
    const isStored = header >= 0x80000000;
    const bytes = header & 0x7fffffff;
    const block = input.subarray(at, at + bytes);
    at += bytes + (hasBlockChecksum ? 4 : 0);
    if (isStored) {
      output = grown(output, length + bytes);
      output.set(block, length);
      length += bytes;
    } else {
      [output, length] = decodeBlock(block, output, length);
    }
  }
}

function grown(output: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= output.length) return output;
  const larger = new Uint8Array(Math.max(length, output.length * 2));
  larger.set(output);
  return larger;
}

/** Sequences of literals and of copies of what was written before. */
function decodeBlock(
  block: Uint8Array,
  into: Uint8Array<ArrayBuffer>,
  from: number,
): [output: Uint8Array<ArrayBuffer>, length: number] {
  let output = into;
  let length = from;
  let at = 0;
  const more = (count: number): number => {
    let total = count;
    if (count === 15) {
      let byte: number;
      do {
        byte = block[at++];
        total += byte;
      } while (byte === 255);
    }
    return total;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = more(token >> 4);
    output = grown(output, length + literals);
    output.set(block.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    if (at >= block.length) break;
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    if (offset === 0 || offset > length) throw new Error("a block of the frame refers to what is not there");
    const copied = more(token & 15) + 4;
    output = grown(output, length + copied);
    // Byte by byte: a copy may overlap what it writes.
    for (let i = 0; i < copied; i++) output[length + i] = output[length + i - offset];
    length += copied;
  }
  return [output, length];
}
