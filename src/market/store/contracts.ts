/** @file The contract catalog: the instruments whose history the store holds, in `contracts.json`. */
import { z } from "zod";
import {
  canonicalJson,
  type Instrument,
  InstrumentKind,
  readTextIfPresent,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import { contractsFile } from "./paths.ts";

const step = z.string().regex(/^\d+(?:\.\d+)?$/);

const instrumentSchema = z.object({
  symbol: z.string().min(1),
  venue: z.string().min(1),
  kind: z.enum(InstrumentKind),
  base: z.string(),
  quote: z.string(),
  tickSize: step,
  lotStep: step,
  minNotional: z.number().nonnegative(),
  multiplier: z.number().positive(),
  takerFeeBps: z.number(),
  makerFeeBps: z.number(),
  maxLeverage: z.number().positive(),
  maintenanceMarginRate: z.number().nonnegative(),
  fundingIntervalHours: z.number().positive().optional(),
  expiryMs: z.number().optional(),
  calendar: z.string(),
  synthetic: z.boolean(),
});

const catalogSchema = z.object({ schema: z.literal(1), instruments: z.array(instrumentSchema) });

/** The catalog's instruments, sorted by venue and symbol. Throws STORE_CORRUPT where the file can't be understood. */
export function readContracts(root: string): Instrument[] {
  const path = contractsFile(root);
  const text = readTextIfPresent(path);
  if (text === undefined) return [];
  try {
    return catalogSchema.parse(JSON.parse(text)).instruments as Instrument[];
  } catch (thrown) {
    throw new TidemarkError("STORE_CORRUPT", {
      what: "The contract catalog can't be understood",
      where: path,
      fix: "Delete the file and fetch or import the history again; candles stay as they are.",
      cause: thrown,
    });
  }
}

/** Adds instruments, or replaces those of the same venue and symbol. Writes only when something changes. */
export function putContracts(root: string, instruments: readonly Instrument[]): void {
  const stored = readContracts(root);
  const byName = new Map(stored.map((instrument) => [nameOf(instrument), instrument]));
  for (const instrument of instruments) byName.set(nameOf(instrument), instrument);
  const next = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, instrument]) => instrument);
  if (canonicalJson(next) === canonicalJson(stored)) return;
  writeFileAtomic(contractsFile(root), `${JSON.stringify({ schema: 1, instruments: next }, null, 2)}\n`);
}

function nameOf(instrument: Instrument): string {
  return `${instrument.venue}/${instrument.symbol}`;
}
