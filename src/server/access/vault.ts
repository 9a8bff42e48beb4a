/**
 * @file Who may do what: one-time codes, page sessions of two halves, tokens of programs. Secrets are kept as hashes, in a file
 * that only its owner reads; a secret itself is known once, to whom it was given.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import {
  type Clock,
  DAY_MS,
  ensureFolder,
  FileLock,
  freshId,
  freshSecret,
  MINUTE_MS,
  readTextIfPresent,
  SECOND_MS,
  sha256Hex,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import { TIERS, type Tier } from "../contract/index.ts";

const ACCESS_FILE = "access.json";
const CODE_MS = MINUTE_MS;
const SESSION_MS = 7 * DAY_MS;
/** So many failures a minute; then each waits. */
const FREE_FAILURES = 5;
const LONGEST_WAIT_MS = 60 * SECOND_MS;
const MOST_SESSIONS = 50;
/** How long a page may raise live risk after its password was right. */
const LIVE_MS = 5 * MINUTE_MS;
const SHORTEST_PASSWORD = 10;
const LONGEST_PASSWORD = 200;
/** 32 MiB and a tenth of a second a guess (RFC 7914). */
const SCRYPT: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;
const derive = promisify<string, string, number, ScryptOptions, Buffer>(scrypt);
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 10;

const tierSchema = z.enum(TIERS);
const fileSchema = z.object({
  codes: z.array(z.object({ hash: z.string(), untilMs: z.number() })).default([]),
  sessions: z
    .array(
      z.object({
        cookie: z.string(),
        page: z.string(),
        tier: tierSchema,
        untilMs: z.number(),
        /** Until then the page may raise live risk. */
        liveUntilMs: z.number().default(0),
      }),
    )
    .default([]),
  password: z.object({ salt: z.string(), hash: z.string() }).optional(),
  tokens: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        tier: tierSchema,
        hash: z.string(),
        createdMs: z.number(),
        expiresMs: z.number(),
      }),
    )
    .default([]),
});
type AccessFile = z.infer<typeof fileSchema>;

export type Visitor = {
  readonly name: string;
  readonly tier: Tier;
  readonly expiresMs: number;
  readonly isPage: boolean;
};
export type KnownToken = Omit<AccessFile["tokens"][number], "hash"> & { readonly lastUsedMs: number | null };
export type OpenedSession = {
  readonly cookie: string;
  readonly secret: string;
  readonly tier: Tier;
  readonly expiresMs: number;
};

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

export class Vault {
  readonly #folder: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #used = new Map<string, number>();
  #failures: number[] = [];
  #known: AccessFile | undefined;
  #mark = "";

