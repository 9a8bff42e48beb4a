/**
 * A whole live session against the local venue, as a user runs it: confirmed, killed, started again, ended with Ctrl-C, with
 * lost replies, notices that fail, metrics and every command that reads. Key, secret and the address of notices are marked.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/index.ts";
import { foldJournal, JOURNAL_FILE, SqliteJournal } from "../../src/trade/index.ts";
import { cleanEnvironment, temporaryFolder, tidemark } from "./cli.ts";

const BIN = resolve(import.meta.dirname, "../../bin/tidemark.mjs");
const KEY = "marked-key-7e11";
const SECRET = "marked-secret-3c0d";
const TOKEN = "marked-token-91fa";
const SPEED = 300;
/** Below the ports that a system gives away by itself, so that nobody else is given it. */
const METRICS_PORT = 20_000 + (process.pid % 10_000);

/** In and out every other bar, both ways, with stops and targets near enough to be met. */
const RESTLESS = `export const strategy = {
  name: "restless",
  warmup: () => 2,
  decide: (symbol) => {
    const brackets = { stop: 0.004, target: 0.006 };
    if (symbol.barsHeld > 2) symbol.flat();
    else if (symbol.close() > symbol.close(1)) symbol.long(0.2, brackets);
    else if (symbol.mayShort) symbol.short(0.2, brackets);
  },
};
`;

class Program {
  out = "";
  readonly #child: ChildProcess;
  readonly ended: Promise<number | string>;

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [BIN, ...args], { cwd, env: cleanEnvironment(env) });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.out += text;
      });
    }
    this.ended = new Promise((done) => this.#child.on("close", (code, signal) => done(code ?? signal ?? "")));
  }

  kill(signal: "SIGKILL" | "SIGINT"): Promise<number | string> {
    this.#child.kill(signal);
    return this.ended;
  }
}

async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (let i = 0; i < 2_400; i++) {
    if (await condition()) return;
    await systemClock.sleep(50);
  }
  throw new Error(what());
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

type Audit = {
  readonly orders: ReadonlyArray<{ readonly orderLinkId: string }>;
  readonly executions: ReadonlyArray<{ readonly execId: string }>;
  readonly positions: ReadonlyArray<{ readonly symbol: string; readonly size: string }>;
};

