/** @file Refusals of questions that say something of the account or the whole venue, as errors of the catalog. */
import { VenueError } from "../../venue-error.ts";
import type { Envelope } from "../reply.ts";

export const CLOCK_CODE = 10002;
const CREDENTIAL_CODES = new Set([10003, 10004, 10010, 33004]);
const PERMISSION_CODES = new Set([10005, 10024, 10027, 10028, 10029]);

/** The error for such a code, or undefined for any other. */
export function accountFailure(reply: Envelope, where: string): VenueError | undefined {
  const { retCode } = reply;
  const detail = `code ${retCode}: ${reply.retMsg ?? "no reason was given"}`;
  if (CREDENTIAL_CODES.has(retCode)) {
    return new VenueError("VENUE_CREDENTIALS", {
      what: `Bybit does not accept the credentials (${detail})`,
      where,
      fix: "Check key and secret in .env, that they belong to this host (demo, testnet and mainnet have keys of their own), their expiry and their list of addresses.",
    });
  }
  if (PERMISSION_CODES.has(retCode)) {
    return new VenueError("VENUE_PERMISSION", {
      what: `Bybit does not permit this to the key (${detail})`,
      where,
      fix: "Give the key the permission to read and trade contracts and spot, and no permission to withdraw.",
    });
  }
  if (retCode === 10008) {
    return new VenueError("VENUE_FORBIDDEN", {
      what: `Bybit has banned this account (${detail})`,
      where,
      fix: "Ask Bybit's support.",
    });
  }
  if (retCode === 10019) {
    return new VenueError("VENUE_MAINTENANCE", {
      what: `Bybit is restarting or under maintenance (${detail})`,
      where,
      fix: "Wait until it is back; see https://www.bybit.com/en/announcement-info/.",
    });
  }
  if (retCode === CLOCK_CODE) {
    return new VenueError("VENUE_CLOCK", {
      what: `Bybit finds that this machine's clock is off (${detail})`,
      where,
      fix: "Synchronize the clock (chrony, systemd-timesyncd).",
    });
  }
  return undefined;
}
