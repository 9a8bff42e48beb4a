/** @file Files of alternative data into the store, one after the other; a bad one is refused whole and doesn't stop the others. */
import { basename } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import {
  AlternativeStore,
  type CsvAsked,
  type FileSeries,
  type PutCounts,
  readSeriesFile,
  SERIES,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { knownSeries } from "./alternative-names.ts";

export type ImportedSeries = {
  readonly file: string;
  readonly id: string;
  readonly key: string;
  /** Vintages of the same days that the file holds beside each other. */
  readonly vintages: number;
  readonly counts: PutCounts;
};

export type ImportedFiles = {
  readonly imported: readonly ImportedSeries[];
  readonly failures: readonly TidemarkError[];
};

/**
 * Stores what files hold. It was not seen as it came, so each value counts as available its period and its series' lag after
 * its stamp; a later vintage of a file from when that was recorded.
 */
export async function importAlternative(
  context: AppContext,
  config: Config,
  paths: readonly string[],
  asked: CsvAsked,
  onImported: (series: ImportedSeries) => void,
  onFailure: (error: TidemarkError) => void,
): Promise<ImportedFiles> {
  const named = asked.series === undefined ? asked : { ...asked, series: knownSeries(asked.series).id };
  const store = new AlternativeStore(dataRoot(config), { clock: context.clock });
  const imported: ImportedSeries[] = [];
  const failures: TidemarkError[] = [];
  for (const [done, path] of paths.entries()) {
    context.signal.throwIfAborted();
    context.progress({ label: "import", done, total: paths.length, unit: "files" });
    try {
      const { series, ignored } = await readSeriesFile(path, named);
      if (ignored.length > 0) context.note(`${basename(path)}: not kept: ${ignored.join(", ")}.`);
      for (const one of series) {
        const counts = await putFile(store, one, context.clock.nowMs());
        const { spec, key, vintages } = one;
        if (counts.refused > 0) {
          context.warn(
            `${spec.id} ${key}: ${counts.refused} values of ${basename(path)} were known before what is stored, or are dated in the future, and are left out: of several vintages the earliest has to come first.`,
          );
        }
        imported.push({ file: path, id: spec.id, key, vintages: vintages.length, counts });
        onImported(imported[imported.length - 1]);
      }
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError) || paths.length === 1) throw thrown;
      failures.push(thrown);
      onFailure(thrown);
    }
  }
  context.endProgress();
  imported.sort((a, b) => placeOf(a.id) - placeOf(b.id));
  return { imported, failures };
}

const placeOf = (id: string): number => SERIES.findIndex((spec) => spec.id === id);

async function putFile(
  store: AlternativeStore,
  { spec, key, vintages }: FileSeries,
  nowMs: number,
): Promise<PutCounts> {
  const total = { added: 0, revised: 0, unchanged: 0, refused: 0 };
  for (const { seenMs, observations } of vintages) {
    // A month that isn't over yet ends in the future; nothing is seen before it is there.
    const seen = Math.min(seenMs ?? nowMs, nowMs);
    const counts = await store.put(spec, key, observations, { seenMs: seen, recorded: false });
    total.added += counts.added;
    total.revised += counts.revised;
    total.unchanged += counts.unchanged;
    total.refused += counts.refused;
  }
  return total;
}
