/**
 * @file The stages of models from a configuration: what a model has shown is taken from its reports and its records, held
 * against the gates, and every look is kept, whatever it found.
 */
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import {
  type Clock,
  canonicalJson,
  DAY_MS,
  formatMinute,
  PacedClock,
  SimulatedClock,
  TidemarkError,
  toError,
} from "../../core/index.ts";
import { listReports, type ReportSummary } from "../../evaluate/index.ts";
import { type ModelManifest, manifestInstruments, readManifest } from "../../policy/index.ts";
import { assetClass } from "../../portfolio/index.ts";
import {
  checkGates,
  everyDays,
  GATE_DEFAULTS,
  type GateLook,
  type GateSettings,
  gateAbove,
  gatesFingerprint,
  lookAtGate,
  Registry,
  type RegistryEvent,
  type ResearchFindings,
  type Stage,
  type StageRecord,
  type Standing,
  type Subject,
  TRIPWIRE_DEFAULTS,
  type TradingTerms,
  tradingTerms,
} from "../../promotion/index.ts";
import { modelsFolder, reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { findModel, modelNames } from "../models/folders.ts";
import { marketClock } from "../trade/place.ts";
import { type StageSession, sessionOfStage, sessionRecord, stageSession } from "./session-record.ts";
import { requirePromotableSources } from "./sources.ts";
import { Warden, type WardenOptions } from "./warden.ts";

export type PromotedModel = Subject & {
  readonly name: string;
  readonly folder: string;
  readonly manifest: ModelManifest;
};

export type StandingOf = {
  readonly name: string;
  readonly standings: ReadonlyArray<
    Standing & {
      /** When the gate above may be looked at again; absent where it may now. */
      readonly nextLookMs?: number;
      /** What the stage is judged by; absent of a candidate. */
      readonly session?: StageSession;
    }
  >;
  /** The whole registry, oldest first. */
  readonly events: readonly RegistryEvent[];
};

export function gateSettings(config: Config): GateSettings {
  const { paper, shadow, canary, live, winRule } = config.promotion;
  const settings: GateSettings = {
    paper: { ...GATE_DEFAULTS.paper, ...paper },
    shadow: { ...GATE_DEFAULTS.shadow, ...shadow },
    canary: { ...GATE_DEFAULTS.canary, ...canary },
    live: { ...GATE_DEFAULTS.live, ...live },
    winRule,
  };
  checkGates(settings);
  return settings;
}

/** Throws MODEL_MISSING, or MODEL_MISMATCH where it trades more than one asset class. */
function promotedModel(config: Config, given: string): PromotedModel {
  const folder = findModel(config, given);
  const manifest = readManifest(folder);
  const classes = new Set(manifestInstruments(manifest).map(assetClass));
  if (classes.size !== 1) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `The model trades ${[...classes].join(" and ")}: stages are by asset class`,
      where: folder,
      fix: "Train one model for each asset class.",
    });
  }
  return { name: basename(dirname(folder)), version: basename(folder), assetClass: [...classes][0], folder, manifest };
}

function registryOf(context: AppContext, config: Config, name: string, clock = context.clock): Registry {
  return new Registry(join(modelsFolder(config), name), clock);
}

/**
 * The registry in the time of the journals. A step down must not wait for a venue: where a local one does not answer, the time
 * of the last event stands for now, and that is said.
 */
async function registryToStepDown(context: AppContext, config: Config, name: string): Promise<Registry> {
  try {
    return registryOf(context, config, name, await marketClock(context, config));
  } catch (thrown) {
    context.signal.throwIfAborted();
    const lastMs = registryOf(context, config, name).read().events.at(-1)?.timeMs ?? context.clock.nowMs();
    context.warn(`${toError(thrown).message} The step is written with the time of the last event.`);
    return registryOf(context, config, name, new SimulatedClock(lastMs));
  }
}

/** When the gate above may be looked at again; undefined where it may at any time. */
function nextLookMs({ stage, lastLook }: Standing, settings: GateSettings): number | undefined {
  const above = gateAbove(stage);
  if (above === undefined || lastLook === undefined || lastLook.gate !== above.gate) return undefined;
  const days = everyDays(settings, above.gate);
  return days === 0 ? undefined : lastLook.timeMs + days * DAY_MS;
}

