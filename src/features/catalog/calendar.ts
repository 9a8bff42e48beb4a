/** @file Features of the calendar: when the decision is taken. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { CalendarClock } from "../indicators/clock.ts";

const feature = featuresOf(FeatureGroup.calendar);
const UTC = "UTC time of the bar's close";
const TURN = 2 * Math.PI;

export const calendarFeatures: readonly FeatureDefinition[] = [
  feature("time.sin", [-1, 1], "Sine of the time of day", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = Math.sin(TURN * clock.day);
    };
  }),
  feature("time.cos", [-1, 1], "Cosine of the time of day", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = Math.cos(TURN * clock.day);
    };
  }),
  feature("week.sin", [-1, 1], "Sine of the time of week", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = Math.sin(TURN * clock.week);
    };
  }),
  feature("week.cos", [-1, 1], "Cosine of the time of week", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = Math.cos(TURN * clock.week);
    };
  }),
  feature("weekend", [0, 1], "1 on Saturday and Sunday", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = clock.weekend;
    };
  }),
  feature("session.asia", [0, 1], "1 from 23:00 to 07:00", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = clock.asia;
    };
  }),
  feature("session.eu", [0, 1], "1 from 07:00 to 15:00", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = clock.europe;
    };
  }),
  feature("session.us", [0, 1], "1 from 13:00 to 21:00", UTC, (streams) => {
    const clock = streams.use(CalendarClock);
    return (out, at) => {
      out[at] = clock.america;
    };
  }),
];
