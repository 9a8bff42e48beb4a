import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { type ChatOptions, openChat } from "./chatbot.ts";

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 0, 1);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
  const rows = Array.from({ length: 60 }, (_, t) => {
    const day = new Date(FIRST_MS + t * DAY_MS).toISOString().slice(0, 10);
    return `${day},${100 + t},${102 + t},${99 + t},${101 + t},5`;
  });
  writeFileSync(join(folder, "BTCUSDT-1d.csv"), `date,open,high,low,close,volume\n${rows.join("\n")}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function chat(options: ChatOptions, environment: Record<string, string> = {}) {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const { context, said } = quietContext(folder, () => config, { environment });
  return { ...(await openChat(context, config, options)), said };
}

describe("the chatbot of a folder", () => {
  it("talks about a file that is brought, in place of the store", async () => {
    const { bot, data, close } = await chat({ marketData: "BTCUSDT-1d.csv" });
    expect(data.symbols()).toEqual(["BTCUSDT"]);
    const { facts } = await bot.chat("high and low of BTC over 10 days");
    const value = (id: string) => facts.find((fact) => fact.id === id)?.value;
    expect([value("BTCUSDT.high"), value("BTCUSDT.low")]).toEqual([161, 149]);
    await close();
    expect(data.symbols(), "it goes with the conversation").toEqual([]);
  });

  it("says that nothing is there where nothing is, and keeps a transcript without secrets", async () => {
    const { bot, record, said } = await chat(
      {},
      { TIDEMARK_ASSISTANT_KEY: 'marked"secret', BYBIT_API_SECRET: "other-secret" },
    );
    const question = 'my keys are marked"secret and other-secret: what do I hold?';
    record(question, await bot.chat(question));
    const text = readFileSync(join(folder, "state", "assistant", "transcript.jsonl"), "utf8");
    expect(text).not.toMatch(/marked|other-secret/);
    expect(JSON.parse(text)).toMatchObject({ question: "my keys are *** and ***: what do I hold?" });
    expect(said).toEqual([]);
  });

  it("takes out of the transcript what looks like a key, whoever's it is", async () => {
    const { bot, record } = await chat({});
    const pasted = ["tm_0f1e2d3c4b5a", "sk-proj-abc123DEF456", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"];
    const question = `is ${pasted.join(" or ")} safe, and how is BTCUSDT on 2026-01-05?`;
    record(question, await bot.chat(question));
    const text = readFileSync(join(folder, "state", "assistant", "transcript.jsonl"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      question: "is *** or *** or *** safe, and how is BTCUSDT on 2026-01-05?",
    });
    for (const secret of pasted) expect(text).not.toContain(secret);
  });

  it("goes on without a transcript where none can be written, and says so once", async () => {
    writeFileSync(join(folder, "state"), "a file where a folder should be");
    const { bot, record, said } = await chat({});
    for (let i = 0; i < 2; i++) record("help", await bot.chat("help"));
    expect(said).toEqual([expect.stringContaining("transcript can't be written")]);
  });

  it.each([
    [{ endpoint: "http://127.0.0.1:1/v1" }, "USAGE_ARGUMENT"],
    [{ model: "x" }, "USAGE_ARGUMENT"],
    [{ endpoint: "nowhere", model: "x" }, "USAGE_ARGUMENT"],
    [{ marketData: "none.csv" }, "DATA_MISSING"],
    [{ maxHistory: 5_000 }, "CONFIG_VALUE"],
  ])("%o is refused", async (options, code) => {
    await expect(chat(options)).rejects.toMatchObject({ code });
  });
});
