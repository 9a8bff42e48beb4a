/** @file What a page asks for never holds up what another asks meanwhile: a halt least of all. */
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longPast } from "./bench-journal.ts";
import { openPlace, type Place } from "./testing/place.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace((folder) => longPast(folder, Date.now(), 1_500));
  await place.served.book.whole();
});
afterAll(() => place.close());

describe("while two journals are compared", () => {
  it("a halt that comes later is answered earlier", async () => {
    const order: string[] = [];
    const compared = place
      .read("difference?a=paper/bench&b=paper/bench")
      .then(({ status }) => order.push(`compared ${status}`));
    await setImmediate();
    const halted = place
      .tell("engine/commands", { command: "halt", reason: "" })
      .then(({ status }) => order.push(`halted ${status}`));
    await Promise.all([compared, halted]);
    expect(order).toEqual(["halted 200", "compared 200"]);
  });
});
