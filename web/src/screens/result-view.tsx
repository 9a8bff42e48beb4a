/** @file The result of a job as tables and curves: stress, walk-forward, drift; of every other verb its plain facts. */
import { lazy, type ReactNode, Suspense } from "react";
import { figure, number, percent, ratio } from "../lib/format.ts";
import { Percent } from "../parts/amount.tsx";
import { Badge, Facts } from "../parts/panel.tsx";
import { Empty, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { plainFacts } from "./plain-facts.ts";
import {
  type DriftResult,
  type DriftWeek,
  driftOf,
  type ParityRun,
  parityOf,
  type StressLine,
  type StressResult,
  stressOf,
  type WalkResult,
  type WalkWindow,
  walkOf,
} from "./results.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));

export function ResultView({ kind, result }: { readonly kind: string; readonly result: unknown }): ReactNode {
  const stress = kind === "stress" ? stressOf(result) : undefined;
  if (stress !== undefined) return <Stress result={stress} />;
  const walk = kind === "walkforward" ? walkOf(result) : undefined;
  if (walk !== undefined) return <Walk result={walk} />;
  const drift = kind === "drift" ? driftOf(result) : undefined;
  if (drift !== undefined) return <Drift result={drift} />;
  const parity = kind === "parity" || kind === "verify-parity" ? parityOf(result) : undefined;
  if (parity !== undefined) return <Parity runs={parity} />;
  const facts = plainFacts(result);
  const passed = facts.find(([name]) => name === "passed")?.[1];
  return (
    <div className="stack" style={{ gap: 8 }}>
      {passed !== undefined && (
        <p>
          <Badge kind={passed === "true" ? "good" : "bad"}>{passed === "true" ? "✓ passed" : "✕ not passed"}</Badge>
        </p>
      )}
      <Facts rows={facts.filter(([name]) => name !== "passed")} />
    </div>
  );
}

const STRESS: readonly Column<StressLine>[] = [
  {
    id: "scenario",
    title: "Scenario",
    sort: ({ scenario }) => scenario,
    cell: ({ scenario, severity, unit }) => (
      <>
        {scenario === "" ? "as it was" : scenario}{" "}
        {severity !== null && severity !== 0 && <span className="muted">{`${figure(severity)} ${unit}`}</span>}
      </>
    ),
  },
  {
    id: "survived",
    title: "Survived",
    cell: ({ survived }) => (survived ? <Badge kind="good">✓ yes</Badge> : <Badge kind="bad">✕ liquidated</Badge>),
  },
  {
    id: "return",
    title: "Return",
    isRight: true,
    sort: ({ totalReturn }) => totalReturn,
    cell: ({ totalReturn }) => <Percent value={totalReturn} />,
  },
  {
    id: "worst",
    title: "Lowest equity",
    isRight: true,
    sort: ({ worstEquity }) => worstEquity,
    cell: ({ worstEquity }) => percent(worstEquity),
  },
  {
    id: "drawdown",
    title: "Drawdown",
    isRight: true,
    isMinor: true,
    sort: ({ maxDrawdown }) => maxDrawdown,
    cell: ({ maxDrawdown }) => percent(maxDrawdown),
  },
  {
    id: "recovery",
    title: "Days to recover",
    isRight: true,
    isMinor: true,
    sort: ({ recoveryDays }) => recoveryDays,
    cell: ({ recoveryDays }) => (recoveryDays === null ? "never" : number(recoveryDays, 0)),
  },
  {
    id: "trades",
    title: "Trades",
    isRight: true,
    isMinor: true,
    sort: ({ trades }) => trades,
    cell: ({ trades }) => figure(trades),
  },
];

function Stress({ result }: { readonly result: StressResult }): ReactNode {
  return (
    <div className="stack" style={{ gap: 8 }}>
      {result.headline !== "" && <strong>{result.headline}</strong>}
      {result.ruin !== null && <p className="soft">Ruined in {percent(result.ruin)} of the shuffled runs.</p>}
      <Table
        label="Scenarios"
        rows={result.rows}
        columns={STRESS}
        orderName="scenario"
        rowKey={({ scenario, severity, unit }) => `${scenario} ${severity} ${unit}`}
        empty={<Empty title="No scenario ran" />}
      />
    </div>
  );
}

const WALK: readonly Column<WalkWindow>[] = [
  { id: "index", title: "Window", sort: ({ index }) => index, cell: ({ index }) => index },
  { id: "from", title: "Test from", cell: ({ testFromMs }) => <Moment at={testFromMs} precision="day" /> },
  { id: "to", title: "To", isMinor: true, cell: ({ testToMs }) => <Moment at={testToMs} precision="day" /> },
  {
    id: "return",
    title: "Return",
    isRight: true,
    sort: ({ totalReturn }) => totalReturn,
    cell: ({ totalReturn }) => <Percent value={totalReturn} />,
  },
  {
    id: "hold",
    title: "Holding",
    isRight: true,
    sort: ({ holdReturn }) => holdReturn,
    cell: ({ holdReturn }) => <Percent value={holdReturn} />,
  },
  { id: "sharpe", title: "Sharpe", isRight: true, sort: ({ sharpe }) => sharpe, cell: ({ sharpe }) => ratio(sharpe) },
  {
    id: "drawdown",
    title: "Drawdown",
    isRight: true,
    isMinor: true,
    sort: ({ maxDrawdown }) => maxDrawdown,
    cell: ({ maxDrawdown }) => percent(maxDrawdown),
  },
  {
    id: "trades",
    title: "Trades",
    isRight: true,
    isMinor: true,
    sort: ({ trades }) => trades,
    cell: ({ trades }) => figure(trades),
  },
];

function Walk({ result }: { readonly result: WalkResult }): ReactNode {
  return (
    <div className="stack" style={{ gap: 8 }}>
      {result.headline !== "" && <strong>{result.headline}</strong>}
      {result.timesMs.length > 1 && (
        <Suspense fallback={<Loading />}>
          <LineChart
            label="Equity of all windows, one after the other"
            x={result.timesMs}
            height={180}
            marks={result.seamsMs.map((x) => ({ x, label: "window" }))}
            curves={[{ label: "equity", values: result.equity, kind: "area" }]}
          />
        </Suspense>
      )}
      <Table
        label="Windows"
        rows={result.windows}
        columns={WALK}
        orderName="window"
        rowKey={({ index }) => String(index)}
        empty={<Empty title="No window ran" />}
      />
    </div>
  );
}

const PARITY: readonly Column<ParityRun>[] = [
  { id: "name", title: "Run", cell: ({ name }) => name },
  {
    id: "equal",
    title: "Equal",
    cell: ({ isEqual }) => (isEqual ? <Badge kind="good">✓ equal</Badge> : <Badge kind="bad">✕ differs</Badge>),
  },
  { id: "fills", title: "Fills", isRight: true, sort: ({ fills }) => fills, cell: ({ fills }) => figure(fills) },
  {
    id: "hash",
    title: "Hash of the fills",
    isMinor: true,
    cell: ({ hash }) => <span className="mono">{hash.slice(0, 16)}</span>,
  },
  {
    id: "first",
    title: "First difference",
    isWrapped: true,
    cell: ({ difference }) => (difference === "" ? "–" : difference),
  },
];

function Parity({ runs }: { readonly runs: readonly ParityRun[] }): ReactNode {
  return (
    <Table
      label="Environment, backtest and paper"
      rows={runs}
      columns={PARITY}
      orderName="run"
      rowKey={({ name, hash, fills }) => `${name} ${hash} ${fills}`}
      empty={<Empty title="Nothing was compared" />}
    />
  );
}

const DRIFT: readonly Column<DriftWeek>[] = [
  { id: "week", title: "Week to", sort: ({ toMs }) => toMs, cell: ({ toMs }) => <Moment at={toMs} precision="day" /> },
  {
    id: "alarm",
    title: "",
    cell: ({ isAlarm }) => (isAlarm ? <Badge kind="bad">! alarm</Badge> : <Badge kind="good">✓</Badge>),
  },
  {
    id: "beyond",
    title: "Beyond",
    isRight: true,
    sort: ({ beyond }) => beyond.length,
    cell: ({ beyond }) => <span title={beyond.join(", ")}>{beyond.length}</span>,
  },
  {
    id: "broken",
    title: "Standing still",
    isRight: true,
    isMinor: true,
    sort: ({ broken }) => broken.length,
    cell: ({ broken }) => <span title={broken.join(", ")}>{broken.length}</span>,
  },
  {
    id: "furthest",
    title: "Furthest",
    cell: ({ furthest, times }) =>
      furthest === "" ? "–" : `${furthest}${times === null ? "" : ` ${number(times, 1)} ×`}`,
  },
];

function Drift({ result }: { readonly result: DriftResult }): ReactNode {
  return (
    <div className="stack" style={{ gap: 8 }}>
      <p className="soft">
        {percent(result.beyondShare)} of features and weeks lie beyond their limits; 1 % is ordinary.{" "}
        {figure(result.watched)} features are watched.
      </p>
      <Table
        label="Weeks"
        rows={result.weeks}
        columns={DRIFT}
        orderName="week"
        order={{ column: "week", isDown: true }}
        rowKey={({ toMs }) => String(toMs)}
        empty={<Empty title="No week is over yet" />}
      />
    </div>
  );
}