/** Looking every day is trying one's luck every day. */
function requireTimeToLook(standing: Standing, settings: GateSettings, nowMs: number, where: string): void {
  const nextMs = nextLookMs(standing, settings);
  if (nextMs === undefined || nowMs >= nextMs) return;
  throw new TidemarkError("REGISTRY_REFUSED", {
    what: `The gate out of ${standing.stage} was looked at on ${formatMinute(standing.lastLook?.timeMs ?? nowMs)}; the next look is due on ${formatMinute(nextMs)}`,
    where,
    fix: "Wait until then: a gate that is looked at more often lets more luck through (promotion.<stage>.every_days).",
  });
}

/** What stands where, of one model or of all that have a registry. */
export function promotionStandings(context: AppContext, config: Config, name?: string): StandingOf[] {
  const names = name === undefined ? modelNames(modelsFolder(config)) : [name];
  const settings = gateSettings(config);
  return names.flatMap((each) => {
    const { state, events } = registryOf(context, config, each).read();
    const standings = state.standings().map((standing) => {
      const folder = join(modelsFolder(config), each, standing.version);
      const session = stageSession(config, { name: each, version: standing.version, folder }, standing.stage);
      const dueMs = nextLookMs(standing, settings);
      return {
        ...standing,
        ...(dueMs === undefined ? {} : { nextLookMs: dueMs }),
        ...(session === undefined ? {} : { session }),
      };
    });
    return standings.length === 0 && name === undefined ? [] : [{ name: each, standings, events }];
  });
}

export type Promotion = {
  readonly model: PromotedModel;
  readonly from: Stage;
  readonly to: Stage | null;
  readonly look: GateLook;
};

/**
 * Looks at the gate above the model's stage and takes the step where it passes. The look is recorded in any case.
 * @param record what the stage has seen, where it is not to be taken from the session's journal; the gate of research needs none
 */
export async function promote(
  context: AppContext,
  config: Config,
  given: string,
  record: StageRecord | undefined,
): Promise<Promotion> {
  const model = promotedModel(config, given);
  const subject: Subject = { version: model.version, assetClass: model.assetClass };
  const clock = await marketClock(context, config);
  const registry = registryOf(context, config, model.name, clock);
  const settings = gateSettings(config);
  const actor = whoAmI();
  if (registry.read().state.find(subject) === undefined) {
    const { digest = "", provenance } = model.manifest;
    await registry.append(subject, actor, {
      kind: "register",
      modelHash: digest,
      recipe: provenance.configFingerprint,
    });
  }
  let standing = standingOf(registry, subject);
  requireRegistered(model.folder, standing);
  const gates = gatesFingerprint(settings);
  if (standing.gates !== "" && standing.gates !== gates) {
    await registry.append(subject, actor, {
      kind: "restart",
      stage: standing.stage,
      reason: "a gate's figures have changed",
    });
    context.warn(`the gates have changed since ${standing.stage} began: the stage begins anew.`);
    standing = standingOf(registry, subject);
  }
  const above = gateAbove(standing.stage);
  if (above === undefined) {
    throw new TidemarkError("REGISTRY_REFUSED", {
      what: "The model is live: there is no stage above",
      where: `${model.name}/${model.version}`,
      fix: "Look at it with `tidemark promotion`.",
    });
  }
  await requirePromotableSources(config, model.manifest, above.to);
  requireTimeToLook(standing, settings, clock.nowMs(), `${model.name}/${model.version}`);
  const shown =
    above.gate === "research"
      ? undefined
      : (record ?? (await sessionRecord(context, config, model, standing, paceOf(clock))));
  if (above.gate !== "research" && shown === undefined) {
    throw new TidemarkError("DATA_MISSING", {
      what: `The gate out of ${standing.stage} asks what the model has done there`,
      where: `${model.name}/${model.version}`,
      fix: `Let it trade there (its session is ${sessionOfStage(config, model, standing.stage) ?? "none"}), or give the record of the stage as JSON: --record FILE.`,
    });
  }
  const nowMs = clock.nowMs();
  const tripped = above.gate === "canary" ? differingReplays(shown) : [];
  const look = lookAtGate(above.gate, {
    settings,
    record: shown ?? emptyRecord(standing.sinceMs, nowMs),
    evidence: standing.evidence,
    accepted: standing.accepted,
    tripped,
    ...(above.gate === "research" ? { research: researchFindings(config, model) } : {}),
  });
  const { outcome, conditions, evidence, gate } = look;
  const event = await registry.append(subject, actor, { kind: "look", gate, outcome, conditions, evidence, gates });
  if (tripped.length > 0) {
    const reason = tripped.join("; ");
    await registry.append(subject, actor, { kind: "demote", from: standing.stage, to: "paper", reason });
    context.warn(`canary to paper: ${reason}`);
  }
  if (outcome !== "pass") return { model, from: standing.stage, to: null, look };
  await registry.append(subject, actor, { kind: "promote", from: standing.stage, to: above.to, look: event.seq });
  return { model, from: standing.stage, to: above.to, look };
}

