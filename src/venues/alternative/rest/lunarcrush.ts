/** @file LunarCrush: interactions and sentiment by the hour, of a plan's key. https://lunarcrush.com/developers/api */
import { z } from "zod";
import { DAY_MS } from "../../../core/index.ts";
import { type RestSource, restSource } from "../rest-source.ts";
import type { AlternativeSource, SourceOptions } from "../source.ts";
import { inRange, secondsMs, timedRow, valued } from "../values.ts";

const KEY = "LUNARCRUSH_API_KEY";

const asked = (field: "interactions" | "sentiment"): RestSource["ask"][string] =>
  async function ask(http, query, key) {
    const schema = z.looseObject({ data: z.array(timedRow("time", secondsMs, field)) });
    const range = { start: Math.floor(query.fromMs / 1000), end: Math.ceil(query.toMs / 1000) };
    const { data } = await http.json(
      {
        path: `/api4/public/coins/${encodeURIComponent(query.key)}/time-series/v2`,
        query: { bucket: "hour", ...range },
        headers: { authorization: `Bearer ${key(KEY)}` },
        signal: query.signal,
      },
      schema,
    );
    return inRange(query, valued(data));
  };

export function lunarCrush(options: SourceOptions): AlternativeSource {
  return restSource(
    {
      name: "lunarcrush",
      title: "LunarCrush",
      baseUrl: "https://lunarcrush.com",
      hostVariable: "TIDEMARK_LUNARCRUSH_URL",
      limit: { burst: 2, perSecond: 0.15 },
      limitText: "10 requests a minute on the smallest plan",
      keys: [KEY],
      spanMs: () => 30 * DAY_MS,
      depthMs: () => 365 * DAY_MS,
      ask: { interactions: asked("interactions"), sentiment: asked("sentiment") },
    },
    options,
  );
}
