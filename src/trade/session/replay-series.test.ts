import { expect, test } from "vitest";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { joinedCell, markedTape } from "../../market/testing/marked-tape.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { replayPaper } from "./replay.ts";

const FROM = 10;

test("every bar that a session is fed carries its alternative series, each symbol its own", async () => {
  const tape = markedTape();
  const exchange = resolveExchangeConfig({});
  const seen: number[][] = [];
  /** Trades nothing, and writes down what it is shown at the close that it decides on. */
  const reader: Policy = {
    name: "reader",
    reset: () => {},
    decide: ({ tape: shown, bar }) => {
      for (let s = 0; s < shown.symbols; s++) seen.push(joinedCell(shown, bar * shown.symbols + s));
    },
  };
  await replayPaper({
    members: [
      {
        name: "reader",
        tape,
        policy: () => ({ policy: reader }),
        decision: { exchange, sizing: resolveSizingConfig({}), risk: resolveRiskConfig({}) },
      },
    ],
    exchange,
    from: FROM,
    to: tape.bars,
    balance: 10_000,
    seed: 1,
    journal: new MemoryJournal(),
  });
  const cells = Array.from({ length: (tape.bars - 1 - FROM) * tape.symbols }, (_, i) => FROM * tape.symbols + i);
  expect(seen).toEqual(cells.map((cell) => joinedCell(tape, cell)));
});
