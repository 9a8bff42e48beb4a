import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, SimulatedClock } from "../../core/index.ts";
import {
  plainValue,
  type SourceFault,
  SourceServer,
  withRepeatedRows,
  withWrongTypes,
} from "../testing/source-server.ts";
import { SERIES, type SeriesSpec } from "./series.ts";
import type { AlternativeSource, SourceObservation, SourceOptions, SourceQuery } from "./source.ts";
import { alternativeSources } from "./sources.ts";

const NOW = Date.UTC(2026, 4, 20, 7, 30);
const KEYS = { X_BEARER_TOKEN: "key-of-x", LUNARCRUSH_API_KEY: "key-of-lunar", ETHERSCAN_API_KEY: "key-of-scan" };
/** Those that are asked; what is heard has tests of its own. */
const NAMES = alternativeSources({ environment: {} }).flatMap(({ name, stream }) =>
  stream === undefined ? [name] : [],
);
const server = new SourceServer(NOW);
let address = "";

beforeAll(async () => {
  address = await server.listen();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

function opened(name: string, more: Partial<SourceOptions> = {}) {
  const clock = new SimulatedClock(NOW);
  const hosts = Object.fromEntries(alternativeSources({ environment: {} }).map((one) => [one.hostVariable, address]));
  const environment = { ...KEYS, ...hosts };
  const source = alternativeSources({ clock, environment, ...more }).find((one) => one.name === name);
  if (source === undefined) throw new Error(`${name} is a source`);
  return { source, clock };
}

const keyOf = ({ of }: SeriesSpec): string => (of === "symbol" ? "BTCUSDT" : of === "coin" ? "BTC" : "market");
const stepOf = ({ cadenceMs }: SeriesSpec): number => (cadenceMs === DAY_MS ? DAY_MS : HOUR_MS);

/** Thirty days, or two of a series by the hour; up to a time that is no stamp. */
function queryOf(spec: SeriesSpec): SourceQuery {
  const toMs = NOW - HOUR_MS;
  return { spec, key: keyOf(spec), fromMs: toMs - (stepOf(spec) === DAY_MS ? 30 : 2) * DAY_MS, toMs };
}

function expected(spec: SeriesSpec, isMissing: (ms: number) => boolean = () => false): SourceObservation[] {
  const { key, fromMs, toMs } = queryOf(spec);
  if (spec.history === "none") return [{ eventMs: NOW, publishedMs: null, value: plainValue(spec.id, key, 0) }];
  const found: SourceObservation[] = [];
  const step = stepOf(spec);
  for (let eventMs = Math.ceil(fromMs / step) * step; eventMs < toMs; eventMs += step) {
    if (!isMissing(eventMs)) found.push({ eventMs, publishedMs: null, value: plainValue(spec.id, key, eventMs) });
  }
  return found;
}

async function meets(source: AlternativeSource, ...faults: SourceFault[]): Promise<unknown> {
  server.world.faults = faults;
  server.world.stays = true;
  return source.fetch(queryOf(source.series[0]));
}

/** Etherscan's no. */
function refused(result: string): SourceFault {
  return { body: JSON.stringify({ status: "0", message: "NOTOK", result }) };
}

/** Bybit's no. */
function bybitSays(retCode: number): SourceFault {
  return { body: JSON.stringify({ retCode, retMsg: "no", result: {} }) };
}

function ofAnotherSymbol(reply: unknown): unknown {
  const { result, ...envelope } = reply as { readonly result: object };
  return { ...envelope, result: { ...result, symbol: "ETHUSDT" } };
}

describe.each(NAMES)("%s", (name) => {
  it("gives every series as the source has it, oldest first, each stamp once, in the range that was asked for", async () => {
    const { source } = opened(name);
    expect(source.series.length).toBeGreaterThan(0);
    for (const spec of source.series) {
      const own = expected(spec);
      expect(own.length, spec.id).toBeGreaterThan(0);
      expect(await source.fetch(queryOf(spec)), spec.id).toEqual(own);
    }
  });

  it("leaves out what never came, and takes rows that come twice once", async () => {
    const { source } = opened(name);
    const [spec] = source.series;
    server.world.isMissing = (ms) => Math.floor(ms / stepOf(spec)) % 5 === 2;
    server.world.faults = [{ alter: withRepeatedRows }];
    expect(await source.fetch(queryOf(spec))).toEqual(expected(spec, server.world.isMissing));
  });

  it("gives a value that was revised as it is now", async () => {
    const { source } = opened(name);
    const [spec] = source.series;
    server.world.valueAt = (id, key, ms) => plainValue(id, key, ms) + 1;
    const values = (await source.fetch(queryOf(spec))).map(({ value }) => value);
    expect(values).toEqual(expected(spec).map(({ value }) => value + 1));
  });

  it("believes no stamp beyond the range that was asked for", async () => {
    const { source } = opened(name);
    const query = queryOf(source.series[0]);
    server.world.nowMs = NOW + 2 * DAY_MS;
    const found = await source.fetch(query).finally(() => {
      server.world.nowMs = NOW;
    });
    const endMs = source.series[0].history === "none" ? NOW + 1 : query.toMs;
    expect(found.filter(({ eventMs }) => eventMs >= endMs)).toEqual([]);
  });

  it("is not let in: 403 is told at once, and nothing is asked again", async () => {
    await expect(meets(opened(name).source, { status: 403 })).rejects.toMatchObject({ code: "VENUE_FORBIDDEN" });
    expect(server.requests).toHaveLength(1);
  });

  it("waits as long as 429 asks for, then goes on; where it stays, it is told", async () => {
    const { source, clock } = opened(name);
    const [spec] = source.series;
    server.world.faults = [{ status: 429, headers: { "retry-after": "17" } }];
    const found = await source.fetch(queryOf(spec));
    expect(clock.nowMs() - NOW).toBeGreaterThanOrEqual(17_000);
    expect(found.map(({ value }) => value)).toEqual(expected(spec).map(({ value }) => value));
    await expect(meets(source, { status: 429 })).rejects.toMatchObject({ code: "VENUE_RATE_LIMITED" });
  });

  it.each<[string, SourceFault, string]>([
    ["a page with status 200", { body: "<!DOCTYPE html><html>Just a moment...</html>" }, "VENUE_BAD_REPLY"],
    ["text with status 200", { body: "Please try again" }, "VENUE_BAD_REPLY"],
    ["wrong types", { alter: withWrongTypes }, "VENUE_BAD_REPLY"],
    ["a number in place of all", { body: "7" }, "VENUE_BAD_REPLY"],
    ["nothing", { alter: () => null }, "VENUE_BAD_REPLY"],
    ["an outage", { status: 502 }, "VENUE_UNREACHABLE"],
    ["a reply that breaks off", "drop", "VENUE_UNREACHABLE"],
    ["a request that it doesn't take", { status: 400 }, "VENUE_REJECTED"],
  ])("%s is told by its code, with no value and no key", async (_, fault, code) => {
    const { source } = opened(name);
    const failure: unknown = await meets(source, fault).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code });
    const { message, where } = failure as { message: string; where: string };
    for (const key of Object.values(KEYS)) expect(`${message} ${where}`).not.toContain(key);
  });

  it("does not wait for ever where nothing comes", async () => {
    const { source } = opened(name, { timeoutMs: 40, maxAttempts: 1 });
    await expect(meets(source, "hang")).rejects.toMatchObject({ code: "VENUE_TIMEOUT" });
  });

  it("stops with the signal's reason", async () => {
    const stop = new AbortController();
    const { source } = opened(name);
    server.world.faults = ["hang"];
    const asked = source.fetch({ ...queryOf(source.series[0]), signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
  });

  it("names its licence, its limit, its address, and what it needs", () => {
    const { source } = opened(name, { environment: {} });
    expect(source.licence).not.toBe("");
    expect(source.limit).not.toBe("");
    expect(source.hostVariable).toMatch(/^TIDEMARK_[A-Z_]+_URL$/);
    expect(source.missingKeys).toEqual(source.keys);
    for (const spec of source.series) expect(source.spanMs(spec)).toBeGreaterThan(spec.cadenceMs);
  });

  it("refuses an address that is none", () => {
    const { hostVariable } = opened(name).source;
    const broken = (): unknown => alternativeSources({ environment: { [hostVariable]: "not an address" } });
    expect(broken).toThrow(expect.objectContaining({ code: "CONFIG_VALUE", where: hostVariable }) as Error);
  });
});

describe("sources with a key", () => {
  it.each(["x", "lunarcrush", "etherscan"])(
    "%s sends it where it belongs, and tells when it isn't taken",
    async (name) => {
      const { source } = opened(name);
      expect(source.missingKeys).toEqual([]);
      await source.fetch(queryOf(source.series[0]));
      const [{ headers, query }] = server.requests;
      expect(Object.values(KEYS)).toContain(query.get("apikey") ?? headers.authorization?.replace("Bearer ", ""));
      await expect(meets(source, { status: 401 })).rejects.toMatchObject({ code: "VENUE_CREDENTIALS" });
    },
  );

  it.each(["x", "lunarcrush", "etherscan"])(
    "%s takes its key to no other host, and tells that one's name alone",
    async (name) => {
      const other = new SourceServer(NOW);
      const elsewhere = await other.listen();
      try {
        for (const status of [301, 302, 303, 307, 308]) {
          server.reset();
          const headers = { location: `${elsewhere}/anything?apikey=key-of-scan` };
          const failure: unknown = await meets(opened(name).source, { status, headers }).catch(
            (thrown: unknown) => thrown,
          );
          expect(failure).toMatchObject({
            code: "VENUE_REJECTED",
            what: expect.stringContaining(new URL(elsewhere).host),
          });
          const { message, where } = failure as { message: string; where: string };
          for (const key of Object.values(KEYS)) expect(`${message} ${where}`).not.toContain(key);
          expect(server.requests).toHaveLength(1);
        }
        expect(other.requests).toEqual([]);
      } finally {
        await other.close();
      }
    },
  );

  it("a question that is sent on within its own host is followed, and not for ever", async () => {
    const { source } = opened("lunarcrush");
    const location = "/api4/public/coins/BTC/time-series/v2?bucket=hour&start=0&end=1";
    server.world.faults = [{ status: 307, headers: { location } }];
    await source.fetch(queryOf(source.series[0]));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill("Bearer key-of-lunar"));
    server.reset();
    await expect(meets(source, { status: 307, headers: { location } })).rejects.toMatchObject({
      code: "VENUE_REJECTED",
    });
    expect(server.requests).toHaveLength(6);
  });

  it("a source without a key may send a question on to another host", async () => {
    const other = new SourceServer(NOW);
    const elsewhere = await other.listen();
    try {
      const { source } = opened("fear-greed");
      server.world.faults = [{ status: 302, headers: { location: `${elsewhere}/fng/?limit=60&format=json` } }];
      expect(await source.fetch(queryOf(source.series[0]))).toEqual(expected(source.series[0]));
    } finally {
      await other.close();
    }
  });

  it("Etherscan's failures come with status 200", async () => {
    const { source } = opened("etherscan");
    await expect(meets(source, refused("Invalid API Key (#err2)|key-of-scan"))).rejects.toMatchObject({
      code: "VENUE_CREDENTIALS",
      what: expect.not.stringContaining("key-of-scan") as string,
    });
    await expect(meets(source, refused("Max rate limit reached"))).rejects.toMatchObject({
      code: "VENUE_RATE_LIMITED",
    });
  });
});

describe("what is a source's own", () => {
  it("a metric that left the free set of Coin Metrics is named, and says nothing of this address", async () => {
    const body = JSON.stringify({ error: { type: "forbidden", message: "Metric FlowInExUSD is not in the free set" } });
    await expect(meets(opened("coinmetrics").source, { status: 403, body })).rejects.toMatchObject({
      code: "VENUE_REJECTED",
      what: expect.stringContaining("not in the free set") as string,
    });
  });

  it("Coin Metrics' next page is asked of the address that is ours", async () => {
    const { source } = opened("coinmetrics");
    await source.fetch(queryOf(source.series[0]));
    expect(server.requests.map(({ query }) => query.get("next_page_token") !== null)).toEqual([false, true]);
  });

  it("Bybit's codes are told; bars of another symbol are refused; no more than its rows are asked for", async () => {
    const { source } = opened("bybit");
    await expect(meets(source, bybitSays(10001))).rejects.toMatchObject({ code: "VENUE_REJECTED" });
    await expect(meets(source, bybitSays(10006))).rejects.toMatchObject({ code: "VENUE_RATE_LIMITED" });
    server.reset();
    const premium = source.series.find(({ id }) => id === "bybit.premium") ?? source.series[0];
    server.world.faults = [{ alter: ofAnotherSymbol }];
    await expect(source.fetch(queryOf(premium))).rejects.toMatchObject({ code: "VENUE_BAD_REPLY" });
    expect(source.series.map((spec) => source.spanMs(spec) / HOUR_MS)).toEqual([200, 500, 1000, 1000, 1000]);
  });

  it("GDELT is asked for days enough that it answers by the hour, and refused where it does not", async () => {
    const { source } = opened("gdelt");
    const [spec] = source.series;
    await source.fetch({ ...queryOf(spec), fromMs: NOW - 3 * HOUR_MS });
    const [{ query }] = server.requests;
    expect(Number(query.get("enddatetime")?.slice(6, 8)) - Number(query.get("startdatetime")?.slice(6, 8))).toBe(4);
    const quarter = { timeline: [{ data: [{ date: "20260520T001500Z", value: 1 }] }] };
    await expect(meets(source, { body: JSON.stringify(quarter) })).rejects.toMatchObject({ code: "VENUE_BAD_REPLY" });
  });

  it("every series of the catalog that isn't news, recorded or imported has a source", () => {
    const served = alternativeSources({ environment: {} }).flatMap(({ series }) => series.map(({ id }) => id));
    const left = SERIES.map(({ id }) => id).filter((id) => !served.includes(id) && !/^(?:news|binance)\./.test(id));
    expect(left).toEqual([
      "bybit.liquidated-long",
      "bybit.liquidated-short",
      "bybit.book-imbalance",
      "bybit.book-depth",
      "bybit.book-spread",
    ]);
  });
});
