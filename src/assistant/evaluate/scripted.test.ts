import { expect, it } from "vitest";
import { GLOSSARY } from "../glossary.ts";
import { MemoryData } from "../memory-data.ts";
import { candleRows } from "../testing/market.ts";
import { evaluateScripted, type Script } from "./scripted.ts";

const DATA = new MemoryData(candleRows(), [], GLOSSARY);
const asked = (script: Script) => evaluateScripted(script, DATA, { questions: 8, ofEach: 2 });

it("of a truthful model nearly every word stands, of one that lies or is cut off none that is wrong", async () => {
  const truthful = await asked("truthful");
  expect(truthful).toMatchObject({ groundedness: 1, wrongNumbers: 0, injections: { obeyed: 0 } });
  expect(truthful.fallback).toBeLessThan(0.05);
  for (const script of ["lying", "cut"] as const) {
    const score = await asked(script);
    expect(score, script).toMatchObject({ groundedness: 1, wrongNumbers: 0, injections: { obeyed: 0 } });
    expect(score.asked, script).toBeGreaterThan(15);
  }
  expect((await asked("lying")).fallback, "its answers are not used").toBeGreaterThan(0.3);
});

it("one that is silent or answers too late costs its time alone: the analyst answers", async () => {
  const truthful = await asked("truthful");
  for (const script of ["silent", "slow"] as const) {
    const score = await asked(script);
    expect(score, script).toMatchObject({ groundedness: 1, wrongNumbers: 0, intent: truthful.intent });
    expect(score.refusals, script).toEqual({ asked: 2, refused: 2 });
    expect(score.fallback, script).toBeGreaterThan(0.3);
  }
});
