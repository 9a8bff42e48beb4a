import { expect, test } from "vitest";
import { markedTape } from "../../market/testing/marked-tape.ts";
import { historyEntry, tapeOfHistory } from "./history.ts";

test("a journal gives back the alternative series that a session began with, and none where there were none", () => {
  const tape = markedTape();
  const read = tapeOfHistory(JSON.parse(JSON.stringify(historyEntry("s", tape))));
  expect(read.alternative).toEqual({
    series: tape.alternative?.series,
    value: tape.alternative?.value.map((own) => own.slice()),
    age: tape.alternative?.age.map((own) => own.slice()),
  });
  expect(Array.from(read.present)).toEqual(Array.from(tape.present));
  const { alternative: _, ...plain } = tape;
  expect(tapeOfHistory(historyEntry("s", plain)).alternative).toBeUndefined();
});
