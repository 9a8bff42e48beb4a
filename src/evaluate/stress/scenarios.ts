/**
 * @file Scenarios: what could happen to a market, each as a change of a tape, of costs, or of both, with one number that
 * says how bad. They begin at a stated bar, the one in which the policy has most at stake, unless told otherwise.
 */
import { DAY_MS, HOUR_MS, nearestName, Random, TidemarkError } from "../../core/index.ts";
import { type MarketTape, withBasis } from "../../market/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { carryAbsent, closeBar, copyTape, logReturnAt, rebuildPrices, scalePrices } from "./tape.ts";

/** What a scenario changes. */
export type World = { readonly tape: MarketTape; readonly decision: DecisionConfig };

export type ScenarioPlace = {
  /** Bar in which it begins, and the one after the last that is played. */
  readonly at: number;
  readonly to: number;
  /** Mean signed exposure of the policy as it is: what hurts is chosen against it. */
  readonly lean: number;
  /** The symbol with most at stake. */
  readonly symbol: number;
  readonly seed: number;
};

export type Scenario = {
  readonly name: string;
  /** One sentence with what the severity stands for. */
  readonly meaning: string;
  readonly severities: readonly number[];
  readonly unit: string;
  /** The greatest severity that means anything: a price falls by less than all of itself. */
  readonly greatest: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
  readonly apply: (world: World, severity: number, place: ScenarioPlace) => World;
};

/** Bars of a fall, of the recovery after it, and the share that comes back. */
const FALL_BARS = 3;
const RECOVERY_BARS = 24;
const RECOVERED = 0.6;

function eachSymbol(world: World, name: string, change: (tape: MarketTape, symbol: number) => void): World {
  const tape = copyTape(world.tape, name);
  for (let s = 0; s < tape.symbols; s++) {
    change(tape, s);
    carryAbsent(tape, s);
  }
  return { ...world, tape: withBasis(world.tape, tape) };
}

/** Against the policy: down where it leans long. */
const against = ({ lean }: ScenarioPlace): 1 | -1 => (lean < 0 ? 1 : -1);

function flashCrash(world: World, severity: number, place: ScenarioPlace): World {
  const { at, to } = place;
  const side = against(place);
  const bottom = side < 0 ? 1 - severity : 1 / (1 - severity);
  const end = 1 + (bottom - 1) * (1 - RECOVERED);
  const level = (bar: number): number => {
    const age = bar - at;
    if (age < FALL_BARS) return bottom ** ((age + 1) / FALL_BARS);
    return bottom + (end - bottom) * Math.min(1, (age - FALL_BARS + 1) / RECOVERY_BARS);
  };
  return eachSymbol(world, `flash-crash ${severity}`, (tape, s) => {
    scalePrices(tape, s, at, to, level);
    for (let bar = at; bar < Math.min(to, at + FALL_BARS); bar++) {
      const cell = bar * tape.symbols + s;
      const before = tape.close[cell - tape.symbols];
      // The fall happens inside its bars: each begins near where the last one ended.
      if (bar > 0 && before > 0) tape.open[cell] = before;
      tape.high[cell] = Math.max(tape.high[cell], tape.open[cell]);
      tape.low[cell] = Math.min(tape.low[cell], tape.open[cell]);
    }
  });
}

function lowLiquidity(world: World, severity: number, { at, to }: ScenarioPlace): World {
  const thin = eachSymbol(world, `low-liquidity ${severity}`, (tape, s) => {
    for (let bar = at; bar < to; bar++) tape.volume[bar * tape.symbols + s] /= severity;
  });
  const { exchange } = world.decision;
  // With a tenth of the volume the same order moves the price ten times as far (linear), or by the root of it.
  const sizeImpactBpsPer1000 = Math.min(1_000, exchange.sizeImpactBpsPer1000 * severity);
  return { ...thin, decision: { ...world.decision, exchange: { ...exchange, sizeImpactBpsPer1000 } } };
}

