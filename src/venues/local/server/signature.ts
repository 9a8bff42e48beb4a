/** @file Signatures of V5: https://bybit-exchange.github.io/docs/v5/guide and .../ws/connect. */
import { createHmac, timingSafeEqual } from "node:crypto";

export function hmacHex(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}

export function isSignedBy(secret: string, text: string, signature: string): boolean {
  const expected = Buffer.from(hmacHex(secret, text));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** A request's time may be `windowMs` behind the venue's clock and one second ahead of it. */
export function isTimely(requestMs: number, venueMs: number, windowMs: number): boolean {
  return venueMs - windowMs <= requestMs && requestMs < venueMs + 1000;
}
