import { describe, expect, it } from "vitest";
import { defaultInstrument, HOUR_MS, MINUTE_MS, parseTimeframe } from "../../core/index.ts";
import { tapeFromCandles } from "../align.ts";
import { candlesFromRows } from "../candles.ts";
import { gridNotes } from "./grid.ts";

function set(name: string, offsetMs: number, count = 60) {
  const rows = Array.from({ length: count }, (_, i) => [i * HOUR_MS + offsetMs, 1, 2, 0.5, 1.5, 10] as const);
  const candles = candlesFromRows(rows);
  return { name, timeMs: candles.timeMs, length: candles.length, candles };
}

describe("sets of one timeframe", () => {
  it("that open at other minutes share no grid, and it is said of whom", () => {
    const sets = [set("AAA", 0), set("BBB", 30 * MINUTE_MS), set("CCC", 0)];
    const [note, ...more] = gridNotes(sets, HOUR_MS);
    expect(more).toEqual([]);
    expect(note).toContain("BBB open 30 minutes after a full bar, those of AAA 0 minutes");
  });

  it("share one where they open together, however far apart they lie and whatever single bars do", () => {
    const late = set("BBB", 9_000 * HOUR_MS);
    for (let i = 0; i < late.length; i += 3) late.timeMs[i] += MINUTE_MS;
    expect(gridNotes([set("AAA", 0), late], HOUR_MS)).toEqual([]);
    expect(gridNotes([set("AAA", 0), set("BBB", 5 * MINUTE_MS, 0)], HOUR_MS)).toEqual([]);
  });

  it("are told of when a tape is made of them", () => {
    const notes: string[] = [];
    const history = ({ name, candles }: ReturnType<typeof set>) => ({ instrument: defaultInstrument(name), candles });
    const series = [history(set("AAAUSDT", 0)), history(set("BBBUSDT", 15 * MINUTE_MS))];
    tapeFromCandles(series, parseTimeframe("1h"), { onNote: (note) => notes.push(note) });
    expect(notes.join()).toContain("share no grid");
  });
});
