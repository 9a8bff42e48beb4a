import { describe, expect, it } from "vitest";
import { clearIntents, DAY_MS, Direction, type IntentColumns, intentColumns, Random } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { AccountStatus, SimulatedExchange } from "../exchange/index.ts";
import { randomTape } from "../exchange/testing/hand-tape.ts";
import { randomConfig } from "../exchange/testing/random-session.ts";
import { rateAt } from "../market/index.ts";
import { resolveSizingConfig } from "../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "./config.ts";
import { DecisionLog } from "./decision-recorder.ts";
import { DecisionStep } from "./decision-step.ts";
import { Permission } from "./permission.ts";
import { type Verdict, verdictNames } from "./verdict.ts";

type Name = keyof typeof Verdict;
/** What is ordered, undefined for nothing, and why. */
type Decided = {
  readonly target: number | undefined;
  readonly verdicts: Set<Name>;
  /** What the scheme allows for size 1, and what the limits leave of the size. */
  readonly scheme: number;
  readonly allowed: number;
};

/** The decision of one account written down a second time: lists and plain conditions, nothing kept but the day's equity. */
class PlainDecision {
  readonly #exchange: SimulatedExchange;
  readonly #risk: RiskConfig;
  readonly #fraction: number;
  readonly #band: number;
  readonly #days = new Map<string, number>();

  constructor(exchange: SimulatedExchange, risk: RiskConfig, fraction: number, band: number) {
    this.#exchange = exchange;
    this.#risk = risk;
    this.#fraction = fraction;
    this.#band = band;
  }

