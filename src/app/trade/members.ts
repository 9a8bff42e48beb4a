/**
 * @file What may decide in a session: trained models, rules and strategies of one's own, policies that another tool has made.
 * Each is described by a few words that stand in the journal, and is opened from those words, now and when a session is
 * made again; so that all of them go one way.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Instrument,
  parseTimeframe,
  plainSymbol,
  sha256Hex,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../../core/index.ts";
import { FeaturePipeline, type FeatureSelection } from "../../features/index.ts";
import {
  contextBars,
  loadForeignPolicy,
  loadPolicyModel,
  type ModelManifest,
  manifestInstruments,
  parameterValues,
  parseForeignSpec,
  readManifest,
  selectionOf,
} from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import type { Member } from "../../trade/index.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { configuredSymbols } from "../data/market.ts";
import { findModel, modelId } from "../models/folders.ts";
import { decisionOf } from "../models/open.ts";
import { isStrategyFile } from "../strategies/load.ts";
import { openRule } from "../strategies/rule.ts";
import { livePolicy } from "./live-policy.ts";

/** In the words of the command line; each list in the order in which decisions are made. */
export type AskedMembers = {
  readonly models?: readonly string[];
  /** A rule or a file, its symbols behind "=" where they are not those of the configuration: "./my.ts=BTCUSDT,ETHUSDT". */
  readonly strategies?: readonly string[];
  readonly param?: readonly string[];
  readonly longOnly?: boolean;
  readonly onnx?: string;
  readonly spec?: string;
};

/** What decides, as the journal keeps it. */
export type MemberSpec =
  | { readonly kind: "model"; readonly model: string; readonly fingerprint?: string }
  | {
      readonly kind: "rule";
      readonly rule: string;
      readonly param: readonly string[];
      readonly longOnly: boolean;
      readonly fast: number;
      readonly slow: number;
      readonly seed: number;
      /** SHA-256 of a file; empty for a rule that is built in. */
      readonly digest: string;
    }
  | { readonly kind: "onnx"; readonly onnx: string; readonly spec: string; readonly digest: string };

/** One that is asked for: what it trades is known, and nothing is loaded yet. */
export type Candidate = {
  /** Part of every order's id, and of the session's name. */
  readonly name: string;
  readonly spec: MemberSpec;
  /** How a person calls it. */
  readonly what: string;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Of a trained model, which brings the contracts that it was trained on. */
  readonly manifest?: ModelManifest;
  readonly instruments?: readonly Instrument[];
};

export type SessionMember = Member & {
  readonly spec: MemberSpec;
  readonly what: string;
  readonly instruments: readonly Instrument[];
  readonly timeframe: Timeframe;
  /** Features whose alternative series are joined; none of a rule. */
  readonly selection: FeatureSelection;
  /** Bars before its first decision. */
  readonly needBars: number;
  /** Its rules of sizing and risk under another configuration. */
  readonly decisionUnder: (config: Config) => DecisionConfig;
};

/** Rules whose indicators never end (averages that decay) begin with at least so many bars. */
const LEAST_RULE_BARS = 300;

/** What is asked for. Throws USAGE_ARGUMENT, a MODEL_ error, or SESSION_MIX where they don't go together. */
export function candidates(context: AppContext, config: Config, asked: AskedMembers): Candidate[] {
  const { models = [], strategies = [], onnx } = asked;
  const found = [
    ...models.map((given) => modelCandidate(config, given)),
    ...strategies.map((given) => ruleCandidate(context, config, given, asked)),
    ...(onnx === undefined ? [] : [foreignCandidate(context, config, onnx, asked.spec)]),
  ];
  if (found.length === 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A session needs something that decides",
      fix: "Give --model NAME (`tidemark models ls` lists them), --strategy FILE, or --onnx FILE with --spec SPEC.",
    });
  }
  const named = withNames(found);
  requireTogether(named);
  return named;
}

function modelCandidate(config: Config, given: string): Candidate {
  const folder = findModel(config, given);
  const manifest = readManifest(folder);
  const id = modelId(folder);
  const instruments = manifestInstruments(manifest);
  return {
    name: id.replaceAll("/", "-"),
    spec: { kind: "model", model: id, fingerprint: manifest.features.fingerprint },
    what: id,
    symbols: instruments.map(({ symbol }) => symbol),
    timeframe: manifest.timeframe as Timeframe,
    manifest,
    instruments,
  };
}