/** The tripwire that only a replay can tell: what decided with money was not the model that lies here. */
function differingReplays(record: StageRecord | undefined): string[] {
  if (record === undefined || record.replayedEqual === record.replayed) return [];
  const { replayed, replayedEqual } = record;
  return [`${replayed - replayedEqual} of ${replayed} decisions did not replay to the same action`];
}

/**
 * The terms under which the model may trade money now; undefined where it may not. Throws REGISTRY_CORRUPT, MODEL_MISSING or
 * MODEL_MISMATCH.
 */
export function moneyTerms(context: AppContext, config: Config, given: string): TradingTerms | undefined {
  const { name, version, assetClass: of, manifest } = promotedModel(config, given);
  const standing = registryOf(context, config, name).read().state.find({ version, assetClass: of });
  return tradingTerms(standing, manifest.digest ?? "");
}

/** What follows a session that trades money under the gates. */
export function openWarden(
  context: AppContext,
  config: Config,
  given: string,
  session: Pick<WardenOptions, "strategy" | "exchange" | "folder" | "deliver"> & {
    readonly clock: AppContext["clock"];
    /** How much faster than this machine the market runs. */
    readonly pace: number;
  },
): Warden {
  const model = promotedModel(config, given);
  const { clock, pace, ...rest } = session;
  const t = TRIPWIRE_DEFAULTS;
  return new Warden({
    ...rest,
    registry: new Registry(join(modelsFolder(config), model.name), clock),
    subject: { version: model.version, assetClass: model.assetClass },
    digest: model.manifest.digest ?? "",
    gates: gateSettings(config),
    tripwires: {
      ...t,
      nakedMs: t.nakedMs * pace,
      quoteAgeMs: t.quoteAgeMs * pace,
      clockSkewMs: t.clockSkewMs * pace,
      acknowledgeMs: t.acknowledgeMs * pace,
    },
    claim: claimOf(config, `${model.name}/${model.version}`),
    warn: context.warn,
  });
}

/** What the newest report of the model promises; without one nothing is, and the fixed limits alone hold. */
function claimOf(config: Config, id: string): WardenOptions["claim"] {
  const { reports } = listReports(reportsFolder(config));
  const statistics = reports.find(({ model }) => model?.replace("@", "/") === id)?.policy.statistics;
  const yearly = statistics?.volatility ?? Number.NaN;
  const deviation = yearly > 0 ? yearly / Math.sqrt(365) : Number.POSITIVE_INFINITY;
  return { sharpe: statistics?.sharpe ?? 0, dayDeviation: deviation };
}

export async function demote(
  context: AppContext,
  config: Config,
  given: string,
  to: Stage,
  reason: string,
): Promise<Stage> {
  const { name, version, assetClass: of } = promotedModel(config, given);
  const registry = await registryToStepDown(context, config, name);
  const subject: Subject = { version, assetClass: of };
  const { stage } = standingOf(registry, subject);
  await registry.append(subject, whoAmI(), { kind: "demote", from: stage, to, reason });
  return stage;
}

