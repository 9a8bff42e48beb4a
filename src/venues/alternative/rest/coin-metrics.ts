/** @file Coin Metrics Community: daily metrics of coins. https://docs.coinmetrics.io/api/v4 (10 requests in 6 s, CC BY-NC 4.0) */
import { z } from "zod";
import { badReply } from "../../venue-error.ts";
import { type RestSource, restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, isoDay, isoMs, timedRow, valued } from "../values.ts";

const METRICS: Readonly<Record<string, string>> = {
  transactions: "TxCnt",
  addresses: "AdrActCnt",
  mvrv: "CapMVRVCur",
  "hash-rate": "HashRate",
  fees: "FeeTotNtv",
  "flow-in": "FlowInExUSD",
  "flow-out": "FlowOutExUSD",
};
const MOST_PAGES = 20;
const explanation = z.looseObject({ error: z.looseObject({ message: z.string() }) });

const asked = (metric: string): RestSource["ask"][string] =>
  async function ask(http, query) {
    const schema = z.looseObject({
      // A day that the metric isn't known for has none.
      data: z.array(timedRow("time", isoMs, metric)),
      next_page_url: z.string().nullish(),
    });
    const path = "/v4/timeseries/asset-metrics";
    const range = { start_time: isoDay(query.fromMs), end_time: isoDay(query.toMs) };
    let parameters: Record<string, string | number> = {
      assets: query.key.toLowerCase(),
      metrics: metric,
      frequency: "1d",
      page_size: 10_000,
      ...range,
    };
    const rows: Array<readonly [number, number]> = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const { data, next_page_url } = await http.json({ path, query: parameters, signal: query.signal }, schema);
      rows.push(...valued(data));
      const next = next_page_url ?? "";
      if (next === "") return inRange(query, rows);
      // Only the question is taken from it: where it is asked stays ours.
      if (!URL.canParse(next)) throw badReply("Coin Metrics", path, "the address of the next page is none");
      parameters = Object.fromEntries(new URL(next).searchParams);
    }
    throw badReply("Coin Metrics", path, `after ${MOST_PAGES} pages there are more`);
  };

export function coinMetrics(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "coinmetrics",
      title: "Coin Metrics",
      baseUrl: "https://community-api.coinmetrics.io",
      hostVariable: "TIDEMARK_COINMETRICS_URL",
      limit: { burst: 5, perSecond: 1.5 },
      limitText: "10 requests in 6 s",
      // A metric that left the free set is forbidden, which says nothing of this address.
      explain: (_, body) => {
        const read = explanation.safeParse(parsed(body));
        return read.success ? read.data.error.message.slice(0, 200) : undefined;
      },
      ask: Object.fromEntries(Object.entries(METRICS).map(([name, metric]) => [name, asked(metric)])),
    },
    options,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
