/**
 * @file CSV files of alternative series: Coin Metrics' daily metrics, the same with several vintages beside each other
 * (`TxCnt_2026_03`), or `time,value` of a series that is named.
 */
import { DAY_MS, monthBounds, parseDate, TidemarkError } from "../../../core/index.ts";
import { type SeriesSpec, seriesSpec } from "../../../venues/choices.ts";
import { readLines } from "../../sources/csv/lines.ts";
import { MARKET_KEY } from "../store.ts";
import type { Observation } from "../vintages.ts";
import { type FileSeries, fileProblem, type Vintage } from "./file-series.ts";

/** Coin Metrics' names of what is kept of it. */
export const COIN_METRICS: Readonly<Record<string, string>> = {
  TxCnt: "coinmetrics.transactions",
  AdrActCnt: "coinmetrics.addresses",
  CapMVRVCur: "coinmetrics.mvrv",
  HashRate: "coinmetrics.hash-rate",
  FeeTotNtv: "coinmetrics.fees",
  FlowInExUSD: "coinmetrics.flow-in",
  FlowOutExUSD: "coinmetrics.flow-out",
};

export type CsvAsked = {
  /** The series of a file with `time,value`. */
  readonly series?: string | undefined;
  /** The symbol or coin, where the rows don't say it. */
  readonly key?: string | undefined;
};

type MetricColumn = { readonly at: number; readonly spec: SeriesSpec; readonly seenMs: number | undefined };

export type CsvRead = {
  readonly series: FileSeries[];
  /** Columns that no series is made of. */
  readonly ignored: readonly string[];
};

/** Throws DATA_FORMAT with the line, and USAGE_ARGUMENT where the file leaves open what it is of. */
export async function readCsvSeries(path: string, asked: CsvAsked): Promise<CsvRead> {
  const lines: { readonly number: number; readonly fields: readonly string[] }[] = [];
  for await (const batch of readLines(path)) {
    for (const { number, text } of batch) if (text.trim() !== "") lines.push({ number, fields: fieldsOf(text) });
  }
  const [head, ...rows] = lines;
  if (head === undefined || rows.length === 0) throw fileProblem(path, "It holds no rows");
  const names = head.fields;
  const timeAt = names.findIndex((name) => /^(?:time|timestamp|date|day)$/i.test(name));
  if (timeAt < 0) throw fileProblem(path, `No column is called time or date; there are: ${names.join(", ")}`);
  const columns = columnsOf(path, names, asked);
  const assetAt = names.findIndex((name) => /^(?:asset|symbol|key|coin)$/i.test(name));
  const groups = new Map<string, { spec: SeriesSpec; key: string; seen: Map<number, Observation[]> }>();
  for (const { number, fields } of rows) {
    if (fields.length !== names.length) {
      throw fileProblem(path, `Line ${number} has ${fields.length} fields, the header has ${names.length}`);
    }
    const eventMs = timeOf(path, number, fields[timeAt]);
    for (const { at, spec, seenMs } of columns) {
      // An empty field is a value that the source didn't have.
      if (fields[at].trim() === "") continue;
      const value = Number(fields[at]);
      if (!Number.isFinite(value)) throw fileProblem(path, `Line ${number}: ${names[at]} is not a number`);
      const key = keyOfRow(path, spec, assetAt < 0 ? undefined : fields[assetAt], asked.key);
      const name = `${spec.id} ${key}`;
      const group = groups.get(name) ?? { spec, key, seen: new Map<number, Observation[]>() };
      groups.set(name, group);
      const vintage = group.seen.get(seenMs ?? -1) ?? [];
      group.seen.set(seenMs ?? -1, vintage);
      vintage.push({ eventMs, publishedMs: null, value });
    }
  }
  const used = new Set([timeAt, assetAt, ...columns.map(({ at }) => at)]);
  return {
    series: [...groups.values()].map(({ spec, key, seen }) => ({ spec, key, vintages: vintagesOf(seen) })),
    ignored: names.filter((_, i) => !used.has(i)),
  };
}

function vintagesOf(seen: ReadonlyMap<number, Observation[]>): Vintage[] {
  return [...seen]
    .sort(([a], [b]) => a - b)
    .map(([seenMs, observations]) => ({ seenMs: seenMs < 0 ? undefined : seenMs, observations }));
}

function fieldsOf(line: string): string[] {
  return line.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}

function columnsOf(path: string, names: readonly string[], { series }: CsvAsked): MetricColumn[] {
  const metrics = names.flatMap((name, at): MetricColumn[] => {
    const match = /^([A-Za-z]+?)(?:_(\d{4})_(\d{2}))?$/.exec(name);
    const id = match === null ? undefined : COIN_METRICS[match[1]];
    if (match === null || id === undefined) return [];
    // The day of the month isn't told, so a vintage counts as seen when its month was over.
    const seenMs =
      match[2] === undefined ? undefined : monthBounds(Date.UTC(Number(match[2]), Number(match[3]) - 1))[1];
    return [{ at, spec: seriesSpec(id), seenMs }];
  });
  if (metrics.length > 0) return metrics;
  const at = names.findIndex((name) => /^value$/i.test(name));
  if (at >= 0 && series !== undefined) return [{ at, spec: seriesSpec(series), seenMs: undefined }];
  if (at >= 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "The file doesn't say which series it holds",
      where: path,
      fix: "Name it with --series; `tidemark data alternative sources` lists them.",
    });
  }
  throw fileProblem(path, `No column is a metric of Coin Metrics, or called value; there are: ${names.join(", ")}`);
}

function keyOfRow(path: string, spec: SeriesSpec, own: string | undefined, asked: string | undefined): string {
  if (spec.of === "market") return MARKET_KEY;
  const key = asked ?? own;
  if (key !== undefined && key !== "") return key.toUpperCase();
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `The file doesn't say which ${spec.of} it is of`,
    where: path,
    fix: `Name it with --key, such as --key ${spec.of === "coin" ? "BTC" : "BTCUSDT"}.`,
  });
}

function timeOf(path: string, line: number, text: string): number {
  try {
    // Coin Metrics' own files have nanoseconds.
    const tsMs = parseDate(text.replace(/(\.\d{3})\d+/, "$1"));
    if (tsMs >= 0 && tsMs < 200_000 * DAY_MS) return tsMs;
  } catch (thrown) {
    throw fileProblem(path, `Line ${line}: "${text.slice(0, 40)}" is not a time`, thrown);
  }
  throw fileProblem(path, `Line ${line}: "${text.slice(0, 40)}" is not a time of this age`);
}
