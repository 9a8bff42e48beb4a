/**
 * @file The contract catalog: the instruments whose history the store holds, in `contracts.json`, by venue, symbol and
 * kind. A catalog of schema 1, which knew one kind a symbol, is carried over when it is first read.
 */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  canonicalJson,
  fileError,
  type Instrument,
  InstrumentKind,
  readTextIfPresent,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import { EARLIER_VERSION } from "../contract/birth.ts";
import { contractsFile, symbolFolder } from "./paths.ts";

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
  maintenanceTiers: z
    .array(
      z.object({
        upToNotional: z.number().positive(),
        rate: z.number().positive(),
        deduction: z.number().nonnegative(),
        maxLeverage: z.number().positive(),
      }),
    )
    .min(1)
    .optional(),
  fundingIntervalHours: z.number().positive().optional(),
  fundingOffsetHours: z.number().nonnegative().optional(),
  expiryMs: z.number().optional(),
  calendar: z.string(),
  synthetic: z.boolean(),
  guessed: z.record(z.string(), z.string()).optional(),
});

const SCHEMA = 2;
const catalogSchema = z.object({
  schema: z.union([z.literal(1), z.literal(SCHEMA)]),
  instruments: z.array(instrumentSchema),
});

/** The catalog's instruments, sorted by venue, symbol and kind. Throws STORE_CORRUPT where it can't be understood. */
export function readContracts(root: string): Instrument[] {
  const path = contractsFile(root);
  const text = readTextIfPresent(path);
  if (text === undefined) return [];
  let catalog: { readonly schema: 1 | 2; readonly instruments: readonly Instrument[] };
  try {
    catalog = catalogSchema.parse(JSON.parse(text)) as unknown as typeof catalog;
  } catch (thrown) {
    throw new TidemarkError("STORE_CORRUPT", {
      what: `The contract catalog can't be understood: ${faultText(thrown)}`,
      where: path,
      fix: "Delete the file and fetch or import the history again; candles stay as they are.",
      cause: thrown,
    });
  }
  return catalog.schema === SCHEMA ? [...catalog.instruments] : carriedOver(root, catalog.instruments);
}

function faultText(thrown: unknown): string {
  if (!(thrown instanceof z.ZodError)) return "it is not JSON";
  const [issue] = thrown.issues;
  return `${issue.path.join(".") || "the file"}: ${issue.message}`;
}

/** Schema 1 kept every kind of a symbol in one folder: what is no perpetual moves to a folder of its own. */
function carriedOver(root: string, instruments: readonly Instrument[]): Instrument[] {
  try {
    for (const { venue, symbol, kind } of instruments) {
      const candles = join(root, "candles", venue);
      const [from, to] = [join(candles, symbol), join(candles, symbolFolder(symbol, kind))];
      // Another process may have been first.
      if (from !== to && existsSync(from) && !existsSync(to)) renameSync(from, to);
    }
    const carried = instruments.map(withDoubt);
    writeCatalog(root, carried);
    return carried;
  } catch (thrown) {
    throw fileError(thrown, contractsFile(root));
  }
}

/** The steps of imports were read off the spelling of their files: the next import makes them anew. */
function withDoubt(instrument: Instrument): Instrument {
  if (instrument.venue !== "csv" || instrument.synthetic) return instrument;
  const guessed = { tickSize: EARLIER_VERSION, lotStep: EARLIER_VERSION, minNotional: EARLIER_VERSION };
  return { ...instrument, guessed: { ...guessed, calendar: EARLIER_VERSION } };
}

function writeCatalog(root: string, instruments: readonly Instrument[]): void {
  writeFileAtomic(contractsFile(root), `${JSON.stringify({ schema: SCHEMA, instruments }, null, 2)}\n`);
}

/** Adds instruments, or replaces those of the same name; leaves out `gone`. Writes only when something changes. */
export function putContracts(root: string, instruments: readonly Instrument[], gone?: Instrument): void {
  const stored = readContracts(root);
  const byName = new Map(stored.map((instrument) => [nameOf(instrument), instrument]));
  if (gone !== undefined) byName.delete(nameOf(gone));
  for (const instrument of instruments) byName.set(nameOf(instrument), instrument);
  const next = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, instrument]) => instrument);
  if (canonicalJson(next) !== canonicalJson(stored)) writeCatalog(root, next);
}

function nameOf({ venue, symbol, kind }: Instrument): string {
  return `${venue}/${symbol}/${kind}`;
}
