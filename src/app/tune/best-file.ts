/** @file The best settings of a search as a fragment of tidemark.toml. */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/index.ts";
import type { Settings } from "./space.ts";

const BEST_FILE = "best.toml";

/** Lines of TOML: each section once, its keys below it. */
export function settingsToml(settings: Settings): string {
  const sections = new Map<string, string[]>();
  for (const [key, value] of Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [section, name] = key.split(".");
    const lines = sections.get(section) ?? [];
    lines.push(`${name} = ${JSON.stringify(value)}`);
    sections.set(section, lines);
  }
  return [...sections].map(([section, lines]) => `[${section}]\n${lines.join("\n")}\n`).join("\n");
}

/** Writes `best.toml` into a study's folder. Returns its path. @param told one line on where the settings come from */
export function writeBest(folder: string, settings: Settings, told: string): string {
  const path = join(folder, BEST_FILE);
  writeFileAtomic(
    path,
    `# ${told}\n# Put these lines into tidemark.toml in place of those that are there.\n\n${settingsToml(settings)}`,
  );
  return path;
}
