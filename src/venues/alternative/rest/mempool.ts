/** @file mempool.space: transactions that wait (no history: recorded), and the hash rate. https://mempool.space/docs/api/rest */
import { z } from "zod";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, numeric, secondsMs, snapshot } from "../values.ts";

const waitingSchema = z.looseObject({ vsize: numeric });
const rateSchema = z.looseObject({
  hashrates: z.array(z.looseObject({ timestamp: secondsMs, avgHashrate: numeric })),
});

export function mempool(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "mempool",
      title: "mempool.space",
      baseUrl: "https://mempool.space",
      hostVariable: "TIDEMARK_MEMPOOL_URL",
      limit: { burst: 2, perSecond: 0.5 },
      limitText: "not published; one request in 2 s",
      ask: {
        size: async (http, { signal }) => {
          const { vsize } = await http.json({ path: "/api/mempool", signal }, waitingSchema);
          return snapshot(http.clock.nowMs(), vsize);
        },
        "hash-rate": async (http, query) => {
          const request = { path: "/api/v1/mining/hashrate/3y", signal: query.signal };
          const { hashrates } = await http.json(request, rateSchema);
          return inRange(
            query,
            hashrates.map(({ timestamp, avgHashrate }) => [timestamp, avgHashrate] as const),
          );
        },
      },
    },
    options,
  );
}
