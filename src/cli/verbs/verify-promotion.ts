/** @file `tidemark verify promotion`: how much of a gate is luck, shown on strategies of a known worth. */
import { type Command, Option } from "commander";
import {
  GATE_DEFAULTS,
  type GateSettings,
  passPaperGate,
  type Strategy,
  simulateJourneys,
} from "../../promotion/index.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";

const SHARPES = [0, 1, 2, 3, 5];
const DAYS = 365;

/** The four figures alone, without time and evidence. */
const FOUR: GateSettings = { ...GATE_DEFAULTS, paper: { ...GATE_DEFAULTS.paper, days: 0, evidence: 0 } };
const EVIDENCE: GateSettings = { ...FOUR, paper: { ...FOUR.paper, evidence: GATE_DEFAULTS.paper.evidence } };

function strategy(sharpe: number): Strategy {
  return { payoff: "t4", sharpe, tradesPerDay: 5, risk: 0.005 };
}

function verifyPromotion(context: CommandContext, paths: number): number {
  const { output } = context;
  const seed = context.config().seed ?? 1;
  const rows = SHARPES.map((sharpe, i) => {
    context.progress({ label: "promotion", done: i, total: SHARPES.length, unit: "strategies" });
    context.signal.throwIfAborted();
    const daily = { paths, days: DAYS, everyDays: 1, seed };
    const journeys = simulateJourneys(strategy(sharpe), GATE_DEFAULTS, { paths, days: DAYS, seed });
    return {
      sharpe,
      fourFigures: passPaperGate(strategy(sharpe), FOUR, daily).passed,
      withEvidence: passPaperGate(strategy(sharpe), EVIDENCE, daily).passed,
      paperGate: passPaperGate(strategy(sharpe), GATE_DEFAULTS, { ...daily, everyDays: 7 }).passed,
      live: journeys.filter(({ liveOn }) => liveOn !== null).length / paths,
      stillLive: journeys.filter(({ ended }) => ended === "live").length / paths,
    };
  });
  context.endProgress();
  output.text(`Share of ${paths} paths within a year; five trades a day, fat tails, 0.5 % risked`);
  output.text("true Sharpe   four figures   with evidence   paper gate   live   live at end");
  for (const { sharpe, fourFigures, withEvidence, paperGate, live, stillLive } of rows) {
    const cells = [
      share(fourFigures, 15),
      share(withEvidence, 16),
      share(paperGate, 13),
      share(live, 7),
      share(stillLive, 14),
    ];
    output.text(`${String(sharpe).padStart(11)}${cells.join("")}`);
  }
  output.text("The first two columns are looked at daily, the third weekly as the gate is.");
  output.data({ paths, rows });
  // Without an edge hardly anybody may come through, and nobody may come through who has not passed every gate.
  return rows[0].live <= 0.1 ? 0 : 5;
}

function share(value: number, width: number): string {
  return `${Math.round(100 * value)} %`.padStart(width);
}

export function registerVerifyPromotion(group: Command, runner: VerbRunner): void {
  addVerb<{ readonly paths: number }>(
    group,
    {
      name: "promotion",
      summary: "Take strategies of a known worth through the gates",
      details: "Each goes day by day, on a virtual clock, through the code of the gates and the registry.",
      options: [new Option("--paths <count>", "paths of each strategy").argParser(wholeNumber).default(60)],
      examples: [["verify promotion --paths 400", "closer figures, some minutes"]],
      run: (context, { options }) => Promise.resolve(verifyPromotion(context, Math.max(1, options.paths))),
    },
    runner,
  );
}
