/** @file Fingerprints: SHA-256 over bytes, and over JSON in one canonical form (keys sorted, no spaces). */
import { createHash, type Hash } from "node:crypto";

export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** An incremental SHA-256. */
export function sha256(): Hash {
  return createHash("sha256");
}

/** The bytes behind a typed array, without a copy. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** JSON with sorted keys, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** SHA-256 of a JSON value in canonical form. */
export function fingerprint(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
