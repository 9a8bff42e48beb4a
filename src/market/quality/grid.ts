/** @file Whether the bars of several sets open at the same times: bars of one length that begin at others are never in one row. */

export type GridOf = { readonly name: string; readonly timeMs: Float64Array; readonly length: number };

/** Bars that are looked at, spread over the set. */
const LOOKS = 512;
/** Share of them that has to have one remainder, so that a set is said to have a grid. */
const USUAL = 0.6;

/** How far after a multiple of their length most bars open; undefined where there is no usual place. */
function phaseOf({ timeMs, length }: GridOf, barMs: number): number | undefined {
  if (length === 0) return undefined;
  const counts = new Map<number, number>();
  const step = Math.max(1, Math.floor(length / LOOKS));
  let looks = 0;
  for (let i = 0; i < length; i += step, looks++) {
    const phase = timeMs[i] % barMs;
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  const [phase, count] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most));
  return count >= USUAL * looks ? phase : undefined;
}

function minutes(ms: number): string {
  return `${Number((ms / 60_000).toFixed(2))} minutes`;
}

/** A sentence for each set whose bars open at other times than those of the first one with a grid. */
export function gridNotes(sets: readonly GridOf[], barMs: number): string[] {
  const phases = sets.map((set) => phaseOf(set, barMs));
  const first = phases.findIndex((phase) => phase !== undefined);
  return sets.flatMap(({ name }, s) => {
    const [own, usual] = [phases[s], phases[first]];
    if (own === undefined || usual === undefined || own === usual) return [];
    return [
      `The bars of ${name} open ${minutes(own)} after a full bar, those of ${sets[first].name} ${minutes(usual)}: they share no grid, and no row of a tape has both. Import them with the right --timezone, or make longer bars of shorter ones.`,
    ];
  });
}