  /** @param folder where the file lies: `state/server` */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#path = join(folder, ACCESS_FILE);
    this.#clock = clock;
  }

  /** A code that opens one session within a minute. */
  newCode(): string {
    const code = freshSecret();
    this.#change((file) => {
      file.codes.push({ hash: sha256Hex(code), untilMs: this.#clock.nowMs() + CODE_MS });
    });
    return code;
  }

  /** Takes the code; undefined where it is wrong, used or old. */
  openSession(code: string): OpenedSession | undefined {
    const nowMs = this.#clock.nowMs();
    const hash = sha256Hex(code);
    const isKnown = this.#read().codes.some((one) => isSame(one.hash, hash) && one.untilMs >= nowMs);
    if (!isKnown) {
      this.#failures.push(nowMs);
      return undefined;
    }
    const session = {
      cookie: freshSecret(),
      secret: freshSecret(),
      tier: "operate",
      expiresMs: nowMs + SESSION_MS,
    } as const;
    this.#change((file) => {
      file.codes = file.codes.filter((one) => one.hash !== hash);
      file.sessions.push({
        cookie: sha256Hex(session.cookie),
        page: sha256Hex(session.secret),
        tier: session.tier,
        untilMs: session.expiresMs,
        liveUntilMs: 0,
      });
      file.sessions = file.sessions.slice(-MOST_SESSIONS);
    });
    return session;
  }

  /** Both halves have to fit: a neighbouring port is sent the cookie, a script can read the other half, neither has both. */
  visitor(cookie: string | undefined, secret: string | undefined): Visitor | undefined {
    if (cookie === undefined || secret === undefined || cookie === "" || secret === "") return undefined;
    const nowMs = this.#clock.nowMs();
    const [first, second] = [sha256Hex(cookie), sha256Hex(secret)];
    const found = this.#read().sessions.find((one) => isSame(one.cookie, first) && isSame(one.page, second));
    if (found === undefined || found.untilMs < nowMs) return undefined;
    const tier = found.liveUntilMs > nowMs ? "live" : found.tier;
    return { name: "page", tier, expiresMs: found.untilMs, isPage: true };
  }

  get hasPassword(): boolean {
    return this.#read().password !== undefined;
  }

  /** The password that a page needs to raise live risk; undefined takes it away. Pages that had it need it anew. */
  async setPassword(password: string | undefined): Promise<void> {
    if (password !== undefined && (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `A password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`,
        where: "password",
        fix: "Several words are easy to keep in mind and hard to guess.",
      });
    }
    const salt = freshSecret();
    const hash = password === undefined ? "" : await hashOf(password, salt);
    this.#change((file) => {
      if (password === undefined) delete file.password;
      else file.password = { salt, hash };
      for (const session of file.sessions) session.liveUntilMs = 0;
    });
  }

  /** Lets a page raise live risk for five minutes; until when, or undefined where the password is wrong or none is set. */
  async raise(cookie: string, password: string): Promise<number | undefined> {
    const nowMs = this.#clock.nowMs();
    const known = this.#read().password;
    if (known === undefined || !isSame(await hashOf(password, known.salt), known.hash)) {
      this.#failures.push(nowMs);
      return undefined;
    }
    const untilMs = nowMs + LIVE_MS;
    this.#setLive(cookie, untilMs);
    return untilMs;
  }

  /** Takes back what `raise` gave. */
  lower(cookie: string): void {
    this.#setLive(cookie, 0);
  }

  #setLive(cookie: string, untilMs: number): void {
    const hash = sha256Hex(cookie);
    this.#change((file) => {
      for (const session of file.sessions) if (session.cookie === hash) session.liveUntilMs = untilMs;
    });
  }

  closeSession(cookie: string): void {
    const hash = sha256Hex(cookie);
    this.#change((file) => {
      file.sessions = file.sessions.filter((one) => one.cookie !== hash);
    });
  }

  tokens(): KnownToken[] {
    const nowMs = this.#clock.nowMs();
    return this.#read()
      .tokens.filter(({ expiresMs }) => expiresMs >= nowMs)
      .map(({ hash: _hash, ...token }) => ({ ...token, lastUsedMs: this.#used.get(token.id) ?? null }));
  }

  makeToken(name: string, tier: Tier, days: number): { readonly token: KnownToken; readonly secret: string } {
    const createdMs = this.#clock.nowMs();
    const secret = `tm_${freshSecret()}`;
    const token = { id: freshId(), name, tier, createdMs, expiresMs: createdMs + days * DAY_MS };
    this.#change((file) => {
      file.tokens.push({ ...token, hash: sha256Hex(secret) });
    });
    return { token: { ...token, lastUsedMs: null }, secret };
  }

  /** By id or name. Throws TOKEN_MISSING. */
  revokeToken(given: string): KnownToken {
    const found = this.tokens().find(({ id, name }) => id === given || name === given);
    if (found === undefined) {
      throw new TidemarkError("TOKEN_MISSING", {
        what: `There is no token "${given}"`,
        where: this.#path,
        fix: "`tidemark token ls` lists them.",
      });
    }
    this.#change((file) => {
      file.tokens = file.tokens.filter(({ id }) => id !== found.id);
    });
    return found;
  }

  bearer(secret: string): Visitor | undefined {
    const nowMs = this.#clock.nowMs();
    const hash = sha256Hex(secret);
    const found = this.#read().tokens.find((one) => isSame(one.hash, hash));
    if (found === undefined || found.expiresMs < nowMs) {
      this.#failures.push(nowMs);
      return undefined;
    }
    this.#used.set(found.id, nowMs);
    return { name: found.name, tier: found.tier, expiresMs: found.expiresMs, isPage: false };
  }

  /** Whether a token that was let in is still good; no try of a stranger, and counted as none. */
  isGood(secret: string): boolean {
    const hash = sha256Hex(secret);
    const found = this.#read().tokens.find((one) => isSame(one.hash, hash));
    return found !== undefined && found.expiresMs >= this.#clock.nowMs();
  }

  /** How long a further try has to wait after too many that failed; 0 where it need not. For the process as a whole. */
  waitMs(): number {
    const nowMs = this.#clock.nowMs();
    this.#failures = this.#failures.filter((atMs) => nowMs - atMs < MINUTE_MS);
    const over = this.#failures.length - FREE_FAILURES;
    if (over < 0) return 0;
    const waitMs = Math.min(LONGEST_WAIT_MS, SECOND_MS * 2 ** over);
    return Math.max(0, (this.#failures.at(-1) ?? 0) + waitMs - nowMs);
  }

  #read(): AccessFile {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    const mark = stat === undefined ? "none" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (this.#known === undefined || mark !== this.#mark) {
      this.#known = parsed(readTextIfPresent(this.#path));
      this.#mark = mark;
    }
    return this.#known;
  }

  /** One process after the other: what another wrote in the same moment is not lost. */
  #change(change: (file: AccessFile) => void): void {
    ensureFolder(this.#folder);
    chmodSync(this.#folder, 0o700);
    const lock = this.#lock();
    try {
      this.#write(change);
    } finally {
      lock.release();
    }
  }

  /** A change takes a moment, so a few tries are enough; throws FILE_UNWRITABLE. */
  #lock(): FileLock {
    const path = `${this.#path}.lock`;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      const taken = FileLock.take(path, this.#clock);
      if (taken instanceof FileLock) return taken;
      Atomics.wait(pause, 0, 0, LOCK_PAUSE_MS);
    }
    throw new TidemarkError("FILE_UNWRITABLE", {
      what: "Another process has been changing who may sign in for too long",
      where: path,
      fix: "Try again; where nothing of Tidemark runs, remove the file.",
    });
  }

  #write(change: (file: AccessFile) => void): void {
    this.#mark = "";
    const file = structuredClone(this.#read());
    change(file);
    const nowMs = this.#clock.nowMs();
    file.codes = file.codes.filter(({ untilMs }) => untilMs >= nowMs);
    file.sessions = file.sessions.filter(({ untilMs }) => untilMs >= nowMs);
    file.tokens = file.tokens.filter(({ expiresMs }) => expiresMs >= nowMs);
    writeFileAtomic(this.#path, `${JSON.stringify(file, null, 2)}\n`);
    chmodSync(this.#path, 0o600);
    this.#known = undefined;
  }
}

async function hashOf(password: string, salt: string): Promise<string> {
  return (await derive(password.normalize("NFKC"), salt, HASH_BYTES, SCRYPT)).toString("base64url");
}

/** A file that can't be understood lets nobody in. */
function parsed(text: string | undefined): AccessFile {
  try {
    return fileSchema.parse(JSON.parse(text ?? "{}"));
  } catch {
    return { codes: [], sessions: [], tokens: [] };
  }
}
