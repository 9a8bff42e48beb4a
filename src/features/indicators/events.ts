/** @file Scheduled events that are known ahead, from the rules by which they are set, in UTC. */
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import type { Bar } from "../bar.ts";

/** Farther away than this an event counts as absent. */
const HORIZON_DAYS = 7;
/** The same of an event that comes every thirteen weeks. */
const QUARTER_DAYS = 91;

/** The last Friday of a month at 08:00 UTC, when options and futures of crypto exchanges expire. */
export function monthlyExpiryMs(year: number, month: number): number {
  const last = Date.UTC(year, month + 1, 0);
  return last - ((new Date(last).getUTCDay() + 2) % 7) * DAY_MS + 8 * HOUR_MS;
}

/** The first Friday of a month at 13:00 UTC: the hour before US employment figures are usually out. */
export function payrollMs(year: number, month: number): number {
  const first = Date.UTC(year, month, 1);
  return first + ((12 - new Date(first).getUTCDay()) % 7) * DAY_MS + 13 * HOUR_MS;
}

/** Nearness of events: 1 at the event, falling to 0 a week away, or a quarter away for the quarterly one. */
export class ScheduledEvents {
  readonly warmup = 0;
  expiryAhead = 0;
  expiryPast = 0;
  quarterAhead = 0;
  payrollAhead = 0;
  payrollPast = 0;
  /** Share of the month that has passed. */
  month = 0;

  update(bar: Bar): void {
    const closeMs = bar.tsMs + bar.barMs;
    const date = new Date(closeMs);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    let [expiryAhead, expiryPast, quarterAhead] = [Infinity, Infinity, Infinity];
    let [payrollAhead, payrollPast] = [Infinity, Infinity];
    for (let m = month - 1; m <= month + 3; m++) {
      const expiry = monthlyExpiryMs(year, m) - closeMs;
      if (expiry >= 0) expiryAhead = Math.min(expiryAhead, expiry);
      else expiryPast = Math.min(expiryPast, -expiry);
      if (expiry >= 0 && (m + 12) % 3 === 2) quarterAhead = Math.min(quarterAhead, expiry);
      const payroll = payrollMs(year, m) - closeMs;
      if (payroll >= 0) payrollAhead = Math.min(payrollAhead, payroll);
      else payrollPast = Math.min(payrollPast, -payroll);
    }
    this.expiryAhead = nearness(expiryAhead);
    this.expiryPast = nearness(expiryPast);
    this.quarterAhead = nearness(quarterAhead, QUARTER_DAYS);
    this.payrollAhead = nearness(payrollAhead);
    this.payrollPast = nearness(payrollPast);
    const begin = Date.UTC(year, month, 1);
    this.month = (closeMs - begin) / (Date.UTC(year, month + 1, 1) - begin);
  }
}

function nearness(distanceMs: number, days = HORIZON_DAYS): number {
  return Math.max(0, 1 - distanceMs / (days * DAY_MS));
}
