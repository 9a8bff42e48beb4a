/**
 * @file A local server in the place of every source of alternative series. Values are a function of series, key and time, so
 * that a test knows each of them; replies have the shapes that the sources document, and are broken on demand.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a request meets instead of its answer. */
export type SourceFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** A body sent in the place of the answer, with status 200. */
  | { readonly body: string }
  /** The answer altered. */
  | { readonly alter: (reply: unknown) => unknown }
  | "hang"
  /** The socket closes in the middle of the body. */
  | "drop";

/** An item of every feed. */
export type FeedItem = {
  readonly id: string;
  readonly title: string;
  /** As the feed writes it; none where it is empty. */
  readonly date: string;
};

export type SourceWorld = {
  items: readonly FeedItem[];
  nowMs: number;
  /** The value of a series ("fear-greed.index") at a stamp. */
  valueAt: (id: string, key: string, eventMs: number) => number;
  /** Stamps that never came. */
  isMissing: (eventMs: number) => boolean;
  /** Given to the next requests, one each; the last one stays where `stays` says so. */
  faults: SourceFault[];
  stays: boolean;
};

export type SeenRequest = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
};

type Reply = (query: URLSearchParams, path: string) => unknown;
type Point = readonly [eventMs: number, value: number];

/** A plain default: different for every series, key and hour, within 0 and 1. */
export function plainValue(id: string, key: string, eventMs: number): number {
  const seed = Buffer.from(`${id}${key}`).reduce((sum, byte) => sum + byte, 0);
  return Number((0.5 + 0.4 * Math.sin(seed + eventMs / HOUR_MS / 50)).toFixed(6));
}

export class SourceServer {
  readonly world: SourceWorld;
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #routes: ReadonlyArray<readonly [path: RegExp, reply: Reply]>;

  constructor(nowMs: number) {
    this.world = { items: [], nowMs, valueAt: plainValue, isMissing: () => false, faults: [], stays: false };
    this.#routes = this.#allRoutes();
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Resolves with its address. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** As if nothing had been asked and nothing were wrong. */
  reset(): void {
    this.requests.length = 0;
    this.world.faults = [];
    this.world.stays = false;
    this.world.isMissing = () => false;
    this.world.valueAt = plainValue;
    this.world.items = [];
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://localhost");
    this.requests.push({ path: url.pathname, query: url.searchParams, headers: request.headers });
    const { faults, stays } = this.world;
    const fault = stays && faults.length === 1 ? faults[0] : faults.shift();
    if (fault === "hang") return;
    const route = this.#routes.find(([path]) => path.test(url.pathname));
    if (route === undefined)
      return void response.writeHead(404, { "content-type": "text/html" }).end("<html>404</html>");
    if (fault !== undefined && typeof fault === "object" && "status" in fault) {
      return void response.writeHead(fault.status, fault.headers).end(fault.body ?? "<html>no</html>");
    }
    if (fault !== undefined && typeof fault === "object" && "body" in fault) return void response.end(fault.body);
    const reply = route[1](url.searchParams, url.pathname);
    if (typeof reply === "string") return this.#answerText(request, response, reply, fault);
    const body = JSON.stringify(
      fault !== undefined && fault !== "drop" && "alter" in fault ? fault.alter(reply) : reply,
    );
    response.setHeader("content-type", "application/json");
    if (fault !== "drop") return void response.end(body);
    response.setHeader("content-length", body.length + 10);
    response.write(body.slice(0, 20), () => response.destroy());
  }

  /** A feed: told as unchanged to who has it already. */
  #answerText(request: IncomingMessage, response: ServerResponse, text: string, fault: SourceFault | undefined): void {
    const etag = `"${Buffer.from(text).reduce((sum, byte, i) => (sum + byte * (i + 1)) % 1_000_003, 0)}"`;
    if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    response.setHeader("content-type", "application/rss+xml");
    response.setHeader("etag", etag);
    if (fault !== "drop") return void response.end(text);
    response.setHeader("content-length", text.length + 10);
    response.write(text.slice(0, 20), () => response.destroy());
  }