  #dayEquity(account: number): number {
    const { book, tape } = this.#exchange;
    const closesMs = tape.timeMs[book.bar[account]] + tape.barMs;
    const key = `${account} ${book.episode[account]} ${Math.floor(closesMs / DAY_MS)}`;
    const known = this.#days.get(key) ?? book.equity[account];
    this.#days.set(key, known);
    return known;
  }

  closing(account: number): Name[] {
    const { book } = this.#exchange;
    const { closeOnly, maxDrawdown, dailyLoss } = this.#risk;
    const first = this.#dayEquity(account);
    const reasons: Array<readonly [Name, boolean]> = [
      ["liquidated", book.status[account] === AccountStatus.liquidated],
      ["closeOnly", closeOnly],
      ["maxDrawdown", maxDrawdown !== 0 && !(book.drawdown[account] < maxDrawdown)],
      ["dailyLoss", dailyLoss !== 0 && !(book.equity[account] > first * (1 - dailyLoss))],
    ];
    return reasons.filter(([, holds]) => holds).map(([name]) => name);
  }

  opening(account: number, s: number, short: boolean, planned: readonly number[]): Name[] {
    const { book, tape, terms } = this.#exchange;
    const S = tape.symbols;
    const bar = book.bar[account];
    const lots = book.lots[account * S + s];
    const lastFill = book.lastFillBar[account * S + s];
    const since = lots !== 0 ? 0 : lastFill === -1 ? Number.POSITIVE_INFINITY : bar - lastFill;
    const others = planned.filter((value, other) => other !== s && value !== 0).length;
    const { cooldownBars, maxConcurrent, allowShort } = this.#risk;
    const reasons: Array<readonly [Name, boolean]> = [
      ["spotShort", short && ["spot", "stock"].includes(tape.instruments[s].kind)],
      ["shortDisabled", short && !allowShort],
      ["symbolAbsent", tape.present[bar * S + s] === 0],
      ["cooldown", cooldownBars !== 0 && since < cooldownBars],
      ["maxConcurrent", maxConcurrent !== 0 && others + 1 > maxConcurrent],
      [
        "minNotional",
        book.equity[account] * terms.leverage[s] < tape.instruments[s].minNotional * rateAt(tape, bar, s),
      ],
    ];
    return [...this.closing(account), ...reasons.filter(([, holds]) => holds).map(([name]) => name)];
  }

  permissions(account: number, s: number): number {
    const { book } = this.#exchange;
    const S = book.symbols;
    const planned = Array.from({ length: S }, (_, other) => book.lots[account * S + other]);
    if (this.closing(account).includes("liquidated")) return 0;
    const held = planned[s];
    const long = held > 0 || this.opening(account, s, false, planned).length === 0;
    const short = held < 0 || this.opening(account, s, true, planned).length === 0;
    return Permission.flat + (long ? Permission.long : 0) + (short ? Permission.short : 0);
  }

  /** `[S]`. */
  decide(account: number, intents: IntentColumns): Decided[] {
    const { book, tape } = this.#exchange;
    const S = tape.symbols;
    const held = Array.from({ length: S }, (_, s) => book.lots[account * S + s]);
    const leaves = (s: number): boolean =>
      intents.direction[s] === Direction.flat || (intents.direction[s] !== Direction.hold && intents.size[s] === 0);
    const planned = held.map((lots, s) => (leaves(s) ? 0 : lots));
    const decided: Decided[] = [];
    for (const s of [...held.keys()].sort((a, b) =>
      tape.instruments[a].symbol < tape.instruments[b].symbol ? -1 : 1,
    )) {
      decided[s] = this.#decide(account, s, intents, planned, held[s]);
    }
    return decided;
  }

  #decide(account: number, s: number, intents: IntentColumns, planned: number[], own: number): Decided {
    const leaves = intents.direction[s] === Direction.flat || intents.size[s] === 0;
    const verdicts = new Set<Name>();
    if (intents.direction[s] === Direction.hold) return { target: undefined, verdicts, scheme: 0, allowed: 0 };
    if (leaves) return { target: own === 0 ? undefined : 0, verdicts, scheme: 0, allowed: 0 };
    const side = intents.direction[s] === Direction.long ? 1 : -1;
    const onSide = Math.sign(own) === side;
    if (!onSide) for (const name of this.opening(account, s, side < 0, planned)) verdicts.add(name);
    const { book, terms } = this.#exchange;
    const scheme = verdicts.size > 0 ? 0 : book.equity[account] * Math.min(this.#fraction, terms.leverage[s]);
    const [lots, allowed] =
      verdicts.size > 0
        ? [0, 0]
        : this.#lots(account, s, intents, planned, onSide ? Math.abs(own) : 0, scheme * intents.size[s], verdicts);
    const target = side * lots;
    planned[s] = target;
    const change = Math.abs(target - own);
    const still = onSide && lots > 0 && (change === 0 || change < this.#band * lots);
    if (still) verdicts.add("withinBand");
    const nothing = still || (target === 0 && own === 0);
    return { target: nothing ? undefined : target, verdicts, scheme, allowed };
  }

  #lots(
    account: number,
    s: number,
    intents: IntentColumns,
    planned: readonly number[],
    heldOnSide: number,
    wanted: number,
    verdicts: Set<Name>,
  ): readonly [lots: number, allowed: number] {
    const { book, tape, terms } = this.#exchange;
    const S = tape.symbols;
    const bar = book.bar[account];
    // In the account's currency.
    const closes = Array.from({ length: S }, (_, o) => tape.close[bar * S + o] * rateAt(tape, bar, o));
    const equity = book.equity[account];
    const stop = intents.stopDistance[s] > 0 ? intents.stopDistance[s] : this.#risk.stopDistance;
    const elsewhere = planned.reduce(
      (sum, lots, o) => (o === s ? sum : sum + Math.abs(lots) * terms.unit[o] * closes[o]),
      0,
    );
    const { maxPositionNotional, maxOrderLoss, maxTotalLeverage } = this.#risk;
    const limits: Array<readonly [Name, number]> = [
      ["positionNotional", maxPositionNotional === 0 ? Number.POSITIVE_INFINITY : maxPositionNotional],
      ["orderLoss", maxOrderLoss === 0 || stop === 0 ? Number.POSITIVE_INFINITY : (maxOrderLoss * equity) / stop],
      [
        "totalLeverage",
        maxTotalLeverage === 0 ? Number.POSITIVE_INFINITY : Math.max(0, maxTotalLeverage * equity - elsewhere),
      ],
    ];
    let notional = wanted;
    if (notional <= 0) verdicts.add("noBudget");
    for (const [name, limit] of limits) {
      if (notional <= limit) continue;
      notional = limit;
      verdicts.add(name);
    }
    let lots = Math.floor(notional / (closes[s] * terms.unit[s]) + 1e-9);
    const closing = heldOnSide > 0 ? this.closing(account) : [];
    const shrinksOnly = closing.length > 0;
    if (shrinksOnly && lots > heldOnSide) {
      lots = heldOnSide;
      for (const name of closing) verdicts.add(name);
    }
    if (lots < 1 && wanted > 0) verdicts.add("belowOneLot");
    const tooSmall = lots * terms.unit[s] * tape.close[bar * S + s] < tape.instruments[s].minNotional;
    if (tooSmall && !(shrinksOnly && lots === heldOnSide)) {
      if (wanted > 0 && lots > 0) verdicts.add("minNotional");
      return [0, notional];
    }
    return [lots, notional];
  }
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)];

