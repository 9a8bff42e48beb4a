/**
 * @file The door to a running engine: a socket in its state folder that only its owner may open. A file named KILL in the
 * folder halts as well, for when nothing else answers.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../core/index.ts";
import type { JournalRecord } from "../journal/record.ts";
import {
  type ControlReply,
  type ControlRequest,
  LONGEST_LINE,
  refusalOf,
  requestOf,
  SOCKET_FILE,
} from "./control-protocol.ts";

export const KILL_FILE = "KILL";

export type ControlServer = {
  /** Records were written: who follows is told. */
  wake(): void;
  close(): Promise<void>;
};

export type ControlDoor = {
  /** What a request is answered with; what it throws is the refusal. */
  readonly answer: (request: Exclude<ControlRequest, { verb: "events" }>) => unknown;
  /** The journal, for those who follow it. */
  readonly records?: { readonly lastSeq: number; read(seq: number): Iterable<JournalRecord> };
};

/** Records of one moment go out together, and never before the orders that follow from them. */
const GATHER_MS = 5;

/** Listens in the folder; what an engine that died has left there is replaced. */
export async function serveControl(folder: string, door: ControlDoor): Promise<ControlServer> {
  const path = join(folder, SOCKET_FILE);
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const followers = new Set<() => void>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    let isAnswered = false;
    socket.setEncoding("utf8");
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: string) => {
      // One request a connection: what follows it is not looked at.
      if (isAnswered) return;
      text += chunk;
      const end = text.indexOf("\n");
      if (end < 0 || end > LONGEST_LINE) {
        if (text.length > LONGEST_LINE) socket.destroy();
        return;
      }
      isAnswered = true;
      let reply: ControlReply;
      try {
        const request = requestOf(text.slice(0, end));
        if (request.verb === "events") {
          void follow(socket, door, request.after, followers).catch((thrown) => {
            if (!socket.destroyed) socket.end(line(refusalOf(thrown)));
          });
          return;
        }
        reply = { ok: true, result: door.answer(request) };
      } catch (thrown) {
        reply = refusalOf(thrown);
      }
      socket.end(line(reply));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    wake: () => {
      for (const wake of followers) wake();
    },
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

const nobody = (): void => undefined;
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/**
 * Sends every record after `from`, then each new one. The journal itself is the buffer: a reader that is slow falls behind in
 * it, and neither the engine waits for it nor does its memory grow.
 */
async function follow(
  socket: Socket,
  { records }: ControlDoor,
  from: number,
  followers: Set<() => void>,
): Promise<void> {
  if (records === undefined) throw new Error("this engine tells no events");
  let wake = nobody;
  const awake = (): void => wake();
  followers.add(awake);
  socket.on("close", () => {
    followers.delete(awake);
    wake();
  });
  socket.write(line({ ok: true, result: { seq: records.lastSeq } } satisfies ControlReply));
  let seq = from;
  while (!socket.destroyed) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    for (const record of records.read(seq)) {
      if (socket.destroyed) return;
      seq = record.seq;
      if (!socket.write(line(record))) await drained(socket);
    }
    if (records.lastSeq > seq) continue;
    await woken;
    await systemClock.sleep(GATHER_MS);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
