/** @file Pages for a benchmark: as many as are wanted, each with its stream and with the questions that an open page asks. */
import { WebSocket } from "ws";
import type { Pages } from "../app/index.ts";
import { SECOND_MS, systemClock } from "../core/index.ts";

/** What the page asks again while it is looked at: sessions, overview, work, an equity and a history. */
const ASKED = ["overview", "sessions", "jobs", "positions", "equity/cryptoFutures/live", "history/cryptoFutures/live"];
const ASKED_EVERY_MS = 5 * SECOND_MS;
const TOPICS = ["sessions", "jobs", "events", "beat"];

/** Headers of a page that has signed in. `signIn` is the address that the server prints. */
export async function signInPage(signIn: string): Promise<Record<string, string>> {
  const { origin, hash } = new URL(signIn);
  const body = JSON.stringify({ code: hash.slice("#code=".length) });
  const answer = await fetch(`${origin}/api/v1/session`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body,
  });
  if (!answer.ok) throw new Error(`signing in answers ${answer.status}`);
  const { secret } = (await answer.json()) as { secret: string };
  const [cookie] = (answer.headers.get("set-cookie") ?? "").split(";");
  return { origin, cookie, "x-tidemark-session": secret };
}

/** The stream of a page, subscribed to everything that a page reads. */
export async function openReader(page: Record<string, string>): Promise<WebSocket> {
  const { origin, cookie } = page;
  const socket = new WebSocket(`${origin.replace("http", "ws")}/api/v1/stream`, { headers: { origin, cookie } });
  await new Promise<void>((done, fail) => socket.once("open", done).once("error", fail));
  socket.on("message", () => undefined);
  socket.send(JSON.stringify({ do: "sign-in", secret: page["x-tidemark-session"] }));
  for (const topic of TOPICS) socket.send(JSON.stringify({ do: "subscribe", topic }));
  return socket;
}

/** Pages of one sign-in; they ask from the moment they are opened until all are closed. */
export async function signInPages(address: string): Promise<Pages> {
  const page = await signInPage(address);
  const ended = new AbortController();
  const { signal } = ended;
  const readers: WebSocket[] = [];
  const asking: Promise<void>[] = [];
  let answers = 0;
  let failure: unknown;
  const ask = async (): Promise<void> => {
    while (!signal.aborted) {
      for (const path of ASKED) {
        const answer = await fetch(`${page["origin"]}/api/v1/${path}`, { headers: page, signal });
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
        answers++;
      }
      await systemClock.sleep(ASKED_EVERY_MS, signal);
    }
  };
  return {
    async open(count) {
      for (let i = 0; i < count; i++) {
        readers.push(await openReader(page));
        asking.push(
          ask().catch((thrown: unknown) => {
            if (!signal.aborted) failure = thrown;
          }),
        );
      }
    },
    async close() {
      ended.abort();
      for (const reader of readers) reader.terminate();
      await Promise.all(asking);
      if (failure !== undefined) throw failure;
      return answers;
    },
  };
}
