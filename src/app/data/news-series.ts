/**
 * @file Series of the headlines about a coin, as of a time: how many, in what tone, and how unusual for the hour. Only first
 * versions count, each story once, from when it was available.
 */
import { DAY_MS, HOUR_MS, WEEK_MS } from "../../core/index.ts";
import { type HeadlineStore, type SeriesSpec, type StoredHeadline, seriesSpec } from "../../market/index.ts";
import { CRYPTO_WIDE, linkEntities, Mood, StoryIndex, scoreByRules } from "../../text/index.ts";

export type NewsValue = { readonly spec: SeriesSpec; readonly key: string; readonly value: number };

const WEEKS = 8;
/** Without so many weeks of it the usual of an hour isn't known. */
const LEAST_WEEKS = 2;
const SHORT_MS = 2 * HOUR_MS;

type Told = {
  readonly availableMs: number;
  readonly coins: readonly string[];
  readonly score: number;
  readonly isBad: boolean;
};

export class NewsSeries {
  readonly #store: HeadlineStore;
  readonly #coins: readonly string[];

  constructor(store: HeadlineStore, coins: readonly string[]) {
    this.#store = store;
    this.#coins = coins;
  }

  /**
   * What the headlines available at `nowMs` say of each coin. Headlines about crypto as a whole count for every coin.
   * @param sinceMs since when somebody records; what is missing before it is not silence
   */
  async at(nowMs: number, sinceMs: number): Promise<NewsValue[]> {
    const lines = await this.#store.read(nowMs - WEEKS * WEEK_MS - HOUR_MS, nowMs + 1);
    const told = toldStories(lines, this.#coins, nowMs);
    const firstMs = Math.min(sinceMs, ...told.map(({ availableMs }) => availableMs));
    return this.#coins.flatMap((key) => {
      const own = told.filter(({ coins }) => coins.includes(key) || coins.includes(CRYPTO_WIDE));
      const count = own.reduce((sum, one) => sum + decay(nowMs - one.availableMs, SHORT_MS), 0);
      const day = own.reduce((sum, one) => sum + decay(nowMs - one.availableMs, DAY_MS), 0);
      const score = own.reduce((sum, one) => sum + one.score * decay(nowMs - one.availableMs, DAY_MS), 0);
      const bad = own.reduce((sum, one) => sum + (one.isBad ? decay(nowMs - one.availableMs, DAY_MS) : 0), 0);
      const surprise = surpriseOf(own, nowMs, Math.min(WEEKS, Math.floor((nowMs - firstMs) / WEEK_MS)));
      const values: NewsValue[] = [
        { spec: seriesSpec("news.count"), key, value: count },
        { spec: seriesSpec("news.count-day"), key, value: day },
      ];
      // A mean of nothing is none.
      if (day > 1e-6) {
        values.push({ spec: seriesSpec("news.score"), key, value: score / day });
        values.push({ spec: seriesSpec("news.negative"), key, value: bad / day });
      }
      if (surprise !== undefined) values.push({ spec: seriesSpec("news.surprise"), key, value: surprise });
      return values;
    });
  }
}

function toldStories(lines: readonly StoredHeadline[], coins: readonly string[], nowMs: number): Told[] {
  const stories = new StoryIndex();
  const first = lines.filter(({ revision, availableMs }) => revision === 0 && availableMs <= nowMs);
  return first
    .toSorted((a, b) => a.availableMs - b.availableMs)
    .flatMap(({ title, availableMs }): Told[] => {
      if (!stories.add(title, availableMs).isNew) return [];
      const { score, mood } = scoreByRules(title);
      return [{ availableMs, coins: linkEntities(title, coins), score, isBad: mood === Mood.bearish }];
    });
}

function decay(ageMs: number, halfLifeMs: number): number {
  return 2 ** (-ageMs / halfLifeMs);
}

/**
 * Headlines of the last hour against the same hour of former weeks, in deviations of a Poisson count; undefined without weeks
 * enough. One is added to the usual, so that the first headline of a quiet hour is no wonder.
 */
function surpriseOf(told: readonly Told[], nowMs: number, weeks: number): number | undefined {
  if (weeks < LEAST_WEEKS) return undefined;
  const inHour = (endMs: number): number =>
    told.filter(({ availableMs }) => availableMs > endMs - HOUR_MS && availableMs <= endMs).length;
  let usual = 1;
  for (let week = 1; week <= weeks; week++) usual += inHour(nowMs - week * WEEK_MS) / weeks;
  return (inHour(nowMs) + 1 - usual) / Math.sqrt(usual);
}
