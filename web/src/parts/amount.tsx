/** @file A signed figure in its colour, with its sign; zero is neutral. A change flashes its background once a second at most. */
import { type ReactNode, useEffect, useRef } from "react";
import { now } from "../lib/clock.ts";
import { money, type Numeric, signed, signedPercent, tone } from "../lib/format.ts";
import css from "./amount.module.css";

const FLASH_EVERY_MS = 1_000;

export function Amount({
  value,
  places = 2,
  currency,
}: {
  readonly value: Numeric;
  readonly places?: number;
  readonly currency?: string;
}): ReactNode {
  const shown = signed(value, places);
  return <span className={tone(value)}>{currency === undefined ? shown : `${shown} ${currency}`}</span>;
}

export function Percent({
  value,
  places = 2,
}: {
  readonly value: number | null | undefined;
  readonly places?: number;
}) {
  return <span className={tone(value ?? null)}>{signedPercent(value, places)}</span>;
}

/** Money that changes while it is looked at. */
export function Ticking({
  value,
  currency,
  places = 2,
}: {
  readonly value: Numeric;
  readonly currency?: string;
  readonly places?: number;
}): ReactNode {
  const element = useRef<HTMLSpanElement>(null);
  const last = useRef<{ value: Numeric; atMs: number }>({ value, atMs: 0 });
  useEffect(() => {
    const { current } = last;
    const isDue = value !== current.value && now() - current.atMs >= FLASH_EVERY_MS;
    current.value = value;
    if (!isDue || element.current === null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    current.atMs = now();
    element.current.animate([{ backgroundColor: "var(--s3)" }, { backgroundColor: "transparent" }], 700);
  }, [value]);
  return (
    <span ref={element} className={css["ticking"]}>
      {money(value, currency, places)}
    </span>
  );
}
