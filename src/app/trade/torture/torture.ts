/**
 * @file Torture: a live session in a process of its own trades at a local venue in another, is killed with SIGKILL at moments
 * from a seed while replies and pushes are lost, late and doubled, and is started again. In the end journal and venue are
 * compared. The seed gives market, faults and waits; at which instruction a kill meets is the machine's.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random, TidemarkError } from "../../../core/index.ts";
import { SYNTHETIC_SYMBOLS } from "../../../market/index.ts";
import { type Config, loadConfig } from "../../config/load.ts";
import type { AppContext } from "../../context.ts";
import { entriesOf, foldedSession, sessionNames, verifyJournalOf } from "../journals.ts";
import { askVenueControl } from "../venue-control.ts";
import { Child } from "./child.ts";
import { type Audit, auditSchema, type Comparison, compareWithVenue } from "./compare.ts";

export type TortureOptions = {
  readonly kills: number;
  readonly seed: number;
  /** The program's own file. */
  readonly launcher: string;
};

export type TortureProof = Comparison & {
  readonly passed: boolean;
  readonly seed: number;
  readonly kills: number;
  /** Kills before the session ran. */
  readonly killsAtStart: number;
  /** Lives that ended by themselves before they were killed. */
  readonly failedStarts: number;
  readonly records: number;
  /** Market time, ms: what the configuration allows, and the longest time without a process. */
  readonly nakedBoundMs: number;
  readonly faults: Readonly<Record<string, number>>;
};

const TIMEFRAME = "5m";
/** A bar a second. */
const SPEED = 300;
const SYMBOLS = SYNTHETIC_SYMBOLS.slice(0, 2);
const BALANCE = "100000";
const CAP = 50_000;
const NAKED_LIMIT_SECONDS = 5;
/** Longest wait of a running session for its death. */
const RUN_MS = 2_500;
/** Longest wait for a process that starts, or for quiet; a busy machine is slow. */
const PATIENCE_MS = 120_000;
const MAX_FAILED_IN_A_ROW = 5;
const FAULTS = [
  "drop-reply on=/v5/order/create probability=0.08",
  "drop-request on=/v5/order/create probability=0.04",
  "delay-reply on=/v5/order/create probability=0.1 value=400",
  "delay-push on=execution probability=0.1 value=500",
  "duplicate-push on=execution probability=0.1",
  "drop-push on=execution probability=0.05",
  "reorder-push on=order probability=0.1",
];

/** Trades at nearly every bar, both ways, with stops and targets near enough to be met. */
const RESTLESS = `export const strategy = {
  name: "restless",
  warmup: () => 2,
  decide: (symbol) => {
    const brackets = { stop: 0.004, target: 0.006 };
    if (symbol.barsHeld > 3) symbol.flat();
    else if (symbol.close() > symbol.close(1)) symbol.long(0.2, brackets);
    else if (symbol.mayShort) symbol.short(0.2, brackets);
  },
};
`;
const STRATEGY = "restless.mjs";

