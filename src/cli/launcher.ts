/** @file The script that runs a command line of this program, seen from dist/cli and from src/cli alike. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const LAUNCHER = join(fileURLToPath(new URL("../../bin", import.meta.url)), "tidemark.mjs");
