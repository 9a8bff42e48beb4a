import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BybitMarket, BybitServer, type SeenRequest } from "../venues/bybit-server.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

const NOW_MS = Date.UTC(2025, 5, 10, 12, 2);
const MARKET: BybitMarket = {
  symbols: ["BTCUSDT", "ETHUSDT"],
  nowMs: NOW_MS,
  listedMs: Date.UTC(2025, 0, 1),
};
const FETCH = ["fetch", "--symbols", "BTCUSDT,ETHUSDT", "--from", "2025-06-01"];

/** A page of candles after the first. */
function isLater({ path, query }: SeenRequest): boolean {
  return path === "/v5/market/kline" && Number(query["start"]) > Date.UTC(2025, 5, 1);
}

let server: BybitServer;
beforeEach(async () => {
  server = await BybitServer.start(MARKET);
});
afterEach(() => server.close());

function at(folder: string): { cwd: string; env: Record<string, string> } {
  return { cwd: folder, env: { TIDEMARK_BYBIT_URL: server.url } };
}

describe("tidemark fetch", () => {
  it("stores finished bars and funding, and asks for nothing twice", async () => {
    using folder = temporaryFolder();
    const first = await commandLine([...FETCH, "--json"], at(folder.path));
    expect(first.code, `no complaint: ${first.stderr}`).toBe(0);
    const bars = ((NOW_MS - 120_000 - Date.UTC(2025, 5, 1)) / 300_000) | 0;
    expect(JSON.parse(first.stdout)).toMatchObject({
      source: "bybit",
      sets: [
        { symbol: "BTCUSDT", candles: { added: bars }, funding: { added: 29 } },
        { symbol: "ETHUSDT", candles: { added: bars } },
      ],
    });
    const asked = server.candleRequests().length;
    const second = await commandLine(FETCH, at(folder.path));
    expect(second.stdout).toContain("BTCUSDT 5m (bybit): 0 added");
    expect(server.candleRequests()).toHaveLength(asked);
    const checked = await commandLine(["data", "check"], at(folder.path));
    expect(checked.code, `no complaint: ${checked.stdout}`).toBe(0);
  });

  it("stores what a venue has, and the check ends with 3 where that is no history", async () => {
    using folder = temporaryFolder();
    server.market = { ...MARKET, isMissing: (openMs) => (openMs / 300_000) % 2 === 0 };
    const fetched = await commandLine(FETCH, at(folder.path));
    expect(fetched.code, `no complaint: ${fetched.stderr}`).toBe(0);
    const checked = await commandLine(["data", "check", "--json"], at(folder.path));
    expect(checked.code).toBe(3);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: false, sets: [{ report: { verdict: "unusable" } }, {}] });
    expect(checked.stderr).toContain("DATA_QUALITY");
  });

  it.each([
    ["a refused address", { status: 403 }, "VENUE_FORBIDDEN"],
    ["a body that is no JSON", { body: "<<<" }, "VENUE_BAD_REPLY"],
  ] as const)("tells %s with its code and ends with 4", async (_name, fault, code) => {
    using folder = temporaryFolder();
    server.fault = () => fault;
    const outcome = await commandLine(FETCH, at(folder.path));
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toContain(code);
  });

  it("stops at Ctrl-C while the venue is silent, keeps what came, and goes on later", async () => {
    using folder = temporaryFolder();
    // The first page of each symbol arrives, the others never do.
    server.fault = (request) => (isLater(request) ? "hang" : undefined);
    let interrupted = false;
    const outcome = await tidemark(FETCH, {
      ...at(folder.path),
      whileRunning: (child) => {
        if (interrupted || server.requests.filter(isLater).length < 2) return;
        interrupted = true;
        child.kill("SIGINT");
      },
    });
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toContain("being saved");
    expect(outcome.stderr, "a stop is no failure").not.toContain("error:");
    const listed = await commandLine(["data", "ls", "--json"], at(folder.path));
    const { sets } = JSON.parse(listed.stdout) as { sets: Array<{ bars: number }> };
    expect(sets.map(({ bars }) => bars)).toEqual([1000, 1000]);
    server.fault = () => undefined;
    const resumed = await commandLine([...FETCH, "--json"], at(folder.path));
    expect(JSON.parse(resumed.stdout)).toMatchObject({ sets: [{ candles: { added: 1736 } }, {}] });
  });

  it("stops at once at the second Ctrl-C", async () => {
    using folder = temporaryFolder();
    server.fault = () => "hang";
    // Exactly two, the second once the first was heard.
    let sent = 0;
    const outcome = await tidemark(FETCH, {
      ...at(folder.path),
      whileRunning: (child, stderr) => {
        const due = sent === 0 ? server.requests.length > 0 : sent === 1 && stderr.includes("Press Ctrl-C again");
        if (due && child.kill("SIGINT")) sent++;
      },
    });
    // A process that is on its way out has given up its handlers: the system ends it, and a shell calls that 130 too.
    expect([130, null]).toContain(outcome.code);
  });
});

describe("tidemark doctor with a network", () => {
  it("compares clocks and warns of a wrong one without failing", async () => {
    using folder = temporaryFolder();
    server.market = { ...MARKET, nowMs: Date.now() - 60_000 };
    const wrong = await commandLine(["doctor"], at(folder.path));
    expect(wrong.code).toBe(0);
    expect(wrong.stdout).toMatch(/ok +network/);
    expect(wrong.stdout).toMatch(/warn +clock +\d+ ms ahead of the venue/);
    server.market = {
      ...MARKET,
      get nowMs() {
        return Date.now();
      },
    };
    const right = await commandLine(["doctor"], at(folder.path));
    expect(right.stdout).toMatch(/ok +clock/);
  });

  it("goes on without one", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await commandLine(["doctor"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/warn +network/);
  });
});
