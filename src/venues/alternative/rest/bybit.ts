/**
 * @file Open interest, accounts, premium, mark and index of Bybit's perpetuals, without a key.
 * https://bybit-exchange.github.io/docs/v5/market/open-interest, .../long-short-ratio, .../preimum-index-kline
 */
import { z } from "zod";
import { HOUR_MS } from "../../../core/index.ts";
import { codeFailure } from "../../bybit/failure.ts";
import { badReply } from "../../venue-error.ts";
import type { Request, SourceHttp } from "../http.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceObservation, SourceOptions, SourceQuery } from "../source.ts";
import { inRange, numeric } from "../values.ts";

const envelopeSchema = z.looseObject({ retCode: z.number(), retMsg: z.string().optional(), result: z.unknown() });
/** `openInterest` is the sum of both sides; `singleOpenInterest`, which came later, is another series. */
const interestSchema = z.looseObject({
  symbol: z.string(),
  list: z.array(z.looseObject({ openInterest: numeric, timestamp: numeric })),
  nextPageCursor: z.string().nullish(),
});
const ratioSchema = z.looseObject({
  list: z.array(z.looseObject({ symbol: z.string(), buyRatio: numeric, timestamp: numeric })),
  nextPageCursor: z.string().nullish(),
});
/** `[start, open, high, low, close]`, newest first. */
const klinesSchema = z.looseObject({
  symbol: z.string(),
  list: z.array(z.tuple([numeric, numeric, numeric, numeric, numeric], z.unknown())),
});

const INTEREST_ROWS = 200;
const RATIO_ROWS = 500;
const KLINE_ROWS = 1000;
/** Pages of one range: a venue that goes on for ever is stopped. */
const MOST_PAGES = 20;

async function result<T>(http: SourceHttp, request: Request, schema: z.ZodType<T>): Promise<T> {
  const where = `${http.baseUrl}${request.path}`;
  const checked = envelopeSchema.transform((envelope, context) => {
    if (envelope.retCode !== 0) throw codeFailure(envelope, where, http.clock);
    const read = schema.safeParse(envelope.result);
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues)
      context.addIssue({ code: "custom", path: ["result", ...path], message });
    return z.NEVER;
  });
  return http.json(request, checked);
}

/** Every page of a range, as its cursor leads. */
async function pages<R>(
  http: SourceHttp,
  request: Request,
  schema: z.ZodType<{ readonly list: R[]; readonly nextPageCursor?: string | null | undefined }>,
): Promise<R[]> {
  const rows: R[] = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { ...request.query, ...(cursor === "" ? {} : { cursor }) };
    const reply = await result(http, { ...request, query }, schema);
    rows.push(...reply.list);
    cursor = reply.nextPageCursor ?? "";
    if (cursor === "" || reply.list.length === 0) return rows;
  }
  throw badReply("Bybit", `${http.baseUrl}${request.path}`, `after ${MOST_PAGES} pages there are more`);
}

async function interest(http: SourceHttp, query: SourceQuery): Promise<SourceObservation[]> {
  const { key: symbol, fromMs, toMs, signal } = query;
  const range = { startTime: fromMs, endTime: toMs - 1, limit: INTEREST_ROWS };
  const asked = { category: "linear", symbol, intervalTime: "1h", ...range };
  const rows = await pages(http, { path: "/v5/market/open-interest", query: asked, signal }, interestSchema);
  return inRange(
    query,
    rows.map((row) => [row.timestamp, row.openInterest] as const),
  );
}

async function accounts(http: SourceHttp, query: SourceQuery): Promise<SourceObservation[]> {
  const { key: symbol, fromMs, toMs, signal } = query;
  const range = { startTime: fromMs, endTime: toMs - 1, limit: RATIO_ROWS };
  const asked = { category: "linear", symbol, period: "1h", ...range };
  const rows = await pages(http, { path: "/v5/market/account-ratio", query: asked, signal }, ratioSchema);
  const own = rows.filter((row) => row.symbol === symbol);
  if (own.length < rows.length) throw badReply("Bybit", "account ratio", `rows are of other symbols than ${symbol}`);
  return inRange(
    query,
    own.map((row) => [row.timestamp, row.buyRatio] as const),
  );
}

/** The close of each hour. */
const closes = (path: string) =>
  async function closesOf(http: SourceHttp, query: SourceQuery): Promise<SourceObservation[]> {
    const { key: symbol, fromMs, toMs, signal } = query;
    const asked = { category: "linear", symbol, interval: 60, start: fromMs, end: toMs - 1, limit: KLINE_ROWS };
    const { list, symbol: told } = await result(http, { path, query: asked, signal }, klinesSchema);
    if (told !== symbol) throw badReply("Bybit", `${http.baseUrl}${path}`, `the bars are of ${told.slice(0, 40)}`);
    return inRange(
      query,
      list.map(([startMs, , , , close]) => [startMs, close] as const),
    );
  };

const ROWS: Readonly<Record<string, number>> = {
  "bybit.open-interest": INTEREST_ROWS,
  "bybit.account-ratio": RATIO_ROWS,
};

export function bybitPerpetuals(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "bybit",
      title: "Bybit",
      baseUrl: "https://api.bybit.com",
      hostVariable: "TIDEMARK_BYBIT_URL",
      limit: { burst: 10, perSecond: 10 },
      limitText: "600 requests in 5 s for an address; a sixth is used",
      spanMs: ({ id }) => (ROWS[id] ?? KLINE_ROWS) * HOUR_MS,
      ask: {
        "open-interest": interest,
        "account-ratio": accounts,
        premium: closes("/v5/market/premium-index-price-kline"),
        mark: closes("/v5/market/mark-price-kline"),
        index: closes("/v5/market/index-price-kline"),
      },
    },
    options,
  );
}
