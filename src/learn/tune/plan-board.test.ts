import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freshId, systemClock } from "../../core/index.ts";
import { connectRedis } from "../../search/index.ts";
import { hasRedis, type RedisServer, startRedis } from "../../search/testing/redis-server.ts";
import { type PostedPlan, planBoard } from "./plan-board.ts";

function posting(name: string): PostedPlan {
  return { studyId: freshId(), name, codeVersion: "1", dataFingerprint: "f", plan: { seed: 1 } };
}

describe.skipIf(!hasRedis)("the board of searches (needs redis-server)", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());

  it("shows others what is posted, as long as it is kept up", async () => {
    const prefix = freshId();
    const [leader, worker] = [
      await planBoard(server.url, { prefix, livesMs: 150 }),
      await planBoard(server.url, { prefix }),
    ];
    const [first, second] = [posting("a"), posting("b")];
    await leader.post(second);
    await leader.post(first);
    expect(await worker.list(), "by name").toEqual([first, second]);
    const key = await connectRedis(server.url);
    await key.set(`${prefix}:plan:other`, JSON.stringify({ name: "no posting" }));
    expect(await worker.list(), "what is no posting is passed over").toHaveLength(2);
    key.disconnect();
    await systemClock.sleep(300);
    expect(await worker.isPosted(first.studyId), "renewed before it is gone").toBe(true);
    await leader.close();
    expect(await worker.list(), "taken down at the end").toEqual([]);
    await worker.close();
  });

  it("forgets a search whose process died", async () => {
    const prefix = freshId();
    const dead = await connectRedis(server.url);
    const plan = posting("dead");
    await dead.set(`${prefix}:plan:${plan.studyId}`, JSON.stringify(plan), "PX", 100);
    dead.disconnect();
    const worker = await planBoard(server.url, { prefix });
    expect(await worker.isPosted(plan.studyId)).toBe(true);
    await vi.waitFor(async () => expect(await worker.isPosted(plan.studyId)).toBe(false), { timeout: 600_000 });
    await worker.close();
  });

  it("posts again what a restarted server has lost", async () => {
    const prefix = freshId();
    const [leader, worker] = [
      await planBoard(server.url, { prefix, livesMs: 300 }),
      await planBoard(server.url, { prefix }),
    ];
    const plan = posting("again");
    await leader.post(plan);
    await server.restart();
    await vi.waitFor(async () => expect(await worker.isPosted(plan.studyId)).toBe(true), { timeout: 600_000 });
    await leader.close();
    await worker.close();
  });

  it("says where there is no server", async () => {
    await expect(planBoard("redis://127.0.0.1:9")).rejects.toMatchObject({ code: "QUEUE_UNREACHABLE" });
    await expect(planBoard("http://127.0.0.1:9")).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });
});
