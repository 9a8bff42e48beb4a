/**
 * @file What the registry has to say to a session that trades money, and the session to the registry: sizes follow the stage
 * and its multiplier, a canary's tripwire sends it back to paper at once, a live model is looked at every thirty days and its
 * answer is carried out. It acts through commands of the engine, so that everything it does stands in the journal.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, toError, writeFileAtomic } from "../../core/index.ts";
import {
  Answer,
  answerToMonth,
  type CanaryFact,
  type DriftAction,
  type EventBody,
  type GateSettings,
  gatesFingerprint,
  HarmDetectors,
  lookAtMonth,
  type Outcome,
  type Registry,
  type Standing,
  type Subject,
  stepped,
  type TripwireSettings,
  Tripwires,
  tradingTerms,
} from "../../promotion/index.ts";
import type { EngineState, Entry } from "../../trade/index.ts";
import { StageLedger, type StageLedgerOptions } from "./stage-ledger.ts";

const MONTH_MS = 30 * DAY_MS;
/** Entries before an incident that are kept with it. */
const WINDOW = 200;
const ACTOR = "engine";

export type WardenOptions = {
  readonly registry: Registry;
  readonly subject: Subject;
  /** Of the model's files. */
  readonly digest: string;
  readonly strategy: string;
  readonly gates: GateSettings;
  readonly tripwires: TripwireSettings;
  readonly exchange: StageLedgerOptions["exchange"];
  /** Annual Sharpe ratio and a day's deviation of the test out of sample. */
  readonly claim: { readonly sharpe: number; readonly dayDeviation: number };
  /** Folder of the session, for incidents. */
  readonly folder: string;
  readonly deliver: (entry: Extract<Entry, { kind: "command" | "scale" }>) => void;
  readonly warn: (text: string) => void;
};

export class Warden {
  readonly #options: WardenOptions;
  readonly #window: Array<{ readonly atMs: number; readonly entry: Entry }> = [];
  #standing: Standing | undefined;
  #ledger: StageLedger;
  #tripwires: Tripwires;
  #harm: HarmDetectors;
  #daysFed = 0;
  #periodMs = 0;
  #seen: string | undefined;
  #factor: number | undefined;
  #down = false;
  #atMs = 0;
  #work: Promise<unknown> = Promise.resolve();
  /** Events that the registry did not take. */
  #unwritten = 0;
  /** False while a journal is read again: what follows from it has been done. */
  #acting = false;

  constructor(options: WardenOptions) {
    this.#options = options;
    this.#standing = options.registry.read().state.find(options.subject);
    this.#tripwires = this.#newTripwires();
    this.#harm = new HarmDetectors(options.claim.sharpe);
    this.#ledger = this.#newLedger(this.#standing?.sinceMs ?? 0);
    this.#periodMs = this.#standing?.sinceMs ?? 0;
  }

  /** From now on facts are acted on. */
  begin(state: EngineState): void {
    this.#acting = true;
    this.#factor = state.scales[this.#options.strategy];
    this.#follow();
  }

