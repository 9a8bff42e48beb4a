/**
 * @file Which files of one command have gone into which set: bars of two files that disagree are of two markets, and the
 * second file is refused.
 */
import { basename } from "node:path";
import { formatMinute, TidemarkError } from "../../core/index.ts";
import { type Candles, lowerBound } from "../candles.ts";
import type { QualityReport } from "../quality/report.ts";
import { areOtherPrices } from "../store/merge.ts";
import { kindOf, type SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";

type Claim = { readonly path: string; readonly origin: string; readonly firstMs: number; readonly lastMs: number };

export class ImportClaims {
  /** Reports of sets that one file made up as a whole, by set. */
  readonly #reports = new Map<string, QualityReport>();
  readonly #bySet = new Map<string, { readonly key: SetKey; readonly claims: Claim[] }>();

  /** The sets that were touched, in the order in which they were. */
  keys(): SetKey[] {
    return [...this.#bySet.values()].map(({ key }) => key);
  }

  /** The report of a set that is all of one file; it needs no second look. */
  reportOf(key: SetKey): QualityReport | undefined {
    return this.#reports.get(nameOf(key));
  }

  /** Throws DATA_QUALITY where an earlier file of this command is of another market than these bars. */
  async check(store: MarketStore, key: SetKey, candles: Candles, path: string, origin: string): Promise<void> {
    for (const claim of this.#bySet.get(nameOf(key))?.claims ?? []) {
      if (claim.origin !== origin && claim.origin !== "" && origin !== "") throw originError(key, claim, path, origin);
      const fromMs = Math.max(claim.firstMs, candles.timeMs[0]);
      const toMs = Math.min(claim.lastMs, candles.timeMs[candles.length - 1]) + 1;
      if (fromMs >= toMs) continue;
      const stored = await store.readCandles(key, fromMs, toMs);
      const { common, others, firstMs } = compareCandles(stored, candles);
      if (others > 0) throw disagreement(key, claim, path, common, others, firstMs);
    }
  }

  /** @param report of the file, where it is all that the set holds */
  add(key: SetKey, candles: Candles, path: string, origin: string, report?: QualityReport): void {
    if (report === undefined) this.#reports.delete(nameOf(key));
    else this.#reports.set(nameOf(key), report);
    const set = this.#bySet.get(nameOf(key)) ?? { key, claims: [] };
    set.claims.push({ path, origin, firstMs: candles.timeMs[0], lastMs: candles.timeMs[candles.length - 1] });
    this.#bySet.set(nameOf(key), set);
  }
}

/** Bars that both have, and how many of them have other prices. */
export function compareCandles(
  stored: Candles,
  fresh: Candles,
): { readonly common: number; readonly others: number; readonly firstMs: number } {
  let common = 0;
  let others = 0;
  let firstMs = 0;
  let j = stored.length === 0 ? 0 : lowerBound(fresh.timeMs, stored.timeMs[0], fresh.length);
  for (let i = 0; i < stored.length && j < fresh.length; ) {
    if (stored.timeMs[i] < fresh.timeMs[j]) i++;
    else if (stored.timeMs[i] > fresh.timeMs[j]) j++;
    else {
      common++;
      const isOther = (["open", "high", "low", "close"] as const).some((name) =>
        areOtherPrices(stored[name][i], fresh[name][j]),
      );
      if (isOther && others++ === 0) firstMs = stored.timeMs[i];
      i++;
      j++;
    }
  }
  return { common, others, firstMs };
}

function nameOf(key: SetKey): string {
  return `${key.venue} ${key.symbol} ${kindOf(key)} ${key.timeframe}`;
}

const APART = "Import one of them apart with --venue or --symbol; nothing of this file was stored.";

function originError(key: SetKey, claim: Claim, path: string, origin: string): TidemarkError {
  return new TidemarkError("DATA_QUALITY", {
    what: `By their names this file (${origin}) and ${basename(claim.path)} (${claim.origin}) are of different markets, and both would be ${key.symbol} ${key.timeframe} of ${key.venue}`,
    where: path,
    fix: APART,
  });
}

function disagreement(
  key: SetKey,
  claim: Claim,
  path: string,
  common: number,
  others: number,
  firstMs: number,
): TidemarkError {
  return new TidemarkError("DATA_QUALITY", {
    what: `${others} of the ${common} bars that it shares with ${basename(claim.path)} have other prices, the first at ${formatMinute(firstMs)}: both would be ${key.symbol} ${key.timeframe} of ${key.venue}`,
    where: path,
    fix: APART,
  });
}
