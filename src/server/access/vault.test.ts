import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS, SimulatedClock } from "../../core/index.ts";
import { Vault } from "./vault.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-vault-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function open(): { readonly vault: Vault; readonly clock: SimulatedClock; readonly path: string } {
  const clock = new SimulatedClock(1_700_000_000_000);
  const path = join(folder, String(made++));
  return { vault: new Vault(path, clock), clock, path };
}

describe("a code", () => {
  it("opens one session, once", () => {
    const { vault } = open();
    const code = vault.newCode();
    expect(vault.openSession(code)).toMatchObject({ tier: "operate" });
    expect(vault.openSession(code)).toBeUndefined();
  });

  it("is valid for a minute", () => {
    const { vault, clock } = open();
    const [early, late] = [vault.newCode(), vault.newCode()];
    clock.advance(MINUTE_MS);
    expect(vault.openSession(early)).toBeDefined();
    clock.advance(1);
    expect(vault.openSession(late)).toBeUndefined();
  });

  it("of another process is known", () => {
    const { vault, clock, path } = open();
    expect(vault.openSession("nothing")).toBeUndefined();
    expect(vault.openSession(new Vault(path, clock).newCode())).toBeDefined();
  });
});

describe("a change", () => {
  it("waits for that of another process, and follows one that died in the middle", () => {
    const { vault, path } = open();
    vault.newCode();
    const lock = join(path, "access.json.lock");
    writeFileSync(lock, `${process.ppid} ${hostname()}  other`);
    expect(() => vault.newCode()).toThrow(expect.objectContaining({ code: "FILE_UNWRITABLE", where: lock }));
    writeFileSync(lock, `${2 ** 22 + 1} ${hostname()}  gone`);
    expect(vault.openSession(vault.newCode())).toBeDefined();
    expect(existsSync(lock)).toBe(false);
  });
});

describe("a session", () => {
  it("needs both halves of one session", () => {
    const { vault } = open();
    const [one, two] = [vault.openSession(vault.newCode()), vault.openSession(vault.newCode())];
    if (one === undefined || two === undefined) throw new Error("no session");
    expect(vault.visitor(one.cookie, one.secret)).toMatchObject({ name: "page", tier: "operate", isPage: true });
    expect(vault.visitor(one.cookie, two.secret)).toBeUndefined();
    expect(vault.visitor(one.cookie, undefined)).toBeUndefined();
    expect(vault.visitor(undefined, one.secret)).toBeUndefined();
    expect(vault.visitor(one.secret, one.cookie)).toBeUndefined();
    expect(vault.visitor("", "")).toBeUndefined();
  });

  it("outlives a restart, and ends when it is closed or a week is over", () => {
    const { vault, clock, path } = open();
    const session = vault.openSession(vault.newCode());
    const other = vault.openSession(vault.newCode());
    if (session === undefined || other === undefined) throw new Error("no session");
    const again = new Vault(path, clock);
    expect(again.visitor(session.cookie, session.secret)).toBeDefined();
    again.closeSession(session.cookie);
    expect(vault.visitor(session.cookie, session.secret)).toBeUndefined();
    expect(vault.visitor(other.cookie, other.secret)).toBeDefined();
    clock.advance(7 * DAY_MS + 1);
    expect(vault.visitor(other.cookie, other.secret)).toBeUndefined();
  });
});

describe("a token", () => {
  it("is known by its secret until it expires or is revoked", () => {
    const { vault, clock } = open();
    const { secret, token } = vault.makeToken("grafana", "view", 2);
    expect(vault.bearer(secret)).toMatchObject({ name: "grafana", tier: "view", isPage: false });
    expect(vault.tokens()).toEqual([{ ...token, lastUsedMs: clock.nowMs() }]);
    expect(vault.bearer(`${secret}x`)).toBeUndefined();
    const short = vault.makeToken("short", "operate", 1);
    clock.advance(DAY_MS + 1);
    expect(vault.bearer(short.secret)).toBeUndefined();
    expect(vault.revokeToken("grafana").id).toBe(token.id);
    expect(vault.bearer(secret)).toBeUndefined();
    expect(() => vault.revokeToken("grafana")).toThrow(/no token/);
  });
});

describe("the file", () => {
  it("holds no secret and is its owner's alone", () => {
    const { vault, path } = open();
    const code = vault.newCode();
    const session = vault.openSession(vault.newCode());
    const { secret } = vault.makeToken("a", "view", 1);
    const text = readFileSync(join(path, "access.json"), "utf8");
    for (const word of [code, session?.cookie, session?.secret, secret]) expect(text).not.toContain(word);
    expect(statSync(join(path, "access.json")).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});

describe("wrong tries", () => {
  it("are free five times, then wait longer each time, and are forgotten", () => {
    const { vault, clock } = open();
    const fail = (): number => {
      vault.openSession("wrong");
      return vault.waitMs();
    };
    expect([fail(), fail(), fail(), fail()]).toEqual([0, 0, 0, 0]);
    expect([fail(), fail(), fail()]).toEqual([1_000, 2_000, 4_000]);
    clock.advance(4_000);
    expect(vault.waitMs()).toBe(0);
    for (let i = 0; i < 20; i++) fail();
    expect(vault.waitMs()).toBe(60_000);
    clock.advance(MINUTE_MS);
    expect(vault.waitMs()).toBe(0);
  });
});

describe("live risk", () => {
  it("is raised by the right password, for five minutes, in the page that gave it", async () => {
    const { vault, clock } = open();
    const [one, two] = [vault.openSession(vault.newCode()), vault.openSession(vault.newCode())];
    if (one === undefined || two === undefined) throw new Error("no session");
    expect(await vault.raise(one.cookie, "correct horse battery")).toBeUndefined();
    await vault.setPassword("correct horse battery");
    expect(await vault.raise(one.cookie, "correct horse batterz")).toBeUndefined();
    expect(vault.visitor(one.cookie, one.secret)?.tier).toBe("operate");
    expect(await vault.raise(one.cookie, "correct horse battery")).toBe(clock.nowMs() + 5 * MINUTE_MS);
    expect(vault.visitor(one.cookie, one.secret)?.tier).toBe("live");
    expect(vault.visitor(two.cookie, two.secret)?.tier).toBe("operate");
    clock.advance(5 * MINUTE_MS);
    expect(vault.visitor(one.cookie, one.secret)?.tier).toBe("operate");
  });

  it("falls back when it is taken back, or the password changes; no file has the password", async () => {
    const { vault, path } = open();
    const page = vault.openSession(vault.newCode());
    if (page === undefined) throw new Error("no session");
    const tier = () => vault.visitor(page.cookie, page.secret)?.tier;
    await vault.setPassword("correct horse battery");
    await vault.raise(page.cookie, "correct horse battery");
    vault.lower(page.cookie);
    expect(tier()).toBe("operate");
    await vault.raise(page.cookie, "correct horse battery");
    expect(tier()).toBe("live");
    await vault.setPassword("another long password");
    expect(tier()).toBe("operate");
    expect(readFileSync(join(path, "access.json"), "utf8")).not.toContain("another");
    await vault.setPassword(undefined);
    expect(vault.hasPassword).toBe(false);
    await expect(vault.setPassword("short")).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });
});
