/** @file Features of the calendar: when the decision is taken. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { CalendarClock } from "../indicators/clock.ts";

const group = FeatureGroup.calendar;
const version = 1;
const source = "own definition";
const TURN = 2 * Math.PI;

type Reading = (clock: CalendarClock) => number;

function feature(pattern: string, range: readonly [number, number], description: string, read: Reading) {
  return {
    pattern,
    group,
    version,
    description,
    source,
    range,
    build: (streams) => {
      const clock = streams.use(CalendarClock);
      return (out, at) => {
        out[at] = read(clock);
      };
    },
  } satisfies FeatureDefinition;
}

export const calendarFeatures: readonly FeatureDefinition[] = [
  feature("time.sin", [-1, 1], "Sine of the time of day (UTC) of the bar's close", (c) => Math.sin(TURN * c.day)),
  feature("time.cos", [-1, 1], "Cosine of the time of day (UTC) of the bar's close", (c) => Math.cos(TURN * c.day)),
  feature("week.sin", [-1, 1], "Sine of the time of week (UTC) of the bar's close", (c) => Math.sin(TURN * c.week)),
  feature("week.cos", [-1, 1], "Cosine of the time of week (UTC) of the bar's close", (c) => Math.cos(TURN * c.week)),
  feature("weekend", [0, 1], "1 on Saturday and Sunday (UTC)", (c) => c.weekend),
  feature("session.asia", [0, 1], "1 from 23:00 to 07:00 UTC", (c) => c.asia),
  feature("session.eu", [0, 1], "1 from 07:00 to 15:00 UTC", (c) => c.europe),
  feature("session.us", [0, 1], "1 from 13:00 to 21:00 UTC", (c) => c.america),
];
