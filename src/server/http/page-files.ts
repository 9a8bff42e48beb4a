/** @file The built page: a fixed list of files, read once. No path of a request ever becomes a path of the disk. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { TidemarkError } from "../../core/index.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
};

export type PageFile = { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string; readonly isHashed: boolean };

export class PageFiles {
  readonly #files = new Map<string, PageFile>();

  /** Throws PAGE_MISSING where the page was not built. */
  constructor(folder: string) {
    if (!existsSync(join(folder, "index.html"))) {
      throw new TidemarkError("PAGE_MISSING", {
        what: "The page of the dashboard is not built",
        where: folder,
        fix: "Run `npm ci && npm run build` in the project's folder; the installed package has it already.",
      });
    }
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    for (const entry of found) {
      if (!entry.isFile() || entry.name.startsWith(".")) continue;
      const path = join(entry.parentPath, entry.name);
      const url = `/${relative(folder, path).split(sep).join("/")}`;
      const type = TYPES[extname(entry.name)];
      if (type === undefined || url.includes("/.")) continue;
      this.#files.set(url, { bytes: new Uint8Array(readFileSync(path)), type, isHashed: url.startsWith("/assets/") });
    }
  }

  /** The file of this path, or the page itself for every place in it; undefined for a file that is not there. */
  at(path: string): PageFile | undefined {
    const file = this.#files.get(path);
    if (file !== undefined) return file;
    return extname(path) === "" ? this.#files.get("/index.html") : undefined;
  }
}
