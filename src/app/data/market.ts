/** @file From the configuration to a MarketTape: which venue, which timeframe, which range. */

import {
  nearestName,
  parseDate,
  parseTimeframe,
  plainSymbol,
  TidemarkError,
  type Timeframe,
} from "../../core/index.ts";
import { leverageCuts } from "../../exchange/index.ts";
import {
  type EdgeOption,
  isMultiple,
  type LoadOptions,
  loadTape,
  type MarketTape,
  type SetKey,
  type SyntheticOptions,
  storedKeys,
  streamTape,
  syntheticTape,
  type TapeRange,
  type TapeStream,
} from "../../market/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { withAlternative } from "./alternative.ts";
import { instrumentTerms } from "./terms.ts";

/** The venue that is fetched from and preferred where the configuration says "auto". */
export const DEFAULT_VENUE = "bybit";

export function configuredSymbols(config: Config): string[] {
  return [...new Set(config.data.symbols.map(plainSymbol))];
}

/** The configured range as UTC milliseconds; absent ends are open. */
export function configuredRange(config: Config): { fromMs?: number; toMs?: number } {
  const { from, to } = config.data;
  return {
    ...(from === undefined ? {} : { fromMs: parseDate(from) }),
    ...(to === undefined ? {} : { toMs: parseDate(to) }),
  };
}

/** The one venue whose stored history covers all symbols; the default venue wins where several do. Throws DATA_MISSING. */
function storedVenue(stored: readonly SetKey[], symbols: readonly string[], root: string): string {
  const keys = stored.filter((key) => symbols.includes(key.symbol));
  const venues = [...new Set(keys.map((key) => key.venue))];
  const able = venues.filter((venue) =>
    symbols.every((symbol) => keys.some((key) => key.venue === venue && key.symbol === symbol)),
  );
  if (able.length === 0) throw missingSymbols(stored, symbols, root);
  if (able.length === 1 || able.includes(DEFAULT_VENUE)) return able.find((v) => v === DEFAULT_VENUE) ?? able[0];
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `${symbols.join(", ")} are stored from several venues: ${able.join(", ")}`,
    where: root,
    fix: "Choose one with --venue.",
  });
}

/** Names the symbols that nobody has, or who has which. */
function missingSymbols(stored: readonly SetKey[], symbols: readonly string[], root: string): TidemarkError {
  const known = [...new Set(stored.map((key) => key.symbol))];
  const missing = symbols.filter((symbol) => !known.includes(symbol));
  if (missing.length === 0) {
    const venuesOf = (symbol: string): string =>
      [...new Set(stored.filter((key) => key.symbol === symbol).map((key) => key.venue))].join(" and ");
    return new TidemarkError("DATA_MISSING", {
      what: `No venue has all of them: ${symbols.map((symbol) => `${symbol} is from ${venuesOf(symbol)}`).join(", ")}`,
      where: root,
      fix: "Choose symbols of one venue, or fetch the others from it: tidemark fetch --venue NAME --symbols LIST.",
    });
  }
  const guesses = new Set(missing.flatMap((symbol) => nearestName(symbol, known) ?? []));
  const guess = guesses.size === 0 ? "" : `Did you mean ${[...guesses].join(", ")}? `;
  const have = known.length === 0 ? "; the store is empty" : "";
  return new TidemarkError("DATA_MISSING", {
    what: `There are no candles of ${missing.join(", ")}${have}`,
    where: root,
    fix: `${guess}Get them with \`tidemark fetch --symbols ${missing.join(",")}\` or \`tidemark import FILE\`; \`tidemark data ls\` shows what is there.`,
  });
}

/**
 * The configured timeframe, or the only stored one where symbols were named on the command line, no timeframe was, and
 * the configured one can't be made of it. What is chosen is said.
 */
function storedTimeframe(context: AppContext, config: Config, keys: readonly SetKey[]): Timeframe {
  const wanted = parseTimeframe(config.data.timeframe);
  const freely =
    !config.overridden.has("data.timeframe") &&
    (config.overridden.has("data.symbols") || !config.explicit.has("data.timeframe"));
  const stored = [...new Set(keys.map((key) => key.timeframe))];
  const possible = stored.some((timeframe) => timeframe === wanted || isMultiple(timeframe, wanted));
  if (!freely || possible || stored.length !== 1) return wanted;
  context.warn(`no ${wanted} candles of these symbols are stored; the stored ${stored[0]} candles are used.`);
  return stored[0];
}

