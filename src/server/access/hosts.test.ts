import { describe, expect, it } from "vitest";
import { type Asked, HostRules } from "./hosts.ts";

const rules = new HostRules(7_847, ["trade.example:7847"]);
const page: Asked = {
  method: "POST",
  host: "127.0.0.1:7847",
  origin: "http://127.0.0.1:7847",
  site: "same-origin",
  hasBearer: false,
};

describe("requests that may come", () => {
  it("are those of our own page, under each of our names", () => {
    for (const host of ["127.0.0.1:7847", "localhost:7847", "[::1]:7847", "trade.example:7847", "LOCALHOST:7847"])
      expect(rules.check({ ...page, host, origin: `http://${host.toLowerCase()}` })).toBeUndefined();
  });

  it("are reads without an Origin, and changes of programs with a token", () => {
    expect(rules.check({ ...page, method: "GET", origin: undefined, site: undefined })).toBeUndefined();
    expect(rules.check({ ...page, origin: undefined, site: undefined, hasBearer: true })).toBeUndefined();
  });

  it("are links from elsewhere that only open the page", () => {
    expect(rules.check({ ...page, method: "GET", origin: undefined, site: "cross-site" })).toBeUndefined();
  });
});

describe("requests that are turned away", () => {
  const cases: ReadonlyArray<readonly [string, Partial<Asked>, number]> = [
    ["a name that was pointed at this machine", { host: "evil.example:7847", origin: "http://evil.example:7847" }, 421],
    ["our name on another port", { host: "127.0.0.1:7848" }, 421],
    ["our name without a port", { host: "127.0.0.1" }, 421],
    ["a name that begins like ours", { host: "127.0.0.1:7847.evil.example" }, 421],
    ["no name", { host: undefined }, 421],
    ["a page of a neighbouring port", { origin: "http://127.0.0.1:3000" }, 403],
    ["a page of another site", { origin: "https://evil.example" }, 403],
    ["a page without an origin", { origin: "null" }, 403],
    ["an origin with more behind it", { origin: "http://127.0.0.1:7847/x" }, 403],
    ["another scheme", { origin: "file://127.0.0.1:7847" }, 403],
    ["a change from another site", { origin: undefined, site: "cross-site", hasBearer: true }, 403],
    ["a change from a neighbour of the same site", { site: "same-site" }, 403],
    ["a change without an origin", { origin: undefined, site: undefined }, 403],
    ["a preflight", { method: "OPTIONS" }, 405],
    ["a method that is not understood", { method: "PUT" }, 405],
  ];
  for (const [what, change, status] of cases)
    it(`${what}: ${status}`, () => {
      expect(rules.check({ ...page, ...change })?.status).toBe(status);
    });

  it("a stream that is opened by another page, although opening is a read", () => {
    const opening = { ...page, method: "GET" };
    expect(rules.check(opening, true)).toBeUndefined();
    expect(rules.check({ ...opening, origin: "http://localhost:3000" }, true)?.status).toBe(403);
    expect(rules.check({ ...opening, origin: undefined }, true)?.status).toBe(403);
    expect(rules.check({ ...opening, site: "cross-site" }, true)?.status).toBe(403);
  });
});