/** The version that was live before is live again; nothing is trained. */
export async function rollback(
  context: AppContext,
  config: Config,
  name: string,
  reason: string,
): Promise<{ readonly from: string | null; readonly to: string; readonly assetClass: string }> {
  const registry = await registryToStepDown(context, config, name);
  const { state } = registry.read();
  const classes = [...new Set(state.standings().map((standing) => standing.assetClass))];
  const found = classes.map((of) => ({ of, ...state.pointers(of) })).find(({ previous }) => previous !== null);
  if (found === undefined || found.previous === null) {
    throw new TidemarkError("REGISTRY_REFUSED", {
      what: `No version of ${name} was live before another one`,
      where: name,
      fix: "Look at its stages with `tidemark promotion`; to take it down use `tidemark demote`.",
    });
  }
  const folder = join(modelsFolder(config), name, found.previous);
  requireRegistered(folder, state.find({ version: found.previous, assetClass: found.of }));
  const subject: Subject = { version: found.previous, assetClass: found.of };
  await registry.append(subject, whoAmI(), { kind: "rollback", from: found.champion, reason });
  return { from: found.champion, to: found.previous, assetClass: found.of };
}

/** What goes up, or is live again, must be what came into the registry. Throws MODEL_MISMATCH or a MODEL_ error of the folder. */
function requireRegistered(folder: string, standing: Standing | undefined): void {
  const { digest = "" } = readManifest(folder);
  if (standing === undefined || standing.modelHash === digest) return;
  throw new TidemarkError("MODEL_MISMATCH", {
    what: `The model is not the one that the registry knows (${standing.stage}): its files have changed since`,
    where: folder,
    fix: "Restore the folder from a backup, or give the new model a version of its own (train it again).",
  });
}

function standingOf(registry: Registry, subject: Subject): Standing {
  const standing = registry.read().state.find(subject);
  if (standing !== undefined) return standing;
  throw new TidemarkError("REGISTRY_REFUSED", {
    what: "The model is in no stage yet",
    where: `version ${subject.version}, ${subject.assetClass}`,
    fix: "Begin with `tidemark promote MODEL`.",
  });
}

/** The newest report of exactly this model. */
function researchFindings(config: Config, { name, version, manifest }: PromotedModel): ResearchFindings {
  const report = newestReport(config, `${name}/${version}`, manifest);
  const { validationScores } = manifest.provenance as { validationScores?: { brierSkill?: unknown } | null };
  const skill = validationScores?.brierSkill;
  return {
    conditions: {
      ...Object.fromEntries(report.verdict.conditions.map(({ name: what, met }) => [what, met])),
      // A verdict at lower costs says nothing of those that the recipe has to pay.
      "judged at the costs of its training": sameCosts(report, manifest),
    },
    ...(typeof skill === "number" ? { brierSkill: skill } : {}),
  };
}

function sameCosts({ config }: ReportSummary, { decision }: ModelManifest): boolean {
  const judged = z.object({ exchange: z.record(z.string(), z.unknown()) }).safeParse(config);
  return (
    judged.success &&
    canonicalJson(judged.data.exchange) === canonicalJson(JSON.parse(JSON.stringify(decision.exchange)))
  );
}

function newestReport(config: Config, id: string, { digest }: ModelManifest): ReportSummary {
  const { reports } = listReports(reportsFolder(config));
  const named = reports.filter(({ model }) => model?.replace("@", "/") === id);
  const report = named.find(({ modelDigest }) => modelDigest !== undefined && modelDigest === digest);
  if (report !== undefined) return report;
  if (named.length > 0) {
    throw new TidemarkError("REPORT_MISSING", {
      what: `The reports of ${id} are not of the files that lie there now, or don't say of which they are`,
      where: reportsFolder(config),
      fix: `Judge it again: tidemark backtest --model ${id} --cost-ladder`,
    });
  }
  throw new TidemarkError("REPORT_MISSING", {
    what: `${id} has not been judged: there is no report of it`,
    where: reportsFolder(config),
    fix: `Judge it first: tidemark backtest --model ${id} --cost-ladder`,
  });
}

/** Who takes a step; a system without a name for its user has a number. */
function whoAmI(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

function emptyRecord(fromMs: number, toMs: number): StageRecord {
  return { fromMs, toMs, trades: [], dailyReturns: [], drawdown: 0, replayed: 0, replayedEqual: 0, errors: 0 };
}

function paceOf(clock: Clock): number {
  return clock instanceof PacedClock ? clock.speed : 1;
}
