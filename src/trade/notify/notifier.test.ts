import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { exactText, systemClock } from "../../core/index.ts";
import { emailChannel, telegramChannel, webhookChannel } from "./channels.ts";
import { noticeOf } from "./notices.ts";
import { FinalRefusal, type Notice, type NoticeChannel, Notifier } from "./notifier.ts";

const NOTICE: Notice = { code: "halted.drawdown", text: "25 % are lost", session: "paper/x", atMs: 0 };
const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Answers with the statuses in their order, the last one from then on. */
async function web(...statuses: number[]) {
  const seen: Array<{ url: string; body: string }> = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const status = statuses[Math.min(seen.length, statuses.length - 1)];
      seen.push({ url: request.url ?? "", body });
      response.writeHead(status, status > 299 && status < 400 ? { location: "/elsewhere" } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function notifier(channel: NoticeChannel, secrets: string[] = []) {
  const troubles: string[] = [];
  const made = new Notifier({
    channels: [channel],
    clock: systemClock,
    secrets,
    onTrouble: (text) => troubles.push(text),
    firstPauseMs: 1,
  });
  return { notify: (notice: Notice) => made.notify(notice), close: () => made.close(), troubles };
}

describe("notices go out", () => {
  test("to a webhook as JSON, and again after passing failures", async () => {
    const { seen, url } = await web(503, 429, 200);
    const { notify, close, troubles } = notifier(webhookChannel(`${url}/hook`));
    notify(NOTICE);
    await close();
    expect(seen.map((one) => one.url)).toEqual(["/hook", "/hook", "/hook"]);
    expect(JSON.parse(seen[2].body)).toEqual(NOTICE);
    expect(troubles).toEqual([]);
  });

  test("to a Telegram chat by the bot's token", async () => {
    const { seen, url } = await web(200);
    const { notify, close } = notifier(telegramChannel("123:abc", "42", url));
    notify(NOTICE);
    await close();
    expect(seen[0].url).toBe("/bot123:abc/sendMessage");
    expect(JSON.parse(seen[0].body)).toEqual({
      chat_id: "42",
      text: "Tidemark paper/x: halted.drawdown\n25 % are lost",
    });
  });

  test("by e-mail through the server that is named", async () => {
    const lines: string[] = [];
    const server = createSocketServer((socket) => {
      socket.write("220 here\r\n");
      let isData = false;
      socket.on("data", (chunk) => {
        for (const line of chunk
          .toString()
          .split("\r\n")
          .filter((text) => text !== "")) {
          lines.push(line);
          if (isData && line === ".") isData = false;
          else if (isData) continue;
          if (line === "DATA") isData = true;
          socket.write(line === "DATA" ? "354 go on\r\n" : line.startsWith("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
        }
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { notify, close, troubles } = notifier(
      emailChannel(`smtp://127.0.0.1:${port}?ignoreTLS=true`, "bot@example.org", "me@example.org"),
    );
    notify(NOTICE);
    await close();
    expect(troubles).toEqual([]);
    expect(lines).toContain("RCPT TO:<me@example.org>");
    expect(lines).toContain("Subject: Tidemark paper/x: halted.drawdown");
    expect(lines).toContain("25 % are lost");
  });
});

describe("notices hold nothing up and tell no secret", () => {
  test.each([400, 401, 404, 302, 307, 308])(
    "an answer of %s that stays is not tried again nor followed, and told without the address",
    async (status) => {
      const { seen, url } = await web(status);
      const { notify, close, troubles } = notifier(webhookChannel(`${url}/secret-path`));
      notify(NOTICE);
      await close();
      expect(seen.map((one) => one.url)).toEqual(["/secret-path"]);
      expect(troubles).toHaveLength(1);
      expect(troubles[0]).not.toContain("secret-path");
    },
  );

  test("nobody there: tried a few times, then told, without the token", async () => {
    const { notify, close, troubles } = notifier(telegramChannel("123:secret", "42", "http://127.0.0.1:1"));
    notify(NOTICE);
    await close();
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain("in 6 tries");
    expect(troubles[0]).not.toContain("secret");
  });

  test("secrets are taken out of the text and of what a channel says", async () => {
    const sent: Notice[] = [];
    const channel: NoticeChannel = {
      name: "test",
      send: (notice) => {
        sent.push(notice);
        return Promise.reject(new FinalRefusal("hunter22 is wrong"));
      },
    };
    const { notify, close, troubles } = notifier(channel, ["hunter22"]);
    notify({ ...NOTICE, text: "the key hunter22 was refused" });
    await close();
    expect([sent[0].text, troubles[0]]).toEqual([
      "the key *** was refused",
      "test: halted.drawdown was not sent in 1 tries: *** is wrong",
    ]);
  });

  test("a place that hangs: notify returns at once, the queue is bounded, and the loss is told", async () => {
    const sent: Notice[] = [];
    const held: Array<() => void> = [];
    const hanging: NoticeChannel = {
      name: "slow",
      send: (notice) => {
        sent.push(notice);
        return sent.length > 1 ? Promise.resolve() : new Promise((resolve) => held.push(resolve));
      },
    };
    const { notify, close } = notifier(hanging);
    for (let i = 0; i < 500; i++) notify({ ...NOTICE, code: "fill", text: `fill ${i}` });
    for (const release of held) release();
    await close();
    expect(sent).toHaveLength(201);
    expect(sent[1].text).toBe("fill 300 (299 older notices could not be sent)");
    expect(sent.at(-1)?.text).toBe("fill 499");
  });

  test("the same alarm is told once a minute, every fill is told", async () => {
    const sent: string[] = [];
    const channel: NoticeChannel = {
      name: "test",
      send: (notice) => {
        sent.push(notice.text);
        return Promise.resolve();
      },
    };
    const { notify, close } = notifier(channel);
    for (const text of ["BTC: no stop", "BTC: no stop", "ETH: no stop"]) notify({ ...NOTICE, text });
    for (const text of ["a", "a"]) notify({ ...NOTICE, code: "fill", text });
    await close();
    expect(sent).toEqual(["BTC: no stop", "ETH: no stop", "a", "a"]);
  });
});

test("people are told of fills, states and alarms, and not of what the gate denies", () => {
  const execution = {
    kind: "trade",
    side: "buy",
    quantity: exactText("1"),
    symbol: "A",
    price: exactText("2"),
    fee: exactText("3"),
    feeCurrency: "USDT",
    role: "ours",
  };
  const fill = { kind: "broker", event: { kind: "execution", execution } } as never;
  expect(noticeOf(fill)).toEqual({ code: "fill", text: "ours buy 1 A at 2, fee 3 USDT" });
  expect(noticeOf({ kind: "state", to: "halted", cause: "drawdown", text: "x" })?.code).toBe("halted.drawdown");
  expect(noticeOf({ kind: "state", to: "active", cause: "disconnect", text: "x" })?.code).toBe("lifted.disconnect");
  expect(noticeOf({ kind: "alarm", code: "coverage.naked", text: "x" })?.code).toBe("coverage.naked");
  expect(noticeOf({ kind: "alarm", code: "GATE_STATE", text: "x" })).toBeUndefined();
  expect(noticeOf({ kind: "denied", symbol: "A", code: "GATE_STATE", detail: "", decision: 1 })).toBeUndefined();
  const funding = {
    kind: "broker",
    event: { kind: "execution", execution: { ...execution, kind: "funding" } },
  } as never;
  expect(noticeOf(funding)).toBeUndefined();
});
