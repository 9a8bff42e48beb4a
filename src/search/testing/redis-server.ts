/** @file A Redis server of a test's own, on a free loopback port, in a folder of its own, without persistence. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../core/index.ts";

const BINARY = process.env.REDIS_SERVER ?? "redis-server";

/** True where the program is installed. */
export const hasRedis: boolean = spawnSync(BINARY, ["--version"]).status === 0;

export type RedisServer = {
  readonly url: string;
  /** Kills the server and starts an empty one at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function startAt(port: number, folder: string): Promise<ChildProcess> {
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
  const child = spawn(BINARY, settings, { stdio: "ignore" });
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 500 || child.exitCode !== null) throw new Error("redis-server does not answer");
    await systemClock.sleep(10);
  }
  return child;
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill(signal);
  await closed;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-redis-"));
  const port = await freePort();
  let child = await startAt(port, folder);
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await end(child, "SIGKILL");
      child = await startAt(port, folder);
    },
    async stop() {
      await end(child, "SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
