/** What another page in the same browser can try at the dashboard: the rows of the table of attacks that need a browser. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPlace, type Place } from "../../src/server/testing/place.ts";
import { fakeApi } from "../../web/testing/fake-api.ts";
import { buildPage, CHROMIUM, launch, openPage, realPage } from "./page.ts";

/** A name of somebody else's that was pointed at this machine. */
const EVIL = "evil.example";

/** What a script of the neighbour's tries, and how each ended. */
const TRIES = (target: string): string => `(async () => {
  const ended = {};
  const attempt = async (name, work) => {
    try { ended[name] = String(await work()); } catch (thrown) { ended[name] = thrown.name; }
  };
  const url = ${JSON.stringify(target)};
  await attempt("read", async () => (await fetch(url + "/api/v1/overview", { credentials: "include" })).status);
  await attempt("blind", async () => (await fetch(url + "/api/v1/jobs", {
    method: "POST", mode: "no-cors", credentials: "include", headers: { "content-type": "text/plain" },
    body: JSON.stringify({ kind: "doctor", settings: {} }),
  })).type);
  await attempt("json", async () => (await fetch(url + "/api/v1/jobs", {
    method: "POST", credentials: "include", headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "doctor", settings: {} }),
  })).status);
  await attempt("stream", () => new Promise((done) => {
    const socket = new WebSocket(url.replace("http", "ws") + "/api/v1/stream");
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
  }));
  ended.cookie = document.cookie;
  ended.storage = String(localStorage.getItem("tidemark.session"));
  return ended;
})()`;

describe.skipIf(CHROMIUM === undefined)("another page (needs Chromium; name it in CHROMIUM_PATH)", () => {
  let browser: Browser;
  let place: Place;
  let neighbour: Server;
  let page: Page;
  let next = "";

  beforeAll(async () => {
    place = await openPlace();
    neighbour = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(`<title>Neighbour</title>
        <iframe name="page" src="${place.served.url}/"></iframe><iframe name="docs" src="${place.served.url}/docs"></iframe>`);
    });
    await new Promise<void>((done) => {
      neighbour.listen(0, "127.0.0.1", done);
    });
    next = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}`;
    browser = await launch([`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`]);
    page = await realPage(browser);
    // The owner has signed in: what is tried below has his cookie to go with.
    await page.goto(place.served.url);
    const code = new URL(place.served.signInUrl()).hash.slice("#code=".length);
    const signed = await page.evaluate<number>(`fetch("/api/v1/session", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code: "${code}" }),
    }).then(async (answer) => { localStorage.setItem("tidemark.session", (await answer.json()).secret); return answer.status; })`);
    if (signed !== 200) throw new Error(`signing in ended with ${signed}`);
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((done) => neighbour.close(done));
    await place.close();
  });

  it("on another port reads nothing, starts nothing, opens no stream, and finds neither half of the session", async () => {
    await page.goto(next);
    const ended = await page.evaluate(TRIES(place.served.url));
    expect(ended).toEqual({
      read: "TypeError",
      // Sent, and refused by the server: not even that is told to the page.
      blind: "TypeError",
      json: "TypeError",
      stream: "refused",
      cookie: "",
      storage: "null",
    });
    expect(place.served.jobs.list(), "nothing was started").toEqual([]);
    const { text } = await place.send("GET", "/metrics", place.page);
    expect(text, "the refusals are counted").toMatch(/tidemark_http_refusals_total\{status="403"\} [1-9]/);
  });

  it("puts the dashboard into no frame of its own", async () => {
    await page.goto(next);
    for (const name of ["page", "docs"]) {
      const frame = page.frame({ name });
      await frame?.waitForLoadState();
      expect(await frame?.evaluate("location.href"), name).toMatch(/^chrome-error:/);
    }
  });

  it("under a name that was pointed here gets no page, no answer and no stream, though it is its own origin", async () => {
    const rebound = `http://${EVIL}:${place.served.port}`;
    const answer = await page.goto(`${rebound}/`);
    expect(answer?.status()).toBe(421);
    expect(await page.title()).toBe("");
    const ended = await page.evaluate(TRIES(rebound));
    expect(ended).toMatchObject({ read: "421", json: "421", stream: "refused", cookie: "", storage: "null" });
    expect(place.served.jobs.list()).toEqual([]);
  });

  it("that is followed by a link tells nobody where it came from", async () => {
    const answer = await page.goto(`${place.served.url}/`);
    expect(answer?.headers()["referrer-policy"]).toBe("no-referrer");
  });
});

/** In place of a symbol wherever the API says one: what a venue, a note or a model's name could bring. */
const MARKUP = `<img src=x onerror='window.taken=1'><script>window.taken=2</script><a href=javascript:window.taken=3>S</a>`;

describe.skipIf(CHROMIUM === undefined)("a text that is markup (needs Chromium; name it in CHROMIUM_PATH)", () => {
  it("is a text on every screen: nothing of it runs, and the policy has nothing to refuse", async () => {
    buildPage();
    const browser = await launch();
    const api = await fakeApi();
    try {
      const { page, complaints } = await openPage(browser);
      const marked = (text: string): string =>
        text.replaceAll("SOLUSDT", MARKUP).replaceAll("the limit is two", MARKUP);
      await page.route("**/api/v1/**", async (route) => {
        const answer = await route.fetch();
        const isText = (answer.headers()["content-type"] ?? "").includes("json");
        await route.fulfill(isText ? { response: answer, body: marked(await answer.text()) } : { response: answer });
      });
      await page.routeWebSocket(/stream/, (socket) => {
        socket.connectToServer().onMessage((frame) => socket.send(marked(String(frame))));
      });
      await page.goto(api.url);
      for (const path of ["/", "/positions", "/history", "/journal", "/risk", "/market", "/strategies", "/data"]) {
        // As a link does: the page is not loaded anew.
        if (path !== "/") await page.evaluate(`history.pushState(null, "", ${JSON.stringify(path)})`);
        await page.locator("main").getByText(MARKUP).first().waitFor({ state: "attached" });
        expect(await page.locator("img[src=x], main script, a[href^=javascript]").count(), path).toBe(0);
      }
      expect(await page.evaluate("window.taken")).toBeUndefined();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await api.close();
    }
  });
});
