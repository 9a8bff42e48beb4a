/** @file One verdict: promotable or not, each condition with its figure, the baselines, and the whole report in a sandbox. */
import { lazy, type ReactNode, Suspense } from "react";
import { Link, useParams } from "wouter";
import type { Report } from "../api/contract.ts";
import { useApi, useColumns } from "../api/queries.ts";
import { depth, figure, percent, ratio } from "../lib/format.ts";
import { Percent } from "../parts/amount.tsx";
import { Badge, CommandLine, Facts, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { WholePage } from "../parts/whole-page.tsx";
import { StandingBadge } from "./strategies.tsx";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));

export function ReportScreen(): ReactNode {
  const { id = "" } = useParams();
  const query = useApi<Report>(`reports/${encodeURIComponent(id)}`);
  return (
    <Loaded query={query} lines={4}>
      {(report) => <Content report={report} />}
    </Loaded>
  );
}

function Content({ report }: { readonly report: Report }): ReactNode {
  const { policy, verdict } = report;
  return (
    <Page
      title={policy.name}
      note={
        <>
          <Moment at={report.madeMs} /> · {report.symbols.join(", ")} · {report.timeframe}
        </>
      }
      actions={
        <>
          {report.synthetic && <Badge kind="warn">made-up prices</Badge>}
          <StandingBadge standing={verdict.standing} />
        </>
      }
    >
      <Panel title={verdict.headline}>
        <div className="stack" style={{ gap: 12 }}>
          {verdict.sentences.map((sentence) => (
            <p key={sentence} className="soft">
              {sentence}
            </p>
          ))}
          <ul className="stack" style={{ gap: 6 }}>
            {verdict.conditions.map(({ name, passed, text }) => (
              <li key={name} className="row">
                <Badge kind={passed === null ? "plain" : passed ? "good" : "bad"}>
                  {passed === null ? "? not known" : passed ? "✓ met" : "✕ not met"}
                </Badge>
                <strong>{name}</strong>
                <span className="soft">{text}</span>
              </li>
            ))}
          </ul>
        </div>
      </Panel>
      <div className="tiles">
        <Stat label="Return" value={<Percent value={policy.totalReturn} />} />
        <Stat label="Sharpe ratio" value={ratio(policy.sharpe)} />
        <Stat label="Greatest drawdown" value={percent(depth(policy.maxDrawdown))} />
        <Stat label="Trades" value={figure(policy.trades)} note={`${percent(policy.winRate)} won`} />
      </div>
      <Growth id={report.id} />
      <Panel title="Beside its baselines" isFlush>
        <Baselines report={report} />
      </Panel>
      <WholePage
        of={`reports/${encodeURIComponent(report.id)}`}
        name={policy.name}
        about="Equity, drawdown, months, costs, trades: as the command line wrote it."
      />
      <Panel title="To repeat it">
        <Facts
          rows={[
            [
              "Model",
              report.model === null ? (
                "none: a rule"
              ) : (
                <Link key="model" to={`/models/${report.model.split("/")[0]}`}>
                  {report.model}
                </Link>
              ),
            ],
            [
              "Hash of its trades",
              <span key="hash" className="mono">
                {report.tradeHash}
              </span>,
            ],
          ]}
        />
        <CommandLine line={`tidemark report show ${report.id}`} />
      </Panel>
    </Page>
  );
}

function Growth({ id }: { readonly id: string }): ReactNode {
  const query = useColumns(`reports/${encodeURIComponent(id)}/equity`);
  return (
    <Panel title="Growth of one unit" note="after every cost, on bars that the training never saw">
      <Loaded query={query}>
        {({ timeMs, equity }) => (
          <Suspense fallback={<Loading />}>
            <LineChart
              label="Growth of one unit"
              x={timeMs}
              height={200}
              places={4}
              curves={[{ label: "equity", values: equity, kind: "area" }]}
            />
          </Suspense>
        )}
      </Loaded>
    </Panel>
  );
}

type Row = Report["policy"] & { readonly isPolicy: boolean };

function Baselines({ report }: { readonly report: Report }): ReactNode {
  const rows: readonly Row[] = [
    { ...report.policy, isPolicy: true },
    ...report.baselines.map((one) => ({ ...one, isPolicy: false })),
  ];
  const columns: readonly Column<Row>[] = [
    {
      id: "name",
      title: "Strategy",
      sort: ({ name }) => name,
      cell: ({ name, isPolicy }) => (isPolicy ? <strong>{name}</strong> : name),
    },
    {
      id: "return",
      title: "Return",
      isRight: true,
      sort: ({ totalReturn }) => totalReturn,
      cell: ({ totalReturn }) => <Percent value={totalReturn} />,
    },
    {
      id: "sharpe",
      title: "Sharpe",
      isRight: true,
      sort: ({ sharpe }) => sharpe,
      cell: ({ sharpe }) => ratio(sharpe),
    },
    {
      id: "drawdown",
      title: "Drawdown",
      isRight: true,
      sort: ({ maxDrawdown }) => maxDrawdown,
      cell: ({ maxDrawdown }) => percent(depth(maxDrawdown)),
    },
    {
      id: "trades",
      title: "Trades",
      isRight: true,
      isMinor: true,
      sort: ({ trades }) => trades,
      cell: ({ trades }) => figure(trades),
    },
    {
      id: "win",
      title: "Win rate",
      isRight: true,
      isMinor: true,
      sort: ({ winRate }) => winRate,
      cell: ({ winRate }) => percent(winRate),
    },
  ];
  return (
    <Table
      label="Baselines"
      rows={rows}
      columns={columns}
      rowKey={({ name, isPolicy }) => `${name} ${isPolicy}`}
      isChosen={({ isPolicy }) => isPolicy}
      empty={<Empty title="No baseline ran" />}
    />
  );
}