  /** What there is in a range, both ends included, oldest first. */
  #points(id: string, key: string, stepMs: number, fromMs: number, toMs: number): Point[] {
    const points: Point[] = [];
    for (let ms = Math.ceil(fromMs / stepMs) * stepMs; ms <= Math.min(toMs, this.world.nowMs); ms += stepMs) {
      if (!this.world.isMissing(ms)) points.push([ms, this.world.valueAt(id, key, ms)]);
    }
    return points;
  }

  #allRoutes(): Array<readonly [RegExp, Reply]> {
    const { world } = this;
    /** The last days, as sources give them that take no range. */
    const lastDays = (id: string, days = 60): Point[] =>
      this.#points(id, "market", DAY_MS, world.nowMs - days * DAY_MS, world.nowMs);
    const bybit = (result: unknown): unknown => ({
      retCode: 0,
      retMsg: "OK",
      result,
      retExtInfo: {},
      time: world.nowMs,
    });
    const hours = (id: string, query: URLSearchParams, start: string, end: string, limit: number): Point[] => {
      const found = this.#points(
        id,
        query.get("symbol") ?? "",
        HOUR_MS,
        Number(query.get(start)),
        Number(query.get(end)),
      );
      return found.toReversed().slice(0, limit);
    };
    const klines =
      (id: string): Reply =>
      (query) => {
        const rows = hours(id, query, "start", "end", Number(query.get("limit")));
        const list = rows.map(([ms, close]) => [`${ms}`, "0.1", "0.9", "0.05", `${close}`]);
        return bybit({ symbol: query.get("symbol"), category: "linear", list });
      };
    const chart =
      (id: string): Reply =>
      (query) => {
        const fromMs = Date.parse(query.get("start") ?? "");
        const days = Number.parseInt(query.get("timespan") ?? "", 10);
        const rows = this.#points(id, "market", DAY_MS, fromMs, fromMs + days * DAY_MS);
        return {
          status: "ok",
          name: "a chart",
          unit: "",
          period: "day",
          values: rows.map(([ms, y]) => ({ x: ms / 1000, y })),
        };
      };
    return [
      [
        /^\/v5\/market\/open-interest$/,
        (query) => {
          const rows = hours("bybit.open-interest", query, "startTime", "endTime", Number(query.get("limit")));
          const list = rows.map(([ms, value]) => ({ openInterest: `${value}`, timestamp: `${ms}` }));
          return bybit({ symbol: query.get("symbol"), category: "linear", list, nextPageCursor: "" });
        },
      ],
      [
        /^\/v5\/market\/account-ratio$/,
        (query) => {
          const rows = hours("bybit.account-ratio", query, "startTime", "endTime", Number(query.get("limit")));
          const symbol = query.get("symbol");
          const list = rows.map(([ms, buy]) => ({
            symbol,
            buyRatio: `${buy}`,
            sellRatio: `${1 - buy}`,
            timestamp: `${ms}`,
          }));
          return bybit({ list, nextPageCursor: "" });
        },
      ],
      [/^\/v5\/market\/premium-index-price-kline$/, klines("bybit.premium")],
      [/^\/v5\/market\/mark-price-kline$/, klines("bybit.mark")],
      [/^\/v5\/market\/index-price-kline$/, klines("bybit.index")],
      [
        /^\/fng\/$/,
        (query) => {
          const limit = Number(query.get("limit"));
          const rows = lastDays("fear-greed.index", limit === 0 ? 400 : limit - 1).toReversed();
          const data = rows.map(([ms, value]) => ({
            value: `${value}`,
            value_classification: "Fear",
            timestamp: `${ms / 1000}`,
          }));
          return { name: "Fear and Greed Index", data, metadata: { error: null } };
        },
      ],
      [/^\/v4\/timeseries\/asset-metrics$/, (query) => this.#coinMetrics(query)],
      [
        /^\/api\/mempool$/,
        () => ({ count: 9, vsize: world.valueAt("mempool.size", "market", 0), total_fee: 5, fee_histogram: [] }),
      ],
      [
        /^\/api\/v1\/mining\/hashrate\/3y$/,
        () => ({
          hashrates: lastDays("mempool.hash-rate").map(([ms, avgHashrate]) => ({ timestamp: ms / 1000, avgHashrate })),
          difficulty: [],
        }),
      ],
      [/^\/charts\/n-transactions$/, chart("blockchain.transactions")],
      [/^\/charts\/n-unique-addresses$/, chart("blockchain.addresses")],
      [/^\/charts\/hash-rate$/, chart("blockchain.hash-rate")],
      [/^\/v2\/historicalChainTvl$/, () => lastDays("defillama.tvl").map(([ms, tvl]) => ({ date: ms / 1000, tvl }))],
      [
        /^\/stablecoincharts\/all$/,
        () =>
          lastDays("defillama.stablecoins").map(([ms, peggedUSD]) => ({
            date: `${ms / 1000}`,
            totalCirculating: { peggedUSD },
            totalCirculatingUSD: { peggedUSD, peggedEUR: 1 },
          })),
      ],
      [
        /^\/api\/v2\/doc\/doc$/,
        (query) => {
          const rows = this.#points("gdelt.tone", "market", HOUR_MS, stamped(query, "start"), stamped(query, "end"));
          const data = rows.map(([ms, value]) => ({
            date: new Date(ms).toISOString().replace(/[-:]|\.000/g, ""),
            value,
          }));
          return { query_details: { title: "" }, timeline: [{ series: "Average Tone", data }] };
        },
      ],
      [
        /^\/2\/tweets\/counts\/recent$/,
        (query) => {
          const coin = /#(\w+)/.exec(query.get("query") ?? "")?.[1] ?? "";
          const rows = this.#points(
            "x.posts",
            coin,
            HOUR_MS,
            dateOf(query, "start_time"),
            dateOf(query, "end_time") - 1,
          );
          const data = rows.map(([ms, tweet_count]) => ({ start: iso(ms), end: iso(ms + HOUR_MS), tweet_count }));
          return { data, meta: { total_tweet_count: 1 } };
        },
      ],
      [
        /^\/api4\/public\/coins\/\w+\/time-series\/v2$/,
        (query, path) => {
          const coin = path.split("/")[4];
          const at = (name: string): number => Number(query.get(name)) * 1000;
          const rows = this.#points("lunarcrush.interactions", coin, HOUR_MS, at("start"), at("end"));
          const data = rows.map(([ms, interactions]) => ({
            time: ms / 1000,
            interactions,
            sentiment: world.valueAt("lunarcrush.sentiment", coin, ms),
          }));
          return { config: { bucket: "hour" }, data };
        },
      ],
      [
        /^\/v5\/announcements\/index$/,
        () => {
          const list = world.items.map(({ id, title, date }) => ({
            title,
            description: "",
            type: { title: "New", key: "new_crypto" },
            tags: [],
            url: `https://announcements.example/${id}`,
            dateTimestamp: 1,
            ...(date === "" ? {} : { publishTime: Date.parse(date) }),
          }));
          return bybit({ total: list.length, list });
        },
      ],
      [
        /^\/api\/v1\/access_token$/,
        () => ({ access_token: "a-token", token_type: "bearer", expires_in: 3600, scope: "*" }),
      ],
      [
        /^\/r\/[\w+]+\/new$/,
        () => ({
          kind: "Listing",
          data: {
            after: null,
            children: world.items.map(({ id, title, date }) => ({
              kind: "t3",
              data: {
                name: `t3_${id}`,
                title,
                permalink: `/r/x/${id}/`,
                created_utc: Date.parse(date || "2026-05-20") / 1000,
              },
            })),
          },
        }),
      ],
      [/^\/(?:arc\/outboundfeeds\/rss|rss|rss\.xml|feed|feeds\/\w+\.xml)$/, () => rssOf(world.items)],
      [
        /^\/v2\/api$/,
        () => {
          const price = `${world.valueAt("etherscan.gas", "market", 0)}`;
          return {
            status: "1",
            message: "OK",
            result: { LastBlock: "1", ProposeGasPrice: price, gasUsedRatio: "0.4,0.5" },
          };
        },
      ],
    ];
  }

  #coinMetrics(query: URLSearchParams): unknown {
    const metric = query.get("metrics") ?? "";
    const coin = query.get("assets") ?? "";
    const fromMs = Math.max(Date.parse(query.get("next_page_token") ?? query.get("start_time") ?? ""), 0);
    const rows = this.#points(
      COIN_METRICS[metric] ?? "",
      coin.toUpperCase(),
      DAY_MS,
      fromMs,
      Date.parse(query.get("end_time") ?? ""),
    );
    // Pages of twenty, whatever is asked for, so that the next one is needed.
    const page = rows.slice(0, 20);
    const data = page.map(([ms, value]) => ({
      asset: coin,
      time: new Date(ms).toISOString().replace("Z", "000000Z"),
      [metric]: `${value}`,
    }));
    if (rows.length <= page.length) return { data };
    const next = new URLSearchParams(query);
    next.set("next_page_token", new Date(rows[page.length][0]).toISOString());
    return { data, next_page_url: `https://elsewhere.example/v4/timeseries/asset-metrics?${next.toString()}` };
  }
}

