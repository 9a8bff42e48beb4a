/** @file A moment, with its age beside it or on hover; always with the zone that the status line names. */
import type { ReactNode } from "react";
import { useNow } from "../lib/clock-hook.ts";
import { ago, moment, NONE, type Precision } from "../lib/format.ts";
import { useSettings } from "../lib/settings.ts";

export function Moment({
  at,
  precision = "minute",
}: {
  readonly at: number | null | undefined;
  readonly precision?: Precision;
}): ReactNode {
  const { zone } = useSettings();
  if (at === null || at === undefined || at === 0) return NONE;
  return (
    <time dateTime={new Date(at).toISOString()} title={`${moment(at, zone, "second")} ${zone}`}>
      {moment(at, zone, precision)}
    </time>
  );
}

export function Age({ at }: { readonly at: number | null | undefined }): ReactNode {
  const nowMs = useNow();
  const { zone } = useSettings();
  if (at === null || at === undefined || at === 0) return NONE;
  return (
    <time dateTime={new Date(at).toISOString()} title={`${moment(at, zone, "second")} ${zone}`}>
      {ago(at, nowMs)}
    </time>
  );
}
