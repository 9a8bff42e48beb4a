import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterEach, describe, expect, it } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { MemoryData } from "../memory-data.ts";
import type { AgentJob, AgentOrder, JobDesk } from "./job-tools.ts";
import { nextCheckSeconds } from "./job-tools.ts";
import { mcpServer } from "./server.ts";

type Answer = {
  readonly isError?: boolean;
  readonly content: ReadonlyArray<{ readonly text: string }>;
  readonly structuredContent?: Readonly<Record<string, unknown>>;
};

const JOB: AgentJob = {
  id: "train-1",
  kind: "train",
  line: "tidemark train",
  state: "running",
  startedMs: 0,
  endedMs: null,
  progress: { label: "updates", done: 3, total: 10, unit: "updates", etaMs: 7_000 },
  error: null,
};

/** Keeps what it is asked. */
function scriptedDesk(job: AgentJob = JOB, result: unknown = null) {
  const asked: unknown[] = [];
  const note = <T>(what: unknown, answer: T): T => {
    asked.push(what);
    return answer;
  };
  const desk: JobDesk = {
    draft: (order: AgentOrder) => {
      if (order.settings["paths.data"] !== undefined) {
        throw new TidemarkError("USAGE_ARGUMENT", { what: "It is kept back", where: "paths.data", fix: "Leave it." });
      }
      return note(order, { draft: "draft-1", line: "tidemark train", expiresMs: 5 });
    },
    run: (draft) => note(draft, job),
    job: (id) => note(id, { job, result }),
    jobs: () => [job],
    stop: (id) => note(id, { ...job, state: "stopping" }),
  };
  return { desk, asked };
}

let client: Client;
afterEach(() => client.close());

async function connect(desk?: JobDesk) {
  const [here, there] = InMemoryTransport.createLinkedPair();
  client = new Client({ name: "test", version: "1" });
  await Promise.all([mcpServer(new MemoryData(), desk).connect(there), client.connect(here)]);
  return async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })) as unknown as Answer;
}

describe("long work for agents", () => {
  it("is not there without a desk, and says which of its tools change something with one", async () => {
    const call = await connect();
    expect((await client.listTools()).tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual(
      [],
    );
    expect(await call("run_job", { draft: "x" })).toMatchObject({ isError: true });
    await client.close();
    await connect(scriptedDesk().desk);
    const changing = (await client.listTools()).tools.filter(({ annotations }) => annotations?.readOnlyHint !== true);
    expect(changing.map(({ name }) => name)).toEqual(["run_job", "stop_job"]);
    for (const { annotations } of changing) expect(annotations?.destructiveHint).toBe(false);
  });

  it("is drafted, run, asked after and stopped, each by its own call", async () => {
    const { desk, asked } = scriptedDesk(JOB, { figure: 1 });
    const call = await connect(desk);
    const order = { kind: "train", settings: { "training.steps": 1_000 } };
    expect((await call("draft_job", order)).structuredContent).toEqual({
      draft: "draft-1",
      line: "tidemark train",
      expiresMs: 5,
    });
    expect((await call("run_job", { draft: "draft-1" })).structuredContent).toMatchObject({ job: { id: "train-1" } });
    const { structuredContent, content } = await call("job", { id: "train-1" });
    expect(structuredContent).toMatchObject({ result: '{"figure":1}', isCut: false });
    expect(content[0].text).toContain("updates: 3 of 10 updates");
    expect((await call("jobs")).structuredContent).toEqual({ jobs: [JOB] });
    expect((await call("stop_job", { id: "train-1" })).structuredContent).toMatchObject({ job: { state: "stopping" } });
    expect(asked).toEqual([order, "draft-1", "train-1", "train-1"]);
  });

  it.each([
    ["draft_job", { kind: "paper", settings: {} }, /kind/],
    ["draft_job", { kind: "fetch", settings: {} }, /kind/],
    [
      "draft_job",
      { kind: "train", settings: { "paths.data": "/" } },
      /USAGE_ARGUMENT: It is kept back \(paths.data\). Leave it./,
    ],
    ["run_job", {}, /draft/],
  ])("%s with %o is refused with its reason", async (name, args, what) => {
    const { desk, asked } = scriptedDesk();
    const call = await connect(desk);
    const answer = await call(name, args);
    expect(answer).toMatchObject({ isError: true });
    expect(answer.content[0].text).toMatch(what);
    expect(asked).toEqual([]);
  });

  it("of a failed job tells code and remedy, and a long result is cut and says so", async () => {
    const error = { code: "DATA_MISSING", what: "No candles", fix: "Fetch some." };
    const call = await connect(scriptedDesk({ ...JOB, state: "failed", endedMs: 1, error }, "x".repeat(20_000)).desk);
    const { structuredContent, content } = await call("job", { id: "train-1" });
    expect(content[0].text).toContain("DATA_MISSING: No candles. Fetch some.");
    expect(structuredContent).toMatchObject({ isCut: true, checkAgainSeconds: null });
    expect(String(structuredContent?.["result"])).toHaveLength(12_000);
  });

  it("is asked after seldom: from five seconds to three minutes", () => {
    expect([0, 60_000, 600_000, 36_000_000].map((nowMs) => nextCheckSeconds(JOB, nowMs))).toEqual([5, 6, 60, 180]);
  });
});
