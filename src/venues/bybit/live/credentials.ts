/** @file Key and secret of an account. They can sign and be used by the client, and are never shown. */
import { createHmac } from "node:crypto";
import { inspect } from "node:util";

const HIDDEN = "[credentials]";

export class BybitCredentials {
  readonly #key: string;
  readonly #secret: string;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = secret;
  }

  /** Calls `use` with both; nothing that it returns may hold them. */
  reveal<T>(use: (key: string, secret: string) => T): T {
    return use(this.#key, this.#secret);
  }

  /** Arguments of a stream's `auth` operation. */
  streamAuthentication(expiresMs: number): readonly [key: string, expires: number, signature: string] {
    const signature = createHmac("sha256", this.#secret).update(`GET/realtime${expiresMs}`).digest("hex");
    return [this.#key, expiresMs, signature];
  }

  /** A text without either of them. */
  redact(text: string): string {
    let clean = text;
    for (const part of [this.#secret, this.#key]) if (part.length > 3) clean = clean.split(part).join("***");
    return clean;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
