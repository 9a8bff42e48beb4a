/** @file A market as plain JSON, so that a process anywhere opens the very bars that a search is about. */
import { type InstrumentKind, type InstrumentOverrides, TidemarkError, type Timeframe } from "../../core/index.ts";
import { type EdgeOption, loadTape, type MarketTape, syntheticTape, type TapeRange } from "../../market/index.ts";

export type MarketRequest =
  | {
      readonly kind: "stored";
      readonly venue: string;
      readonly symbols: readonly string[];
      readonly timeframe: Timeframe;
      /** Open time of the first bar, and the end, exclusive. */
      readonly fromMs: number;
      readonly toMs: number;
      readonly range?: TapeRange | undefined;
      readonly currency?: string | undefined;
      /** Whether stored mark prices are used. Default: true. */
      readonly marks?: boolean | undefined;
      /** What is said of contracts, by plain symbol, and the kind that is asked for: both decide how the bars are traded. */
      readonly terms?: Readonly<Record<string, InstrumentOverrides>> | undefined;
      readonly instrumentKind?: InstrumentKind | undefined;
    }
  | {
      readonly kind: "synthetic";
      readonly seed: number;
      readonly bars: number;
      readonly symbols: readonly string[];
      readonly timeframe: Timeframe;
      readonly edge: EdgeOption;
    };

/**
 * Opens the market. Rejects with DATA_MISSING where the store lacks it, and with STUDY_MISMATCH where its bars are others
 * than those the search was begun with.
 * @param root folder of the candle store of this machine
 * @param fingerprint of the tape that is expected
 */
export async function openRequestedMarket(
  request: MarketRequest,
  root: string,
  fingerprint: string,
): Promise<MarketTape> {
  const tape = request.kind === "synthetic" ? syntheticTape(request) : await loadTape({ ...request, root });
  if (tape.fingerprint === fingerprint) return tape;
  throw new TidemarkError("STUDY_MISMATCH", {
    what: "The candles are not those that the search was begun with",
    where: request.kind === "synthetic" ? "the synthetic market" : root,
    fix: "Restore them as they were, or begin a new search.",
  });
}
