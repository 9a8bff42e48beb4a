/** @file Zones that times are written with, as minutes ahead of UTC. */
import { MINUTE_MS } from "../../../core/index.ts";

const MINUTES: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  BST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  IST: 330,
  SGT: 480,
  HKT: 480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** "Z", "UTC", "GMT+0100", "+02:00", "-5", "EST", "[UTC]", "(GMT)" at the end of a time. */
export const ZONE_TEXT = String.raw`[\[(]?((?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|Z|UTC|GMT|[A-Z]{3,4})[\])]?`;

/** Milliseconds that a zone is ahead of UTC, or undefined for a zone that is not known. */
export function zoneOffsetMs(zone: string): number | undefined {
  const shift = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(zone);
  if (shift === null) {
    const minutes = MINUTES[zone.toUpperCase()];
    return minutes === undefined ? undefined : minutes * MINUTE_MS;
  }
  const size = Number(shift[2]) * 60 + Number(shift[3] ?? 0);
  return (shift[1] === "-" ? -size : size) * MINUTE_MS;
}
