/**
 * @file The door to a running engine: a socket in its state folder that only its owner may open. One line of JSON in, one
 * line out. A file named KILL in the folder halts as well, for when nothing else answers.
 */
import { chmodSync, existsSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { systemClock, systemCode, TidemarkError, toError } from "../../core/index.ts";

const SOCKET_FILE = "engine.sock";
export const KILL_FILE = "KILL";

/** What may be asked. Anything else is refused before the engine hears of it: a command is journaled for good. */
const requestSchema = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("status") }),
  z.strictObject({ verb: z.literal("orders") }),
  z.strictObject({
    verb: z.literal("command"),
    command: z.enum(["halt", "resume", "flatten", "close-only"]),
    by: z.string().min(1).max(200),
    reason: z.string().max(1_000),
  }),
]);
export type ControlRequest = Readonly<z.infer<typeof requestSchema>>;

export type ControlReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

const LONGEST_LINE = 65_536;
const ANSWER_MS = 5_000;

export type ControlServer = { close(): Promise<void> };

/** Throws where a line is no request, with what is wrong and nothing of the line itself. */
function requestOf(line: string): ControlRequest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Error("a request is one line of JSON");
  }
  const checked = requestSchema.safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Error(`no request that is known: ${[...issue.path, issue.message].join(" ")}`);
}

/** Listens in the folder; what an engine that died has left there is replaced. */
export async function serveControl(
  folder: string,
  answer: (request: ControlRequest) => unknown,
): Promise<ControlServer> {
  const path = join(folder, SOCKET_FILE);
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    let isAnswered = false;
    socket.setEncoding("utf8");
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_LINE) {
        socket.destroy();
        return;
      }
      const end = text.indexOf("\n");
      if (end < 0 || isAnswered) return;
      // One request a connection: what follows it is not looked at.
      isAnswered = true;
      let reply: ControlReply;
      try {
        reply = { ok: true, result: answer(requestOf(text.slice(0, end))) };
      } catch (thrown) {
        reply = { ok: false, error: toError(thrown).message };
      }
      socket.end(`${JSON.stringify(reply)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          rmSync(path, { force: true });
          resolve();
        });
      }),
  };
}

/** Asks the engine of the folder; undefined where none runs. Rejects with CHECK_FAILED where it refuses. */
export async function askEngine(folder: string, request: ControlRequest): Promise<unknown> {
  const path = join(folder, SOCKET_FILE);
  if (!existsSync(path)) return undefined;
  const text = await new Promise<string | undefined>((resolve, reject) => {
    const socket = createConnection(path);
    let received = "";
    socket.setEncoding("utf8");
    const answered = new AbortController();
    socket.on("close", () => answered.abort());
    void systemClock
      .sleep(ANSWER_MS, answered.signal)
      .then(() => socket.destroy(new Error("the engine does not answer")))
      .catch(() => undefined);
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk: string) => {
      received += chunk;
    });
    socket.on("end", () => resolve(received));
    socket.on("error", (thrown) => {
      const code = systemCode(thrown);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve(undefined);
      else reject(thrown);
    });
  });
  if (text === undefined) return undefined;
  const reply = JSON.parse(text) as ControlReply;
  if (reply.ok) return reply.result;
  throw new TidemarkError("CHECK_FAILED", { what: `The engine refused: ${reply.error}`, where: folder });
}
