import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changedSettings, formFields, type JsonSchema, lineOf, problemWith, SECTIONS, valueAt } from "./schema.ts";

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../schema/tidemark.schema.json"), "utf8"),
) as JsonSchema;
const fields = formFields(schema, SECTIONS["train"] ?? [], { training: { totalSteps: 5_000 } });
const field = (key: string) => {
  const found = fields.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no field ${key}`);
  return found;
};

describe("a form of the configuration's schema", () => {
  it("has a field a setting of its sections, with what holds now", () => {
    expect(field("training.total_steps")).toMatchObject({ kind: "integer", initial: "5000", label: "total steps" });
    expect(field("training.learning_rate")).toMatchObject({ kind: "number", initial: "0.001" });
    expect(field("training.learning_rate_schedule").choices).toEqual(["constant", "linear", "cosine"]);
    expect(fields.filter(({ key }) => key.startsWith("training.")).length).toBeGreaterThan(20);
  });

  it("knows each section of every kind of work", () => {
    const known = Object.keys(schema.properties ?? {});
    for (const section of Object.values(SECTIONS).flat()) expect(known, section).toContain(section);
  });

  it("refuses what the schema refuses, and takes what it takes", () => {
    expect(problemWith(field("training.total_steps"), "0")).toBe("is at least 1");
    expect(problemWith(field("training.total_steps"), "1.5")).toBe("takes whole numbers");
    expect(problemWith(field("training.total_steps"), "many")).toBe("is no number");
    expect(problemWith(field("training.learning_rate"), "0")).toBe("is above 0");
    expect(problemWith(field("training.gamma"), "1.01")).toBe("is at most 1");
    expect(problemWith(field("training.gamma"), "1")).toBeUndefined();
    expect(problemWith(field("training.gamma"), "")).toBeUndefined();
  });

  it("sends what was changed, as numbers, words and lists, and nothing else", () => {
    const texts = { "training.total_steps": "5000", "training.gamma": "0.9", "data.symbols": " BTCUSDT, ETHUSDT ," };
    expect(changedSettings(fields, texts)).toEqual({ "training.gamma": 0.9, "data.symbols": ["BTCUSDT", "ETHUSDT"] });
  });

  it("tells the equal command line", () => {
    expect(lineOf({ kind: "train" }, { "training.gamma": 0.9 })).toBe("tidemark train --set training.gamma=0.9");
    expect(lineOf({ kind: "train", resume: "tidemark-2" }, {})).toBe("tidemark train --resume tidemark-2");
    expect(lineOf({ kind: "verify-leak", model: "tidemark/3" }, {})).toBe("tidemark verify leak --model tidemark/3");
    expect(lineOf({ kind: "fetch" }, { "data.symbols": ["A", "B"] })).toBe("tidemark fetch --set data.symbols=A,B");
    expect(lineOf({ kind: "fetch" }, { "data.from": "a b'c" })).toBe(`tidemark fetch --set 'data.from=a b'\\''c'`);
  });

  it("leaves out what is not set from afar: where files lie, and what decides about real money", () => {
    const all = formFields(schema, ["paths", "data", "trade", "venue"], {}).map(({ key }) => key);
    expect(all.filter((key) => /^paths|^venue|root$|^trade\.(?:live|state|host)$/.test(key))).toEqual([]);
    expect(all).toContain("data.symbols");
  });

  it("finds values whether names have humps or underscores, nested or dotted", () => {
    expect(valueAt({ risk: { dailyLoss: 0.03 } }, "risk.daily_loss")).toBe(0.03);
    expect(valueAt({ risk: { daily_loss: 0.03 } }, "risk.daily_loss")).toBe(0.03);
    expect(valueAt({ "risk.daily_loss": 0.03 }, "risk.daily_loss")).toBe(0.03);
    expect(valueAt({}, "risk.daily_loss")).toBeUndefined();
  });
});