function ruleCandidate(context: AppContext, config: Config, given: string, asked: AskedMembers): Candidate {
  const [, rule = given, list] = /^(.*)=([\w,/:-]+)$/.exec(given) ?? [];
  const path = resolve(context.folder, rule);
  const isFile = isStrategyFile(rule);
  return {
    name: plainName(isFile ? (rule.split(/[\\/]/).at(-1) ?? rule).replace(/\.\w+$/, "") : rule),
    spec: {
      kind: "rule",
      rule: isFile ? path : rule,
      param: isFile ? (asked.param ?? []) : [],
      longOnly: asked.longOnly === true,
      fast: config.backtest.fast,
      slow: config.backtest.slow,
      seed: config.seed ?? 0,
      digest: isFile ? digestOf(path, "USAGE_ARGUMENT") : "",
    },
    what: rule,
    symbols: list === undefined ? configuredSymbols(config) : list.split(",").map(plainSymbol),
    timeframe: parseTimeframe(config.data.timeframe),
  };
}

function foreignCandidate(context: AppContext, config: Config, onnx: string, spec: string | undefined): Candidate {
  if (spec === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "An ONNX file alone doesn't say what goes in and what comes out",
      where: onnx,
      fix: "Add --spec SPEC.json; docs/onnx.md shows one.",
    });
  }
  const [modelPath, specPath] = [resolve(context.folder, onnx), resolve(context.folder, spec)];
  const digest = `${digestOf(modelPath, "MODEL_MISSING")} ${digestOf(specPath, "MODEL_MISSING")}`;
  const { name, symbols } = parseForeignSpec(readFileSync(specPath, "utf8"), specPath);
  return {
    name: plainName(name),
    spec: { kind: "onnx", onnx: modelPath, spec: specPath, digest },
    what: name,
    symbols: symbols ?? configuredSymbols(config),
    timeframe: parseTimeframe(config.data.timeframe),
  };
}

function digestOf(path: string, code: "USAGE_ARGUMENT" | "MODEL_MISSING" | "MODEL_MISMATCH"): string {
  try {
    return sha256Hex(readFileSync(path));
  } catch {
    throw new TidemarkError(code, {
      what: "There is no such file, or it can't be read",
      where: path,
      fix: "Give the path of a file that is there.",
    });
  }
}

function plainName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, "-").slice(0, 40) || "strategy";
}

/** Two of one name are told apart by a number, in their order. */
function withNames(found: readonly Candidate[]): Candidate[] {
  const used = new Set<string>();
  return found.map((one) => {
    let { name } = one;
    for (let n = 2; used.has(name); n++) name = `${one.name}-${n}`;
    used.add(name);
    return { ...one, name };
  });
}

function mix(what: string, fix: string): TidemarkError {
  return new TidemarkError("SESSION_MIX", { what, fix });
}

function requireTogether(found: readonly Candidate[]): void {
  const owners = new Map<string, string>();
  const [{ timeframe, name: first }] = found;
  for (const { name, symbols, timeframe: own } of found) {
    for (const symbol of symbols) {
      const owner = owners.get(symbol);
      if (owner !== undefined) {
        throw mix(
          owner === name ? `${name} names ${symbol} twice` : `${owner} and ${name} would both trade ${symbol}`,
          "A symbol belongs to one strategy of a session: leave one of them out, or give it other symbols.",
        );
      }
      owners.set(symbol, name);
    }
    if (own !== timeframe) {
      throw mix(
        `${first} decides on ${timeframe} bars and ${name} on ${own}`,
        "Strategies of one session share its bars: take those of one timeframe.",
      );
    }
  }
}

/** Throws SESSION_MIX where quotes differ: one account is kept in one currency. */
export function requireOneCurrency(members: readonly SessionMember[]): string {
  const quotes = new Set(members.flatMap(({ instruments }) => instruments.map(({ quote }) => quote)));
  const [quote] = quotes;
  if (quotes.size === 1) return quote;
  throw mix(
    `The session's symbols are quoted in ${[...quotes].join(" and ")}`,
    "An account is kept in one currency: take symbols of one quote.",
  );
}

