/** @file Blockchain.com's charts of Bitcoin, daily, unsmoothed. https://www.blockchain.com/explorer/api/charts_api */
import { z } from "zod";
import { DAY_MS } from "../../../core/index.ts";
import { type RestSource, restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, isoDay, numeric, secondsMs } from "../values.ts";

const schema = z.looseObject({ values: z.array(z.looseObject({ x: secondsMs, y: numeric })) });

const chart = (name: string): RestSource["ask"][string] =>
  async function ask(http, query) {
    const days = Math.ceil((query.toMs - query.fromMs) / DAY_MS) + 1;
    const asked = {
      format: "json",
      sampled: "false",
      rollingAverage: "24hours",
      timespan: `${days}days`,
      start: isoDay(query.fromMs),
    };
    const { values } = await http.json({ path: `/charts/${name}`, query: asked, signal: query.signal }, schema);
    return inRange(
      query,
      values.map(({ x, y }) => [x, y] as const),
    );
  };

export function blockchainCharts(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "blockchain",
      title: "Blockchain.com",
      baseUrl: "https://api.blockchain.info",
      hostVariable: "TIDEMARK_BLOCKCHAIN_URL",
      limit: { burst: 1, perSecond: 0.1 },
      limitText: "about one request in 10 s",
      ask: {
        transactions: chart("n-transactions"),
        addresses: chart("n-unique-addresses"),
        "hash-rate": chart("hash-rate"),
      },
    },
    options,
  );
}
