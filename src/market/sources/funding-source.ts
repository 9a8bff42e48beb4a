/** @file Import of funding rates: stamps are put on the contract's grid before they are stored. */
import { basename } from "node:path";
import { type Instrument, plainSymbol, TidemarkError } from "../../core/index.ts";
import { snapFunding, snapText } from "../funding-grid.ts";
import type { MarketStore } from "../store/store.ts";
import { type FundingFileOptions, readFundingFile } from "./csv/funding-file.ts";
import { formatError } from "./csv/problem.ts";
import type { Collected, CollectOptions, MarketSource } from "./source.ts";

export type FundingFileSourceOptions = Omit<FundingFileOptions, "signal" | "onBytes"> & {
  readonly path: string;
  /** The venue that the history is filed under. Default: "csv". */
  readonly venue?: string;
};

/** One file of funding rates. It is refused with DATA_FORMAT where it can't be trusted; then nothing is stored. */
export function fundingFileSource(options: FundingFileSourceOptions): MarketSource {
  return { name: basename(options.path), collect: (store, run = {}) => importFunding(options, store, run) };
}

async function importFunding(
  options: FundingFileSourceOptions,
  store: MarketStore,
  { signal, onProgress }: CollectOptions,
): Promise<Collected[]> {
  const { path } = options;
  const files = await readFundingFile(path, { ...options, ...(signal === undefined ? {} : { signal }) });
  const venue = options.venue ?? "csv";
  const collected: Collected[] = [];
  for (const file of files) {
    const symbol = file.symbol === undefined ? "" : plainSymbol(file.symbol);
    if (symbol === "") {
      throw formatError(
        path,
        "Neither the file nor its name says which symbol it is of",
        "Give the symbol with `--symbol`.",
      );
    }
    const known = store.instruments().filter((one) => one.venue === venue && one.symbol === symbol);
    const contract = payingContract(known, symbol, path);
    const snapped = snapFunding(file.funding, contract, path);
    signal?.throwIfAborted();
    const funding = await store.mergeFunding(venue, symbol, snapped.funding);
    onProgress?.({ label: basename(path), done: file.funding.length, total: file.funding.length, unit: "stamps" });
    const notes = [...file.notes, ...snapText(snapped)];
    collected.push({
      venue,
      symbol,
      candles: { added: 0, replaced: 0, unchanged: 0 },
      funding,
      notes,
      warnings: file.warnings,
    });
  }
  return collected;
}

/** The contract that pays; undefined where the candles come later. Throws DATA_CONTRACT where only others are stored. */
function payingContract(known: readonly Instrument[], symbol: string, path: string): Instrument | undefined {
  const paying = known.find((one) => one.fundingIntervalHours !== undefined);
  if (paying !== undefined || known.length === 0) return paying;
  throw new TidemarkError("DATA_CONTRACT", {
    what: `${symbol} is stored as ${known.map(({ kind }) => kind).join(" and ")}, which pays no funding`,
    where: path,
    fix: "Import its candles as what they are with `--kind perpetual`, or leave the rates out; nothing was stored.",
  });
}
