/** @file A refusal of a venue as an error of the catalog, for queries and for the start of a broker. */
import { type ErrorCode, TidemarkError } from "../core/index.ts";
import type { RejectCode } from "./broker.ts";

/** Catalog code and advice of refusals that end a session; any other is VENUE_REJECTED. */
const SPECIAL: Partial<Record<RejectCode, readonly [code: ErrorCode, fix: string]>> = {
  credentials: [
    "VENUE_CREDENTIALS",
    "Check key and secret in .env, their host (demo, testnet, mainnet) and their expiry.",
  ],
  permission: ["VENUE_PERMISSION", "Give the key the permission to trade, and no other; check its list of addresses."],
  banned: ["VENUE_FORBIDDEN", "Stop every session of this address and wait ten minutes or more."],
  maintenance: ["VENUE_MAINTENANCE", "Wait until the venue is back; the engine goes on by itself."],
  "rate-limited": ["VENUE_RATE_LIMITED", "Wait, and run fewer sessions with one account."],
  clock: ["VENUE_CLOCK", "Synchronize this machine's clock (chrony, systemd-timesyncd)."],
};

/** @param where the venue and what was asked of it; never a secret */
export function brokerError(code: RejectCode, message: string, where: string, cause?: unknown): TidemarkError {
  const [catalogCode, fix] = SPECIAL[code] ?? ["VENUE_REJECTED", "See what the venue said."];
  return new TidemarkError(catalogCode, { what: message, where, fix, cause });
}