/** How the symbols' times and currencies are brought together, and whether mark prices are beside them. */
export function alignment({ data }: Config): Pick<LoadOptions, "marks" | "currency"> & { readonly range: TapeRange } {
  return {
    range: data.range,
    ...(data.currency === undefined ? {} : { currency: data.currency }),
    ...(data.markPrice ? {} : { marks: false }),
  };
}

/** The planted edge that the configuration asks for. */
export function syntheticEdge(config: Config): EdgeOption {
  return { strength: config.data.syntheticEdge, signal: config.data.syntheticSignal };
}

/** The made-up market. */
export function syntheticSettings(config: Config): SyntheticOptions {
  const { syntheticSeed: seed, syntheticBars: bars, timeframe } = config.data;
  return {
    seed,
    bars,
    timeframe: parseTimeframe(timeframe),
    symbols: configuredSymbols(config),
    edge: syntheticEdge(config),
  };
}

/** The market that the configuration describes; a made-up one says so. */
export function openTape(context: AppContext, config: Config): Promise<MarketTape> {
  if (config.data.venue === "synthetic") context.note("Synthetic market: made up from a seed, no real prices.");
  return readTape(context, config);
}

const NOTES = new WeakMap<MarketTape, readonly string[]>();

/** What was found about the candles when the tape was opened: traps of the check, gaps, who trades when. */
export function tapeNotes(tape: MarketTape): readonly string[] {
  return NOTES.get(tape) ?? [];
}

/** The stored market that the configuration describes, bar by bar as it flows. Rejects as `streamTape` does. */
export async function openStream(
  context: AppContext,
  config: Config,
  asked: { readonly fromMs?: number; readonly toMs?: number } = {},
): Promise<TapeStream> {
  if (config.data.venue === "synthetic") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A synthetic market is made in memory and can't be streamed",
      where: "data.venue",
      fix: "Run it without --stream.",
    });
  }
  const stream = await streamTape({ ...storedOptions(context, config).options, ...asked });
  for (const line of leverageCuts(stream.instruments, decisionSettings(config).exchange)) context.warn(line);
  return stream;
}

/** What is read from the store, and the kind that was asked for. */
function storedOptions(
  context: AppContext,
  config: Config,
): { readonly options: LoadOptions; readonly kind: ReturnType<typeof askedKind> } {
  const symbols = configuredSymbols(config);
  const root = dataRoot(config);
  const range = requiredRange(config);
  const stored = storedKeys(root);
  const venue = config.data.venue === "auto" ? storedVenue(stored, symbols, root) : config.data.venue;
  const timeframe = storedTimeframe(
    context,
    config,
    stored.filter((key) => key.venue === venue && symbols.includes(key.symbol)),
  );
  const kind = askedKind(config);
  const terms = instrumentTerms(config);
  const options = { root, venue, symbols, timeframe, terms, ...range, ...alignment(config) };
  return { options: kind === undefined ? options : { ...options, instrumentKind: kind }, kind };
}

/** The same for a caller that has said already whose market it is. */
export async function readTape(context: AppContext, config: Config): Promise<MarketTape> {
  if (config.data.venue === "synthetic") {
    return withAlternative(context, config, featureSelection(config), syntheticTape(syntheticSettings(config)));
  }
  const { options, kind } = storedOptions(context, config);
  const { terms = {} } = options;
  const notes: string[] = [];
  const onNote = (text: string): void => {
    notes.push(text);
    context.warn(text);
  };
  const candles = await loadTape({ ...options, onNote });
  const tape = await withAlternative(context, config, featureSelection(config), candles);
  NOTES.set(tape, notes);
  const others = tape.instruments.filter(
    ({ symbol, kind: own }) => kind !== undefined && own !== kind && terms[symbol]?.kind === undefined,
  );
  if (others.length > 0) {
    const told = others.map((instrument) => `${instrument.symbol} is stored as ${instrument.kind}`).join(", ");
    context.warn(`data.kind is "${kind}", but ${told}, and is traded so; import or fetch it again as ${kind}.`);
  }
  for (const line of leverageCuts(tape.instruments, decisionSettings(config).exchange)) context.warn(line);
  return tape;
}

/** Spot where the configuration says so, or what a flag says: the default is written into every file and asks for nothing. */
export function askedKind(config: Config): Config["data"]["kind"] | undefined {
  const { kind } = config.data;
  return kind === "spot" || config.overridden.has("data.kind") ? kind : undefined;
}

/** Throws USAGE_ARGUMENT for a range that ends before it begins. */
function requiredRange(config: Config): ReturnType<typeof configuredRange> {
  const range = configuredRange(config);
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = range;
  if (fromMs < toMs) return range;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `The range from ${config.data.from} to ${config.data.to} is empty`,
    where: "data.from, data.to",
    fix: "Give --from before --to.",
  });
}
