/** @file A server of its own for a test: folder, page, journals, a client that signs in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppContext, loadConfig } from "../../app/index.ts";
import { quietContext } from "../../app/testing/context.ts";
import { type Clock, systemClock } from "../../core/index.ts";
import { type ServedDashboard, serveDashboard } from "../server.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
};

export type Place = {
  readonly folder: string;
  readonly context: AppContext;
  readonly said: string[];
  readonly served: ServedDashboard;
  /** Headers of a page that has signed in. */
  readonly page: Readonly<Record<string, string>>;
  /** Any request, with any header: no client of its own opinion stands between. */
  send(method: string, path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Answer>;
  /** A read of the API by the page. */
  read(path: string): Promise<Answer>;
  /** A change by the page. */
  tell(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
};

function send(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request(
      { host: "127.0.0.1", port, method, path, headers, setHost: !("host" in headers) },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => {
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          done({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    asked.on("error", fail);
    asked.end(body);
  });
}

type PlaceOptions = {
  /** The built page; a page without content where absent. */
  readonly pageFolder?: string;
  readonly clock?: Clock;
};

/** @param prepare fills the folder before the server looks at it */
export async function openPlace(
  prepare: (folder: string) => void = () => undefined,
  launcher = "nothing",
  options: PlaceOptions = {},
): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-server-"));
  prepare(folder);
  const pageFolder = join(folder, "page");
  mkdirSync(join(pageFolder, "assets"), { recursive: true });
  writeFileSync(join(pageFolder, "index.html"), "<!doctype html><title>Page</title>");
  writeFileSync(join(pageFolder, "assets", "main-abc.js"), "1");
  writeFileSync(join(pageFolder, ".built"), "stamp");
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const { clock = systemClock } = options;
  const { context, said } = quietContext(folder, () => config, { clock });
  const served = await serveDashboard(context, {
    port: 0,
    host: "127.0.0.1",
    pageFolder: options.pageFolder ?? pageFolder,
    launcher,
  });
  const { port, url } = served;
  const own = { host: `127.0.0.1:${port}`, origin: url, "sec-fetch-site": "same-origin" };
  const code = new URL(served.signInUrl()).hash.slice("#code=".length);
  const typed = { ...own, "content-type": "application/json" };
  const signed = await send(port, "POST", "/api/v1/session", typed, JSON.stringify({ code }));
  const [cookie] = String(signed.headers["set-cookie"]).split(";");
  const page = { ...own, cookie, "x-tidemark-session": (signed.json as { secret: string }).secret };
  return {
    folder,
    context,
    said,
    served,
    page,
    send: (method, path, headers, body) => send(port, method, path, headers, body),
    read: (path) => send(port, "GET", `/api/v1/${path}`, page),
    tell: (path, body, headers = {}) =>
      send(
        port,
        "POST",
        `/api/v1/${path}`,
        { ...page, "content-type": "application/json", ...headers },
        JSON.stringify(body),
      ),
    async close() {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
