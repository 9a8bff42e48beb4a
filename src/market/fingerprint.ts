/** @file The fingerprint of a tape: equal content, equal text, whatever source or slice it came from. */
import { bytesOf, canonicalJson, sha256 } from "../core/index.ts";
import { type MarketTape, OPTIONAL_COLUMNS } from "./tape.ts";

/** SHA-256 over instruments, timeframe, size and every column in use, as hex. */
function tapeFingerprint(tape: MarketTape): string {
  const hash = sha256();
  const cells = tape.bars * tape.symbols;
  // How a term came about is no content: only the term is.
  const instruments = tape.instruments.map((instrument) => ({ ...instrument, guessed: undefined }));
  hash.update(canonicalJson({ instruments, timeframe: tape.timeframe, bars: tape.bars }));
  hash.update(bytesOf(tape.timeMs.subarray(0, tape.bars)));
  for (const column of [tape.open, tape.high, tape.low, tape.close, tape.volume, tape.funding]) {
    hash.update(bytesOf(column.subarray(0, cells)));
  }
  hash.update(bytesOf(tape.present.subarray(0, cells)));
  for (const name of OPTIONAL_COLUMNS) {
    const own = tape[name];
    if (own !== undefined) hash.update(`${name} ${tape.currency}`).update(bytesOf(own.subarray(0, cells)));
  }
  if (tape.alternative !== undefined) {
    const { series, value, age } = tape.alternative;
    hash.update(canonicalJson({ alternative: series }));
    for (const own of [...value, ...age]) hash.update(bytesOf(own.subarray(0, cells)));
  }
  return hash.digest("hex");
}

/** The same tape with its fingerprint filled in. */
export function sealTape(tape: MarketTape): MarketTape {
  return { ...tape, fingerprint: tapeFingerprint(tape) };
}
