/** @file Key and secret of an account. They can sign and be used by the client, and are never shown. */
import { createHmac, createSign } from "node:crypto";
import { inspect } from "node:util";

const HIDDEN = "[credentials]";

/**
 * The signature of a message as V5 wants it: HMAC-SHA256 in hex, or RSA-SHA256 in base64 where the secret is a private key
 * (PEM). At once, and not in three turns of the event loop as the client's own.
 * Source: https://bybit-exchange.github.io/docs/v5/guide#authentication
 */
export function signatureOf(message: string, secret: string): string {
  if (secret.includes("PRIVATE KEY")) return createSign("RSA-SHA256").update(message).sign(secret, "base64");
  return createHmac("sha256", secret).update(message).digest("hex");
}

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
    return [this.#key, expiresMs, signatureOf(`GET/realtime${expiresMs}`, this.#secret)];
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
