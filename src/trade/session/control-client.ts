/** @file The other side of an engine's door: questions, commands, and the stream of what it journals. */
import { existsSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { systemClock, systemCode, TidemarkError, toError } from "../../core/index.ts";
import {
  type ControlReply,
  type ControlRequest,
  SOCKET_FILE,
  type StreamedRecord,
  thrownRefusal,
} from "./control-protocol.ts";

const ANSWER_MS = 5_000;

function silent(folder: string): TidemarkError {
  return new TidemarkError("ENGINE_SILENT", {
    what: `The engine has not answered within ${ANSWER_MS / 1_000} s`,
    where: folder,
    fix: "Ask again; a file named KILL in this folder halts it.",
  });
}

/** Nobody listens: the engine is gone, or has never been. */
function isNobody(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === "ECONNREFUSED" || code === "ENOENT";
}

/** The reply. Throws ENGINE_SILENT where it is none: the engine went away in the middle of it. */
function replyOf(text: string, folder: string): ControlReply {
  try {
    return JSON.parse(text) as ControlReply;
  } catch {
    throw silent(folder);
  }
}

/**
 * Asks the engine of the folder; undefined where none runs. Throws what the engine refuses with, by its code, and ENGINE_SILENT
 * where no answer comes in time.
 */
export async function askEngine(
  folder: string,
  request: Exclude<ControlRequest, { verb: "events" }>,
): Promise<unknown> {
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
      .then(() => socket.destroy(silent(folder)))
      .catch(() => undefined);
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk: string) => {
      received += chunk;
    });
    socket.on("end", () => resolve(received));
    socket.on("error", (thrown) => {
      if (isNobody(thrown)) resolve(undefined);
      else reject(thrown);
    });
  });
  if (text === undefined) return undefined;
  const reply = replyOf(text, folder);
  if (reply.ok) return reply.result;
  throw thrownRefusal(reply, folder);
}

export type FollowOptions = {
  /** Records with greater numbers are sent. */
  readonly after: number;
  readonly onRecord: (record: StreamedRecord) => void;
  readonly signal?: AbortSignal;
};

export type EngineStream = {
  /** The journal's last number when the stream began: what comes up to it is old. */
  readonly seq: number;
  /** Resolves when the engine has gone or the signal has fired; rejects where the stream broke. */
  readonly ended: Promise<void>;
};

/** Follows the journal of a running engine; undefined where none runs. A reader that takes its time loses nothing. */
export async function followEngine(folder: string, options: FollowOptions): Promise<EngineStream | undefined> {
  const path = join(folder, SOCKET_FILE);
  if (!existsSync(path)) return undefined;
  const socket = createConnection(path);
  socket.setEncoding("utf8");
  options.signal?.addEventListener("abort", () => socket.destroy(), { once: true });
  return new Promise((resolve, reject) => {
    const ended = readLines(socket, options, (reply) => {
      if (reply.ok) resolve({ seq: (reply.result as { readonly seq: number }).seq, ended });
      else reject(thrownRefusal(reply, folder));
    });
    ended.then(
      () => reject(silent(folder)),
      (thrown) => {
        if (isNobody(thrown)) resolve(undefined);
        else reject(toError(thrown));
      },
    );
    socket.on("connect", () => {
      socket.write(`${JSON.stringify({ verb: "events", after: options.after } satisfies ControlRequest)}\n`);
    });
  });
}

function readLines(socket: Socket, options: FollowOptions, onReply: (reply: ControlReply) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    let isBegun = false;
    socket.on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const one = text.slice(0, end);
        text = text.slice(end + 1);
        try {
          if (isBegun) options.onRecord(JSON.parse(one) as StreamedRecord);
          else onReply(JSON.parse(one) as ControlReply);
        } catch (thrown) {
          socket.destroy(toError(thrown));
          return;
        }
        isBegun = true;
      }
    });
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}