/** Kills a session and starts it again, then compares. Throws CHECK_FAILED where a process can't be made to run at all. */
export async function tortureSession(context: AppContext, options: TortureOptions): Promise<TortureProof> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-torture-"));
  writeFileSync(join(folder, STRATEGY), RESTLESS);
  try {
    return await new Torture(context, options, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const quoted = (list: readonly string[]): string => `[${list.map((one) => JSON.stringify(one)).join(", ")}]`;

class Torture {
  readonly #context: AppContext;
  readonly #options: TortureOptions;
  readonly #folder: string;
  readonly #random: Random;
  #url = "";
  #killsAtStart = 0;
  #failedStarts = 0;
  /** Wall time, ms. */
  #longestDeadMs = 0;
  #deadMs: number;
  #startMs = 3_000;

  constructor(context: AppContext, options: TortureOptions, folder: string) {
    this.#context = context;
    this.#options = options;
    this.#folder = folder;
    this.#random = new Random(options.seed).fork("torture");
    this.#deadMs = context.clock.elapsedMs();
  }

  async run(): Promise<TortureProof> {
    const { signal } = this.#context;
    this.#configure("mainnet");
    const venue = this.#spawn(["venue", "--port", "0", "--json"]);
    try {
      const address = /"url":\s*"(?<url>[^"]+)"/;
      const served = await venue.until(() => address.test(venue.out), PATIENCE_MS, signal);
      if (!served) throw this.#failed("the local venue does not start", venue);
      this.#url = address.exec(venue.out)?.groups?.["url"] ?? "";
      const config = this.#configure(this.#url);
      await this.#kill();
      return await this.#settle(config);
    } finally {
      await venue.end("SIGKILL");
    }
  }

  #configure(host: string): Config {
    const { kills, seed } = this.#options;
    const path = join(this.#folder, "tidemark.toml");
    const lines = [
      `seed = ${seed}`,
      "[data]",
      'venue = "synthetic"',
      `symbols = ${quoted(SYMBOLS)}`,
      `timeframe = "${TIMEFRAME}"`,
      // A fifth lies ahead of the start: a minute for each kill and half an hour.
      `synthetic_bars = ${5 * (1_800 + 60 * kills)}`,
      "[venue]",
      `speed = ${SPEED}`,
      `balance = "${BALANCE}"`,
      `faults = ${quoted(FAULTS)}`,
      "[trade]",
      "live = true",
      `host = "${host}"`,
      `max_total_notional = ${CAP}`,
      `naked_limit_seconds = ${NAKED_LIMIT_SECONDS}`,
      // Losing money or meeting refusals is no reason to rest here.
      "daily_loss = 0",
      "max_drawdown = 0",
      "rapid_decline = 0",
      "max_rejects = 0",
    ];
    writeFileSync(path, `${lines.join("\n")}\n`);
    return loadConfig({ path, workingFolder: this.#folder, overrides: [] });
  }

  #spawn(args: readonly string[]): Child {
    const { environment, clock } = this.#context;
    const account = { BYBIT_API_KEY: "local-key", BYBIT_API_SECRET: "local-secret" };
    return new Child(this.#options.launcher, args, this.#folder, { ...environment, ...account }, clock);
  }

  #live(): Child {
    return this.#spawn([
      "live",
      "--strategy",
      `./${STRATEGY}`,
      "--i-accept-unpromoted-risk",
      "--confirm",
      `bybit-custom-1 ${CAP}`,
    ]);
  }

  async #runs(child: Child): Promise<boolean> {
    const { clock, signal } = this.#context;
    const beganMs = clock.elapsedMs();
    const runs = await child.until(() => child.said.includes("Ctrl-C stops it"), PATIENCE_MS, signal);
    if (!runs) return false;
    this.#startMs = clock.elapsedMs() - beganMs;
    this.#longestDeadMs = Math.max(this.#longestDeadMs, clock.elapsedMs() - this.#deadMs);
    return true;
  }

  async #kill(): Promise<void> {
    const { clock, signal } = this.#context;
    const { kills } = this.#options;
    let failedInARow = 0;
    for (let done = 0; done < kills; ) {
      this.#context.progress({ label: "kills", done, total: kills, unit: "kills" });
      const atStart = this.#random.uniform() < 0.3;
      const share = this.#random.uniform();
      const child = this.#live();
      try {
        if (atStart) await clock.sleep(share * this.#startMs, signal);
        else if (await this.#runs(child)) await clock.sleep(share * RUN_MS, signal);
      } finally {
        if (child.ended === undefined) {
          done++;
          failedInARow = 0;
          if (atStart) this.#killsAtStart++;
        } else {
          this.#failedStarts++;
          failedInARow++;
        }
        await child.end("SIGKILL");
        this.#deadMs = atStart ? this.#deadMs : clock.elapsedMs();
      }
      if (failedInARow >= MAX_FAILED_IN_A_ROW) throw this.#failed("the session ends by itself again and again", child);
    }
    this.#context.endProgress();
  }

  /** A last life without faults, halted; once all is quiet, both are compared. */
  async #settle(config: Config): Promise<TortureProof> {
    const { clock, signal } = this.#context;
    const { counts } = (await this.#control({ action: "state" })) as { counts: Record<string, number> };
    await this.#control({ action: "clear" });
    const last = this.#live();
    try {
      if (!(await this.#runs(last))) throw this.#failed("the session does not start again", last);
      await this.#tradesOn(last);
      const [session] = sessionNames(config);
      writeFileSync(join(this.#folder, "state", session, "KILL"), "");
      const endMs = clock.elapsedMs() + PATIENCE_MS;
      for (;;) {
        const compared = await this.#compare(config, session);
        if (compared !== undefined && (compared.differences.length === 0 || clock.elapsedMs() > endMs)) {
          const code = await last.end("SIGINT");
          return this.#proof(config, session, compared, counts, code);
        }
        if (last.ended !== undefined) throw this.#failed("the last session ended by itself", last);
        this.#context.progress({ label: "waits for quiet", done: 0, total: 1, unit: "comparison" });
        await clock.sleep(500, signal);
      }
    } finally {
      await last.end("SIGKILL");
      this.#context.endProgress();
    }
  }

  /** Few short lives may have traded little: the last one goes on until there is enough to compare. */
  async #tradesOn(child: Child): Promise<void> {
    const { clock, signal } = this.#context;
    const { kills } = this.#options;
    const endMs = clock.elapsedMs() + PATIENCE_MS;
    while (child.ended === undefined && clock.elapsedMs() < endMs) {
      const { length } = (await this.#audit()).executions;
      if (length >= kills) return;
      this.#context.progress({ label: "trades on", done: length, total: kills, unit: "executions" });
      await clock.sleep(500, signal);
    }
  }

  /** Undefined where something happened at the venue meanwhile, or the session is not halted yet. */
  async #compare(config: Config, session: string): Promise<Comparison | undefined> {
    const before = await this.#audit();
    const state = structuredClone(foldedSession(config, session));
    const entries = entriesOf(config, session)
      .filter(({ seq }) => seq <= state.seq)
      .map(({ entry }) => entry);
    const after = await this.#audit();
    const isHalted = Object.keys(state.causes).length > 0;
    if (!isHalted || before.executions.length !== after.executions.length) return undefined;
    return compareWithVenue(entries, state, after);
  }

  #proof(
    config: Config,
    session: string,
    compared: Comparison,
    faults: Record<string, number>,
    code: number | string,
  ): TortureProof {
    const { report } = verifyJournalOf(config, session);
    const nakedBoundMs = SPEED * (NAKED_LIMIT_SECONDS * 1_000 + this.#longestDeadMs);
    const differences = [...compared.differences];
    for (const { seq, what } of report.problems) differences.push(`record ${seq} of the journal: ${what}`);
    if (compared.longestNakedMs > nakedBoundMs) differences.push("a position had no stop for longer than its bound");
    if (code !== 0 && code !== 130) differences.push(`the last session ended with ${code} after Ctrl-C`);
    const { kills, seed } = this.#options;
    if (compared.executions < kills) {
      differences.push(`${compared.executions} executions in ${kills} lives: too few to prove anything`);
    }
    return {
      ...compared,
      passed: differences.length === 0 && compared.duplicates === 0,
      differences,
      seed,
      kills,
      killsAtStart: this.#killsAtStart,
      failedStarts: this.#failedStarts,
      records: report.records,
      nakedBoundMs: Math.round(nakedBoundMs),
      faults,
    };
  }

  async #audit(): Promise<Audit> {
    return auditSchema.parse(await this.#control({ action: "audit", account: "1" }));
  }

  #control(action: Readonly<Record<string, unknown>>): Promise<unknown> {
    return askVenueControl(this.#url, action, this.#context.signal);
  }

  #failed(what: string, child: Child): TidemarkError {
    return new TidemarkError("CHECK_FAILED", {
      what: `Torture: ${what} (${child.ended ?? "it still runs"})`,
      where: child.said.trim().split("\n").slice(-6).join("\n"),
      fix: `Repeat it with \`tidemark verify torture --seed ${this.#options.seed}\`.`,
    });
  }
}
