/**
 * @file What an MLflow server takes: sizes of a batch (REST documentation of runs/log-batch), lengths of names and values,
 * and the letters of a name. What is too long or not allowed is cut or replaced here: a server refuses the whole batch.
 */

export const BATCH_LIMITS = { metrics: 1000, params: 100, tags: 100, bytes: 900_000 } as const;
const KEY_BYTES = 250;
/** What every server takes; newer ones take 6,000. */
export const PARAM_VALUE_BYTES = 500;
export const TAG_VALUE_BYTES = 5000;
const CUT = "...";

/** Letters, digits, `_ - . /` and spaces; as a path it must not begin at the root, climb, or have empty parts. */
export function allowedKey(name: string): string {
  const parts = name
    .replace(/[^\w.\- /]/g, "_")
    .slice(0, KEY_BYTES)
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (/^\.+$/.test(part) ? part.replaceAll(".", "_") : part));
  return parts.length === 0 ? "_" : parts.join("/");
}

/** The text, cut to so many bytes of UTF-8 with three dots at its end. */
export function cutText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text).subarray(0, maxBytes - CUT.length);
  // A letter cut in half decodes to the replacement character.
  return `${bytes.toString().replace(/\uFFFD+$/, "")}${CUT}`;
}

/** How many of the first items fit into one request; at least one where there is any. */
export function chunkEnd(items: readonly unknown[], maxItems: number): number {
  let bytes = 0;
  let end = 0;
  while (end < items.length && end < maxItems) {
    bytes += Buffer.byteLength(JSON.stringify(items[end])) + 1;
    if (bytes > BATCH_LIMITS.bytes && end > 0) break;
    end++;
  }
  return end;
}