function rssOf(items: readonly FeedItem[]): string {
  const parts = items.map(
    ({ id, title, date }) =>
      `<item><title><![CDATA[${title}]]></title><link>https://news.example/${id}</link><guid isPermaLink="false">${id}</guid>${
        date === "" ? "" : `<pubDate>${date}</pubDate>`
      }<description>not kept</description></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>${parts.join("")}</channel></rss>`;
}

const COIN_METRICS: Readonly<Record<string, string>> = {
  TxCnt: "coinmetrics.transactions",
  AdrActCnt: "coinmetrics.addresses",
  CapMVRVCur: "coinmetrics.mvrv",
  HashRate: "coinmetrics.hash-rate",
  FeeTotNtv: "coinmetrics.fees",
  FlowInExUSD: "coinmetrics.flow-in",
  FlowOutExUSD: "coinmetrics.flow-out",
};

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function dateOf(query: URLSearchParams, name: string): number {
  return Date.parse(query.get(name) ?? "");
}

/** GDELT's "20260131150000". */
function stamped(query: URLSearchParams, end: "start" | "end"): number {
  const text = query.get(`${end}datetime`) ?? "";
  const [date, time] = [text.slice(0, 8), text.slice(8)];
  return Date.parse(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  );
}

/** Every number of a reply, or text of one, in the place of something else: wrong types, wherever a source looks. */
export function withWrongTypes(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withWrongTypes);
  if (typeof reply === "object" && reply !== null) {
    return Object.fromEntries(
      Object.entries(reply).map(([name, value]) => [name, name === "retCode" ? value : withWrongTypes(value)]),
    );
  }
  const isNumber =
    typeof reply === "number" || (typeof reply === "string" && reply !== "" && !Number.isNaN(Number(reply)));
  return isNumber ? { of: "another type" } : reply;
}

/** Every row of every list twice. */
export function withRepeatedRows(reply: unknown): unknown {
  if (Array.isArray(reply)) {
    const isRows = reply.every((row) => typeof row === "object");
    return reply.flatMap((row: unknown) => (isRows ? [withRepeatedRows(row), withRepeatedRows(row)] : [row]));
  }
  if (typeof reply !== "object" || reply === null) return reply;
  // A row of klines is a list of texts, a timeline is one of series.
  return Object.fromEntries(
    Object.entries(reply).map(([name, value]) => [
      name,
      name === "timeline" ? (value as unknown[]).map(withRepeatedRows) : withRepeatedRows(value),
    ]),
  );
}
