/** @file Where notices go: a webhook, a Telegram chat, a mailbox. Their addresses and keys come from the environment alone. */
import { createTransport } from "nodemailer";
import { FinalRefusal, type Notice, type NoticeChannel } from "./notifier.ts";

const TOO_MANY = 429;

/** Refusals that come again: 4xx but for time-outs and too many requests. Names the status alone, never the address. */
function requireTaken(status: number): void {
  if (status >= 200 && status < 300) return;
  const isPassing = status >= 500 || status === TOO_MANY || status === 408;
  const text = `answered ${status}`;
  throw isPassing ? new Error(text) : new FinalRefusal(text);
}

async function post(url: string, body: object, signal: AbortSignal): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      // The address is the secret: it is asked, and nobody that it names.
      redirect: "manual",
      signal,
    });
  } catch {
    // The cause would name the address, which holds the key.
    throw new Error("could not be reached");
  }
  await response.body?.cancel();
  requireTaken(response.status);
}

/** POSTs `{ session, code, text, atMs }`. */
export function webhookChannel(url: string): NoticeChannel {
  return { name: "webhook", send: (notice, signal) => post(url, notice, signal) };
}

/** @param host of the bot API, without a slash at its end */
export function telegramChannel(token: string, chat: string, host = "https://api.telegram.org"): NoticeChannel {
  return {
    name: "telegram",
    send: (notice, signal) =>
      post(`${host}/bot${token}/sendMessage`, { chat_id: chat, text: `${subject(notice)}\n${notice.text}` }, signal),
  };
}

/** @param url such as smtps://user:password@mail.example.org */
export function emailChannel(url: string, from: string, to: string): NoticeChannel {
  const transport = createTransport(url, { from });
  return {
    name: "e-mail",
    send: async (notice) => {
      try {
        await transport.sendMail({ to, subject: subject(notice), text: `${notice.text}\n\n${timeOf(notice)}` });
      } catch (thrown) {
        const { responseCode } = thrown as { responseCode?: number };
        // What the server says may repeat what was sent to it.
        const text = responseCode === undefined ? "the mail server could not be reached" : `answered ${responseCode}`;
        throw responseCode !== undefined && responseCode >= 500 ? new FinalRefusal(text) : new Error(text);
      }
    },
  };
}

const timeOf = ({ atMs }: Notice): string => new Date(atMs).toISOString();

function subject({ session, code }: Notice): string {
  return `Tidemark ${session}: ${code}`;
}