function volatility(world: World, severity: number, { at, to }: ScenarioPlace): World {
  return eachSymbol(world, `volatility ${severity}`, (tape, s) => {
    let way = 0;
    let traded = 0;
    for (let bar = at; bar < to; bar++) {
      way += logReturnAt(world.tape, s, bar);
      traded += world.tape.present[bar * tape.symbols + s];
    }
    const drift = way / Math.max(1, traded);
    // Deviations grow, the way does not: else a falling market would only fall further.
    rebuildPrices(
      tape,
      world.tape,
      s,
      at,
      to,
      (bar) => drift + severity * (logReturnAt(world.tape, s, bar) - drift),
      severity,
    );
  });
}

function correlation(world: World, severity: number, { at, to }: ScenarioPlace): World {
  const { tape: original } = world;
  const S = original.symbols;
  const deviations = new Float64Array(S);
  for (let s = 0; s < S; s++) {
    let squares = 0;
    for (let bar = at; bar < to; bar++) squares += logReturnAt(original, s, bar) ** 2;
    deviations[s] = Math.sqrt(squares / Math.max(1, to - at)) || 1e-12;
  }
  const common = (bar: number): number => {
    let sum = 0;
    for (let s = 0; s < S; s++) sum += logReturnAt(original, s, bar) / deviations[s];
    return sum / S;
  };
  let squares = 0;
  for (let bar = at; bar < to; bar++) squares += common(bar) ** 2;
  const unit = Math.sqrt(squares / Math.max(1, to - at)) || 1;
  const rest = Math.sqrt(Math.max(0, 1 - severity * severity));
  return eachSymbol(world, `correlation ${severity}`, (tape, s) => {
    const mixed = (bar: number): number =>
      severity * (common(bar) / unit) + (rest * logReturnAt(original, s, bar)) / deviations[s];
    // A symbol is part of the common move: the sum of the two is wilder than each, by as much as they are alike.
    let own = 0;
    for (let bar = at; bar < to; bar++) own += mixed(bar) ** 2;
    const scale = deviations[s] / (Math.sqrt(own / Math.max(1, to - at)) || 1);
    rebuildPrices(tape, original, s, at, to, (bar) => scale * mixed(bar));
  });
}

function gaps(world: World, severity: number, { at, to, seed }: ScenarioPlace): World {
  const every = Math.max(2, Math.round((5 * DAY_MS) / world.tape.barMs));
  const random = new Random(seed).fork("gaps");
  const factors = new Map<number, number>();
  let level = 1;
  for (let bar = at; bar < to; bar += every) {
    level *= random.uniform() < 0.5 ? 1 - severity : 1 + severity;
    factors.set(bar, level);
  }
  return eachSymbol(world, `gaps ${severity}`, (tape, s) => {
    let factor = 1;
    scalePrices(tape, s, at, to, (bar) => {
      factor = factors.get(bar) ?? factor;
      return factor;
    });
  });
}

function spread(world: World, severity: number): World {
  const { exchange } = world.decision;
  const halfSpreadBps = Math.min(1_000, Math.max(exchange.halfSpreadBps, 1) * severity);
  const baseSlippageBps = Math.min(1_000, exchange.baseSlippageBps * severity);
  return { ...world, decision: { ...world.decision, exchange: { ...exchange, halfSpreadBps, baseSlippageBps } } };
}

function funding(world: World, severity: number, place: ScenarioPlace): World {
  const rate = severity * (place.lean < 0 ? -1 : 1);
  const changed = eachSymbol(world, `funding ${severity}`, (tape, s) => {
    const hours = tape.instruments[s].fundingIntervalHours;
    if (hours === undefined) return;
    const intervalMs = hours * HOUR_MS;
    for (let bar = Math.max(1, place.at); bar < place.to; bar++) {
      const stamps = Math.floor(tape.timeMs[bar] / intervalMs) - Math.floor(tape.timeMs[bar - 1] / intervalMs);
      const cell = bar * tape.symbols + s;
      tape.funding[cell] = stamps * rate;
      // Bars longer than an interval: the stamp at the open is due of what was held, those inside of what is held then.
      if (tape.fundingAtOpen === undefined || tape.fundingWithin === undefined) continue;
      const openMs = tape.timeMs[bar];
      const inside = Math.ceil((openMs + tape.barMs) / intervalMs) - 1 - Math.floor(openMs / intervalMs);
      tape.fundingAtOpen[cell] = openMs % intervalMs === 0 ? rate : 0;
      tape.fundingWithin[cell] = Math.max(0, inside) * rate;
    }
  });
  return changed;
}