  /** Resolves when everything that was decided stands in the registry. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Every entry of the journal, once it is written. @param state as the entry has left it */
  take(entry: Entry, atMs: number, state: EngineState): void {
    this.#atMs = atMs;
    this.#window.push({ atMs, entry });
    if (this.#window.length > WINDOW) this.#window.shift();
    this.#ledger.take(entry, atMs, state);
    if (entry.kind === "row" && this.#acting) this.#follow();
    const standing = this.#standing;
    // What is read again may be older than the stage. What happens now belongs to it, whatever a clock that was put back says.
    if (standing === undefined || this.#down || (!this.#acting && atMs < standing.sinceMs)) return;
    if (standing.stage === "canary") for (const fact of factsOf(entry, atMs, state)) this.#feed(fact);
    if (entry.kind === "row" || (entry.kind === "timer" && entry.id === "mark")) this.#equity(state, standing, atMs);
  }

  #newTripwires(): Tripwires {
    return new Tripwires(this.#options.tripwires, this.#options.claim.dayDeviation);
  }

  #newLedger(sinceMs: number): StageLedger {
    this.#daysFed = 0;
    return new StageLedger({
      sinceMs,
      exchange: this.#options.exchange,
      onTrade: ({ r }) => this.#harm.trade(r),
      onCost: (overModelBps) => {
        if (this.#standing?.stage === "canary") this.#feed({ kind: "slippage", overModelBps });
      },
    });
  }

  #equity(state: EngineState, standing: Standing, atMs: number): void {
    const { fall, days } = this.#ledger;
    const { dayEquity, equity } = state.risk;
    if (standing.stage === "canary") {
      const day = Number(dayEquity) > 0 ? Number(equity) / Number(dayEquity) - 1 : 0;
      this.#feed({ kind: "equity", day, drawdown: fall });
      return;
    }
    if (standing.stage !== "live") return;
    const { live } = this.#options.gates;
    if (fall > live.drawdown) {
      this.#answer(Answer.flatten, `the fall is ${percent(fall)}, the limit is ${percent(live.drawdown)}`);
      return;
    }
    const { dayDeviation } = this.#options.claim;
    const ended = [...days.values()];
    for (const day of ended.slice(this.#daysFed)) if (dayDeviation > 0) this.#harm.day(day / dayDeviation);
    this.#daysFed = ended.length;
    if (atMs >= this.#periodMs + MONTH_MS) this.#month(standing);
  }

  /**
   * What a week's look at the model's drift asks for. Each step down is made once: a month that is clean raises it again.
   * Resolves to whether the registry has what was answered.
   */
  async drift(action: DriftAction, reason: string): Promise<boolean> {
    const standing = this.#standing;
    const unwritten = this.#unwritten;
    if (standing === undefined || this.#down || (standing.stage !== "canary" && standing.stage !== "live")) return true;
    if (action === "close-only") this.#answer(Answer.paper, reason);
    else if (action !== "none" && action !== "note" && standing.multiplier > 0.5) this.#answer(Answer.halve, reason);
    await this.#work;
    return this.#unwritten === unwritten;
  }

  #feed(fact: CanaryFact): void {
    if (this.#down) return;
    const tripped = this.#tripwires.feed(fact);
    if (tripped !== undefined) this.#goDown("close-only", tripped);
  }

  /** Thirty days are over: a look, and the mildest answer that it supports. */
  #month(standing: Standing): void {
    const { gates, registry, subject } = this.#options;
    const record = { ...this.#ledger.record(), replayed: 0, replayedEqual: 0 };
    this.#periodMs += MONTH_MS;
    this.#ledger = this.#newLedger(this.#periodMs);
    if (!this.#acting) return;
    const look = lookAtMonth({ settings: gates, record, evidence: standing.evidence });
    const before: Outcome[] = registry
      .read()
      .events.flatMap((event) =>
        event.kind === "look" &&
        event.gate === "month" &&
        event.version === subject.version &&
        event.timeMs >= standing.sinceMs
          ? [event.outcome]
          : [],
      );
    const { outcome, conditions, evidence } = look;
    this.#append({ kind: "look", gate: "month", outcome, conditions, evidence, gates: gatesFingerprint(gates) });
    const failed = conditions.filter((one) => one.outcome === "fail").map(({ name }) => name);
    const answer = answerToMonth({ look, before, alarmed: this.#harm.alarmed, multiplier: standing.multiplier });
    const why =
      failed.length > 0
        ? `the month failed: ${failed.join(", ")}`
        : this.#harm.alarmed
          ? "a detector of slow harm"
          : "two clean months";
    this.#answer(answer, why);
  }

  #answer(answer: Answer, reason: string): void {
    const standing = this.#standing;
    if (standing === undefined || answer === Answer.none) return;
    this.#harm = new HarmDetectors(this.#options.claim.sharpe);
    if (answer === Answer.flatten) return this.#goDown("flatten", reason);
    if (answer === Answer.paper) return this.#goDown("close-only", reason);
    // A model trades one asset class: without it nothing is left to trade.
    const value = answer === Answer.pauseAsset ? 0 : stepped(standing.multiplier, answer === Answer.raise);
    this.#standing = { ...standing, multiplier: value };
    this.#append({ kind: "multiplier", value, reason });
    this.#scale(reason);
  }

  /** Back to paper: protective orders stay, and nothing is opened any more. */
  #goDown(command: "close-only" | "flatten", reason: string): void {
    const { deliver, folder, warn } = this.#options;
    if (this.#down || this.#standing === undefined || !this.#acting) return;
    this.#down = true;
    const from = this.#standing.stage;
    const incident = join(folder, `incident-${Math.floor(this.#atMs)}.jsonl`);
    deliver({ kind: "command", command, by: ACTOR, from: "promotion", reason: `${from} to paper: ${reason}` });
    warn(`${from} to paper: ${reason}`);
    try {
      writeFileAtomic(incident, this.#window.map((one) => `${JSON.stringify(one)}\n`).join(""));
    } catch (thrown) {
      warn(`The incident could not be written: ${toError(thrown).message}`);
    }
    this.#append({ kind: "demote", from, to: "paper", reason, incident });
  }

  #append(body: EventBody): void {
    const { registry, subject, warn } = this.#options;
    // One after the other. The session is down already where the registry can't be written.
    this.#work = this.#work
      .then(() => registry.append(subject, ACTOR, body))
      .catch((thrown: unknown) => {
        this.#unwritten++;
        warn(`The registry was not written: ${toError(thrown).message}`);
      });
  }

  /** Sizes follow what the registry says, also where somebody else has changed it. */
  #follow(): void {
    const { registry, subject, warn, digest, deliver } = this.#options;
    if (this.#down) return;
    // Times of files are coarse, and two steps may share one; the log only ever grows.
    const file = statSync(join(registry.folder, "registry.jsonl"), { throwIfNoEntry: false });
    const seen = file === undefined ? "" : `${file.mtimeMs} ${file.size}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    let standing: Standing | undefined;
    try {
      standing = registry.read().state.find(subject);
    } catch (thrown) {
      this.#down = true;
      warn(toError(thrown).message);
      const reason = "the registry can't be read";
      deliver({ kind: "command", command: "close-only", by: ACTOR, from: "promotion", reason });
      return;
    }
    const before = this.#standing;
    this.#standing = standing;
    if (standing !== undefined && (before?.stage !== standing.stage || before.sinceMs !== standing.sinceMs)) {
      this.#tripwires = this.#newTripwires();
      this.#periodMs = standing.sinceMs;
      this.#ledger = this.#newLedger(standing.sinceMs);
    }
    const fell = before !== undefined && tradingTerms(before, digest) !== undefined;
    if (fell && tradingTerms(standing, digest) === undefined) {
      this.#down = true;
      const reason = `the registry has it in ${standing?.stage ?? "no stage"}`;
      deliver({ kind: "command", command: "close-only", by: ACTOR, from: "promotion", reason });
      return;
    }
    this.#scale("as the registry has it");
  }

  #scale(why: string): void {
    const { deliver, digest, strategy } = this.#options;
    const terms = tradingTerms(this.#standing, digest);
    if (terms === undefined || terms.factor === (this.#factor ?? 1)) return;
    this.#factor = terms.factor;
    deliver({ kind: "scale", strategy, factor: terms.factor, reason: `${terms.reason}: ${why}` });
  }
}

/** What an entry says to the tripwires. */
function factsOf(entry: Entry, atMs: number, state: EngineState): CanaryFact[] {
  if (entry.kind === "submitted") {
    const { outcome, clientOrderId } = entry;
    if (outcome.outcome === "unknown") return [];
    const sentMs = state.orders[clientOrderId]?.intendedMs;
    const rejected = outcome.outcome === "rejected";
    return [{ kind: "order", rejected, ...(rejected || sentMs === undefined ? {} : { acknowledgeMs: atMs - sentMs }) }];
  }
  if (entry.kind === "intent") {
    const quote = state.quotes[entry.request.symbol];
    return quote === undefined ? [] : [{ kind: "quote", ageMs: atMs - quote.timeMs }];
  }
  if (entry.kind === "broker" && entry.event.kind === "clock") {
    return [{ kind: "clock", skewMs: Math.max(0, Math.abs(entry.event.offsetMs) - entry.event.uncertaintyMs) }];
  }
  if (entry.kind === "replayed") return [{ kind: "replay", equal: entry.equal === entry.decisions }];
  if (entry.kind === "covered") return [{ kind: "naked", ms: entry.nakedMs }];
  if (entry.kind !== "row" && entry.kind !== "timer") return [];
  return Object.values(state.positions).flatMap(({ nakedMs }) =>
    nakedMs > 0 ? [{ kind: "naked", ms: atMs - nakedMs } as const] : [],
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
