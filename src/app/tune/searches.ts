/** @file Searches on disk, to be looked at: their journals are opened, and nothing is written to them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openStudy, type Study } from "../../search/index.ts";
import { studiesFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { findStudy, listStudies } from "./study-folder.ts";

/** Names of the searches that have a journal. */
export function searchNames(config: Config): string[] {
  return listStudies(config).filter((name) => existsSync(join(studiesFolder(config), name, "study.log")));
}

/** Throws STUDY_MISSING, or a STUDY_ error where the journal can't be read. */
export function openSearch(config: Config, name: string): Promise<Study> {
  return openStudy(findStudy(config, name).folder);
}