/** @param instruments contracts of the candidate's symbols, in their order */
export async function openMember(
  context: AppContext,
  config: Config,
  { name, spec, what, timeframe, manifest }: Candidate,
  instruments: readonly Instrument[],
): Promise<SessionMember> {
  const barMs = timeframeMs(timeframe);
  const { policy, selection, needBars } = await openSpec(context, config, spec, { instruments, barMs });
  const decisionUnder = (under: Config): DecisionConfig =>
    manifest === undefined ? ruleDecision(under) : decisionOf(context, under, manifest);
  const decision = decisionUnder(config);
  return { name, spec, what, instruments, timeframe, selection, needBars, policy, decision, decisionUnder };
}

type Opened = Pick<SessionMember, "policy" | "selection" | "needBars">;
type Shape = { readonly instruments: readonly Instrument[]; readonly barMs: number };

/** Throws MODEL_MISMATCH where what lies on the disk is not what the words meant when they were written. */
export async function openSpec(context: AppContext, config: Config, spec: MemberSpec, shape: Shape): Promise<Opened> {
  switch (spec.kind) {
    case "model":
      return openModelSpec(config, spec, shape);
    case "rule":
      return openRuleSpec(context, config, spec, shape);
    case "onnx":
  }
  const digest = `${digestOf(spec.onnx, "MODEL_MISMATCH")} ${digestOf(spec.spec, "MODEL_MISMATCH")}`;
  requireSame(digest === spec.digest, spec.onnx);
  const policy = await loadForeignPolicy(spec.onnx, spec.spec);
  const { features, window } = parseForeignSpec(readFileSync(spec.spec, "utf8"), spec.spec);
  const needBars = new FeaturePipeline(features, shape).warmup + window;
  return { policy: () => ({ policy }), selection: features, needBars };
}

async function openModelSpec(config: Config, spec: Extract<MemberSpec, { kind: "model" }>, shape: Shape) {
  const model = await loadPolicyModel(findModel(config, spec.model), { threads: config.training.threads });
  const { manifest } = model;
  if (spec.fingerprint !== undefined && manifest.features.fingerprint !== spec.fingerprint) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `"${spec.model}" sees other features than the model that decided`,
      where: spec.model,
      fix: "Put the version back that the session ran with; `tidemark models show` tells its features.",
    });
  }
  const selection = selectionOf(manifest);
  const { network } = manifest;
  const memory = network === undefined ? 0 : network.window + network.warmup;
  const ownBars = new FeaturePipeline(selection, shape).warmup + memory;
  const needBars = manifest.contexts === undefined ? ownBars : Math.max(ownBars, contextBars(shape) + 1);
  return { policy: (live: Parameters<Member["policy"]>[0]) => livePolicy(model, live), selection, needBars };
}

async function openRuleSpec(
  context: AppContext,
  config: Config,
  spec: Extract<MemberSpec, { kind: "rule" }>,
  shape: Shape,
): Promise<Opened> {
  const { rule: given, param, longOnly, fast, slow, seed, digest } = spec;
  if (digest !== "") requireSame(digestOf(given, "MODEL_MISMATCH") === digest, given);
  const under = { ...config, seed, backtest: { ...config.backtest, fast, slow } };
  const rule = await openRule(context, under, { strategy: given, param, longOnly });
  // Its parameters are checked here, and not at the first bar.
  rule.policy();
  let selection: readonly string[] = [];
  let needBars = Math.max(LEAST_RULE_BARS, slow);
  if (rule.strategy !== undefined) {
    const { features = [], warmup = 0 } = rule.strategy;
    const values = parameterValues(rule.strategy, rule.values);
    selection = typeof features === "function" ? features(values) : features;
    const own = typeof warmup === "function" ? warmup(values) : warmup;
    const warm = selection.length === 0 ? 0 : new FeaturePipeline(selection, shape).warmup;
    needBars = Math.max(LEAST_RULE_BARS, own, warm);
  }
  return { policy: () => ({ policy: rule.policy() }), selection, needBars };
}

function requireSame(isSame: boolean, where: string): void {
  if (isSame) return;
  throw new TidemarkError("MODEL_MISMATCH", {
    what: "The file is not the one that decided in the session",
    where,
    fix: "Put it back as it was then, or begin another session with --name.",
  });
}
