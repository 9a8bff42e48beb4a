/** @file Indicators by their names, and what a chart draws of them. */
import type { Columns, Indicator } from "../api/contract.ts";
import type { Study } from "../charts/price-chart.tsx";

/** "EMA 50" and "ema50" are one name. */
export function nameOf(text: string): string {
  return text.trim().toLowerCase().replaceAll(/\s+/g, "");
}

/** The known indicator that a name is one of, whatever its numbers. */
export function familyOf(name: string, known: readonly Indicator[]): Indicator | undefined {
  const pattern = name.replaceAll(/\d+/g, "#");
  return known.find((one) => one.pattern === pattern);
}

/** Indicators with the lines that have come for them, in the order in which they were chosen. */
export function studiesOf(names: readonly string[], known: readonly Indicator[], lines: Columns): Study[] {
  return names.flatMap((name): Study[] => {
    const family = familyOf(name, known);
    if (family === undefined) return [];
    const own = Object.entries(lines).filter(([line]) => line === name || line.startsWith(`${name}.`));
    return [
      {
        name,
        overPrice: family.overPrice,
        levels: family.levels,
        lines: own.map(([line, values]) => ({ name: line, values })),
      },
    ];
  });
}
