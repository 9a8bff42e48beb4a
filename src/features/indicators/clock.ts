/** @file The calendar of a bar's close, in UTC. */
import { DAY_MS, HOUR_MS, WEEK_MS } from "../../core/index.ts";
import type { Bar } from "../bar.ts";

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/**
 * Where the close of the bar (its open time plus its length, when a decision is taken) lies in the day and in the week.
 * Trading sessions in UTC: Asia 23:00-07:00, Europe 07:00-15:00, United States 13:00-21:00; they overlap.
 */
export class CalendarClock {
  readonly warmup = 0;
  /** Share of the UTC day that has passed, [0, 1). */
  day = 0;
  /** Share of the week since Monday 00:00 UTC, [0, 1). */
  week = 0;
  asia = 0;
  europe = 0;
  america = 0;
  /** 1 on Saturday and Sunday. */
  weekend = 0;

  update(bar: Bar): void {
    const closeMs = bar.tsMs + bar.barMs;
    const intoDay = closeMs - Math.floor(closeMs / DAY_MS) * DAY_MS;
    const sinceMonday = closeMs - FIRST_MONDAY_MS;
    this.day = intoDay / DAY_MS;
    this.week = (sinceMonday - Math.floor(sinceMonday / WEEK_MS) * WEEK_MS) / WEEK_MS;
    this.asia = intoDay >= 23 * HOUR_MS || intoDay < 7 * HOUR_MS ? 1 : 0;
    this.europe = intoDay >= 7 * HOUR_MS && intoDay < 15 * HOUR_MS ? 1 : 0;
    this.america = intoDay >= 13 * HOUR_MS && intoDay < 21 * HOUR_MS ? 1 : 0;
    this.weekend = this.week >= 5 / 7 ? 1 : 0;
  }
}
