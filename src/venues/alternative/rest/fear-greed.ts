/** @file The Crypto Fear & Greed Index, daily since 2018. https://alternative.me/crypto/fear-and-greed-index/#api */
import { z } from "zod";
import { DAY_MS } from "../../../core/index.ts";
import { restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, numeric, secondsMs } from "../values.ts";

const schema = z.looseObject({ data: z.array(z.looseObject({ value: numeric, timestamp: secondsMs })) });
/** More days than that are asked for as all of them. */
const FEW_DAYS = 60;

export function fearGreed(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "fear-greed",
      title: "alternative.me",
      baseUrl: "https://api.alternative.me",
      hostVariable: "TIDEMARK_FEAR_GREED_URL",
      limit: { burst: 2, perSecond: 1 },
      limitText: "60 requests a minute",
      ask: {
        index: async (http, query) => {
          const days = Math.ceil((http.clock.nowMs() - query.fromMs) / DAY_MS) + 1;
          const limit = days > FEW_DAYS ? 0 : Math.max(1, days);
          const { data } = await http.json(
            { path: "/fng/", query: { limit, format: "json" }, signal: query.signal },
            schema,
          );
          return inRange(
            query,
            data.map(({ timestamp, value }) => [timestamp, value] as const),
          );
        },
      },
    },
    options,
  );
}