function outage(world: World, severity: number, { at, to }: ScenarioPlace): World {
  return eachSymbol(world, `outage ${severity}`, (tape, s) => {
    for (let bar = at; bar < Math.min(to, at + severity); bar++) closeBar(tape, s, bar);
  });
}

function delisting(world: World, severity: number, { at, to, symbol }: ScenarioPlace): World {
  const tape = copyTape(world.tape, `delisting ${severity}`);
  scalePrices(tape, symbol, at, at + 1, () => 1 - severity);
  for (let bar = at + 1; bar < to; bar++) closeBar(tape, symbol, bar);
  return { ...world, tape: withBasis(world.tape, tape) };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "flash-crash",
    meaning: "Prices move against the policy by this share within three bars; 60 % of it comes back in the next 24.",
    severities: [0.1, 0.2, 0.4],
    unit: "share of the price",
    greatest: 0.99,
    apply: flashCrash,
  },
  {
    name: "low-liquidity",
    meaning: "Volumes are divided by this, and the impact of an order grows with it.",
    severities: [2, 5, 10],
    unit: "times less volume",
    greatest: 1_000_000,
    apply: lowLiquidity,
  },
  {
    name: "volatility",
    meaning: "Every move about the drift, and every range, is this many times as large.",
    severities: [1.5, 2, 3],
    unit: "times the moves",
    greatest: 20,
    apply: volatility,
  },
  {
    name: "correlation",
    meaning: "Symbols move together: this is the weight of the common move, each keeping its own volatility.",
    severities: [0.5, 0.8, 1],
    unit: "weight of the common move",
    greatest: 1,
    apply: correlation,
  },
  {
    name: "gaps",
    meaning: "Every five days the price opens this share away from where it closed, up or down by chance.",
    severities: [0.02, 0.05, 0.1],
    unit: "share of the price",
    greatest: 0.99,
    apply: gaps,
  },
  {
    name: "spread",
    meaning: "Half spread (at least one basis point) and base slippage are multiplied by this.",
    severities: [2, 5, 10],
    unit: "times the spread",
    greatest: 10_000,
    apply: spread,
  },
  {
    name: "funding",
    meaning: "Every funding stamp takes this share of notional from the side that the policy leans to.",
    severities: [0.0005, 0.003, 0.0075],
    unit: "rate a stamp",
    greatest: 1,
    apply: funding,
  },
  {
    name: "outage",
    meaning:
      "The venue answers nothing for this many bars: no fills, no stops, and the price has moved when it is back.",
    severities: [12, 48, 288],
    unit: "bars",
    greatest: 1_000_000,
    whole: true,
    apply: outage,
  },
  {
    name: "delisting",
    meaning: "The symbol with most at stake falls by this share in one bar and never trades again.",
    severities: [0.3, 0.6, 0.95],
    unit: "share of the price",
    greatest: 0.999,
    apply: delisting,
  },
];

/** Throws USAGE_ARGUMENT for a name that no scenario has. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = SCENARIOS.map((scenario) => scenario.name);
  const near = nearestName(name, names);
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${name}" is not a scenario`,
    fix: `${near === undefined ? "" : `Did you mean "${near}"? `}There are ${names.join(", ")}.`,
  });
}

/** Throws USAGE_ARGUMENT for a severity that is none of the scenario. */
export function checkSeverity({ name, unit, greatest, whole = false }: Scenario, severity: number): void {
  if (severity > 0 && severity <= greatest && (!whole || Number.isInteger(severity))) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `${severity} is no severity of ${name}: ${unit}, ${whole ? "a whole number" : "above 0"} up to ${greatest}`,
    where: "--severity",
    fix: "Choose others, or name with --scenario those that they are meant for.",
  });
}