test("A live session that is killed and begun again loses nothing, doubles nothing, and writes no secret anywhere", async () => {
  using home = temporaryFolder();
  using house = temporaryFolder();
  const heard: string[] = [];
  const hook = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => heard.push(text));
    // Notices are refused with an answer that repeats their address.
    response.writeHead(heard.length % 2 === 0 ? 500 : 200).end(request.url);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => hook.once("listening", listening));
  const hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/${TOKEN}`;
  const market = [
    "seed = 5",
    "[data]",
    'venue = "synthetic"',
    'symbols = ["BTCUSDT", "ETHUSDT"]',
    'timeframe = "5m"',
    "synthetic_bars = 9000",
  ];
  writeFileSync(
    join(house.path, "tidemark.toml"),
    [
      ...market,
      "[venue]",
      `speed = ${SPEED}`,
      'balance = "100000"',
      `api_key = "${KEY}"`,
      `api_secret = "${SECRET}"`,
      'faults = ["drop-reply on=/v5/order/create probability=0.1", "duplicate-push on=execution probability=0.2"]',
    ].join("\n"),
  );
  const venue = new Program(["venue", "--port", "0", "--json"], house.path, {});
  const secrets = { BYBIT_API_KEY: KEY, BYBIT_API_SECRET: SECRET, NOTIFY_WEBHOOK_URL: hookUrl };
  const said: string[] = [];
  const lives: Program[] = [];
  try {
    const address = /"url":\s*"(?<url>[^"]+)"/;
    await until(
      () => address.test(venue.out),
      () => `the venue starts: ${venue.out}`,
    );
    const url = address.exec(venue.out)?.groups?.["url"] ?? "";
    writeFileSync(join(home.path, "restless.mjs"), RESTLESS);
    writeFileSync(
      join(home.path, "tidemark.toml"),
      [
        ...market,
        "[trade]",
        "live = true",
        `host = "${url}"`,
        "max_total_notional = 50000",
        'notify = ["webhook"]',
        `metrics_port = ${METRICS_PORT}`,
        "daily_loss = 0",
        "max_drawdown = 0",
        "rapid_decline = 0",
      ].join("\n"),
    );
    const audit = async (): Promise<Audit> => {
      const reply = await fetch(`${url}/control`, {
        method: "POST",
        body: JSON.stringify({ action: "audit", account: "1" }),
      });
      const text = await reply.text();
      expect(reply.status, text).toBe(200);
      return JSON.parse(text) as Audit;
    };
    const ask = async (args: readonly string[], env: Readonly<Record<string, string>> = secrets) => {
      const { code, stdout, stderr } = await tidemark(args, { cwd: home.path, env });
      said.push(stdout, stderr);
      return { code, stdout, text: stdout + stderr };
    };
    const live = [
      "live",
      "--strategy",
      "./restless.mjs",
      "--i-accept-unpromoted-risk",
      "--confirm",
      "bybit-custom-1 50000",
    ];

    const wrong = await ask(live, { ...secrets, BYBIT_API_SECRET: `${SECRET}-wrong` });
    expect(wrong.text).toContain("VENUE_CREDENTIALS");
    const unconfirmed = await ask([...live.slice(0, -1), "yes"]);
    expect(unconfirmed.code).not.toBe(0);

    const bookedFills = (): readonly string[] => {
      const [session] = readdirSync(join(home.path, "state", "live"));
      const journal = new SqliteJournal(join(home.path, "state", "live", session, JOURNAL_FILE), { readOnly: true });
      const { executions: booked } = foldJournal(journal);
      journal.close();
      return Object.keys(booked);
    };
    const isQuiet = async (): Promise<boolean> => {
      const { positions, executions: fills } = await audit();
      return positions.every(({ size }) => Number(size) === 0) && bookedFills().length === fills.length;
    };

    for (const end of ["SIGKILL", "SIGINT"] as const) {
      const life = new Program(live, home.path, secrets);
      lives.push(life);
      const before = (await audit()).executions.length;
      let dead: number | string | undefined;
      void life.ended.then((code) => (dead = code));
      await until(
        async () => dead !== undefined || (await audit()).executions.length >= before + 4,
        () => `the session trades: ${life.out}`,
      );
      expect(dead, life.out).toBeUndefined();
      if (end === "SIGINT") {
        await ask(["status"]);
        const scraped = await (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text();
        said.push(scraped);
        // Stops at the venue would go on filling after the session's end.
        await ask(["flatten"]);
        await until(
          async () => dead !== undefined || (await isQuiet()),
          () => `the account is flat and the journal knows it: ${life.out}`,
        );
      }
      const code = await life.kill(end);
      const expected: ReadonlyArray<number | string> = end === "SIGINT" ? [0, 130] : ["SIGKILL"];
      expect(expected, life.out).toContain(code);
    }
    const { orders, executions } = await audit();
    expect(executions.length).toBeGreaterThanOrEqual(8);
    const ids = orders.map(({ orderLinkId }) => orderLinkId).filter((id) => id !== "");
    expect(new Set(ids).size, "no order is there twice").toBe(ids.length);
    for (const verb of [["orders"], ["positions"], ["status"]]) {
      const { code, text } = await ask([...verb, "--json"]);
      expect(code, text).toBe(0);
    }
    const [name] = readdirSync(join(home.path, "state", "live"));
    const session = `live/${name}`;
    for (const verb of [
      ["journal", "verify", session],
      ["journal", "export", session],
    ]) {
      const { code, text } = await ask(verb);
      expect(code, text).toBe(0);
    }
    expect(bookedFills().toSorted(), "every fill is in the journal, and no other").toEqual(
      executions.map(({ execId }) => execId).toSorted(),
    );
  } finally {
    for (const life of lives) await life.kill("SIGKILL");
    await venue.kill("SIGKILL");
    hook.closeAllConnections();
    hook.close();
  }
  const everything = [
    ...said.map((text, i) => [`output ${i}`, text] as const),
    ...lives.map(({ out }, i) => [`life ${i}`, out] as const),
    ...heard.map((text, i) => [`notice ${i}`, text] as const),
    ...everyFile(home.path).map((path) => [path, readFileSync(path, "latin1")] as const),
  ];
  expect(heard.length, "notices were sent").toBeGreaterThan(0);
  expect(said.join("\n"), "metrics were scraped").toMatch(/tidemark_orders_total\{session="live\/restless"\} [1-9]/);
  for (const [where, text] of everything) {
    for (const marked of [KEY, SECRET, TOKEN]) expect(text.includes(marked), `${marked} in ${where}`).toBe(false);
  }
});