function randomRisk(random: Random): RiskConfig {
  return resolveRiskConfig({
    allowShort: random.uniform() < 0.8,
    closeOnly: random.uniform() < 0.05,
    maxConcurrent: pick(random, [0, 0, 1, 2]),
    maxPositionNotional: pick(random, [0, 0, 1, 3_000]),
    maxTotalLeverage: pick(random, [0, 0, 0.8, 2]),
    maxOrderLoss: pick(random, [0, 0.01]),
    maxDrawdown: pick(random, [0, 0.1, 0.02]),
    dailyLoss: pick(random, [0, 0, 0.03]),
    cooldownBars: pick(random, [0, 0, 1, 3]),
    stopDistance: pick(random, [0, 0.05]),
    targetDistance: pick(random, [0, 0.07]),
    trailDistance: pick(random, [0, 0.04]),
    maxBars: pick(random, [0, 5]),
  });
}

const BARS = 60;

type Session = { readonly seen: unknown[]; readonly expected: unknown[] };

const order = (sent: boolean, values: () => readonly number[]): readonly number[] => (sent ? values() : []);

/** Random intents of every column. */
function wish(random: Random, intents: IntentColumns, symbols: number): void {
  clearIntents(intents);
  for (let s = 0; s < symbols; s++) {
    intents.direction[s] = random.below(4);
    intents.size[s] = pick(random, [0, 1, random.uniform(), 0.001]);
    intents.stopDistance[s] = pick(random, [0, 0.02]);
    intents.targetDistance[s] = pick(random, [0, 0.03]);
    intents.trailDistance[s] = pick(random, [0, 0.06]);
    intents.maxBars[s] = pick(random, [0, 4]);
    intents.urgency[s] = pick(random, [1, 0.5]);
  }
}

/** One random market and account pair, decided by both; `said` counts the reasons. */
function play(seed: number, said: Map<string, number>): Session {
  const random = new Random(seed);
  // Some trade all that a high leverage gives them, without any limit, and are liquidated.
  const bold = seed % 5 === 0;
  const tape = randomTape(random, 1 + random.below(3), BARS);
  tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
  const exchange = new SimulatedExchange(tape, randomConfig(random, bold ? { leverage: 50 } : {}), {
    accounts: 2,
    seed,
  });
  const { book } = exchange;
  const risk = bold ? resolveRiskConfig() : randomRisk(random);
  const fraction = bold ? 40 : pick(random, [0.5, 1, 4]);
  const rebalanceBand = pick(random, [0, 0.1, 0.5]);
  const recorder = new DecisionLog();
  const sizing = resolveSizingConfig({ scheme: "fixed-fraction", fraction, rebalanceBand });
  const step = new DecisionStep(exchange, sizing, risk, { recorder });
  const plain = new PlainDecision(exchange, risk, fraction, rebalanceBand);
  const intents = intentColumns(tape.symbols);
  const seen: unknown[] = [];
  const expected: unknown[] = [];
  for (const account of [0, 1]) exchange.reset(account, random.below(5), pick(random, [300, 10_000]));
  for (let turn = 0; turn < 60; turn++) {
    const account = 1 - (turn % 2);
    if (random.uniform() < 0.02) exchange.reset(account, random.below(20), 5_000);
    wish(random, intents, tape.symbols);
    if (bold) intents.stopDistance.fill(0);
    for (let s = 0; s < tape.symbols; s++) {
      seen.push([turn, s, step.permissions(account, s)]);
      expected.push([turn, s, plain.permissions(account, s)]);
    }
    const decided = plain.decide(account, intents);
    const before = recorder.count;
    step.apply(account, intents);
    const active = book.status[account] === AccountStatus.active;
    decided.forEach(({ target, verdicts, scheme, allowed }, s) => {
      const row = account * tape.symbols + s;
      const record = recorder.row(before + s);
      const names = [...verdicts].sort();
      for (const name of names.length > 0 ? names : ["nothing"]) said.set(name, (said.get(name) ?? 0) + 1);
      seen.push([
        verdictNames(step.verdicts[row]).sort(),
        verdictNames(record.verdicts).sort(),
        [record.account, record.bar, record.symbol, record.direction, record.size, record.heldLots + 0, record.sent],
        [record.schemeNotional, record.allowedNotional],
        record.sent ? record.targetLots + 0 : "none",
        order(active && book.pending[row] === 1, () => [
          book.pendingLots[row],
          book.pendingStopDistance[row],
          book.pendingTargetDistance[row],
          book.pendingTrailDistance[row],
          book.pendingMaxBars[row],
          book.pendingUrgency[row],
        ]),
      ]);
      const sent = target !== undefined;
      expected.push([
        names,
        names,
        [account, book.bar[account], s, intents.direction[s], intents.size[s], book.lots[row] + 0, sent],
        [scheme, allowed],
        sent ? target + 0 : "none",
        order(active && sent, () => [
          (target ?? 0) + 0,
          intents.stopDistance[s] || risk.stopDistance,
          intents.targetDistance[s] || risk.targetDistance,
          intents.trailDistance[s] || risk.trailDistance,
          intents.maxBars[s] || risk.maxBars,
          intents.urgency[s],
        ]),
      ]);
    });
    if (book.bar[account] < BARS - 1) exchange.advance(account);
  }
  return { seen, expected };
}

describe("the decision step", () => {
  it("decides as a plain second version does, in random sessions of every sort", () => {
    const said = new Map<string, number>();
    for (let seed = 1; seed <= Math.max(40, everyday(180)); seed++) {
      const { seen, expected } = play(seed, said);
      expect(seen, `seed ${seed}`).toEqual(expected);
    }
    const reasons: Name[] = [
      ...([
        "spotShort",
        "shortDisabled",
        "symbolAbsent",
        "liquidated",
        "closeOnly",
        "maxDrawdown",
        "dailyLoss",
      ] as const),
      ...([
        "cooldown",
        "maxConcurrent",
        "totalLeverage",
        "positionNotional",
        "orderLoss",
        "minNotional",
        "belowOneLot",
      ] as const),
      "withinBand",
    ];
    expect(
      reasons.filter((name) => (said.get(name) ?? 0) === 0),
      "every reason was given",
    ).toEqual([]);
    expect(said.get("nothing"), "and often there was none").toBeGreaterThan(everyday(5_000));
  });
});
