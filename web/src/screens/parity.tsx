/** @file Does trading equal the test: one model's sessions beside its newest report, each curve from the same start. */
import { useQueries } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { ask, askBytes } from "../api/client.ts";
import { type Columns, decodeColumns, type History, type Model, type Report, type Session } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { depth, figure, percent } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Percent } from "../parts/amount.tsx";
import { Inline } from "../parts/field.tsx";
import { CommandLine, Page, Panel } from "../parts/panel.tsx";
import { ModeBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { overlay } from "./difference.ts";
import { NewJobButton } from "./new-job.tsx";
import { Causes } from "./parity-causes.tsx";
import { deepestFall, growth } from "./parity-figures.ts";

const DAY_MS = 86_400_000;
const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));

export function Parity(): ReactNode {
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 10_000 });
  const models = useApi<{ readonly items: readonly Model[] }>("models").data?.items ?? [];
  const reports = useApi<{ readonly items: readonly Report[] }>("reports").data?.items ?? [];
  const [wanted, setWanted] = useQueryParam("model");
  return (
    <Loaded query={sessions} lines={4}>
      {({ items }) => {
        const names = [...new Set(items.map(({ model }) => model))];
        const model = wanted !== null && names.includes(wanted) ? wanted : names[0];
        if (model === undefined)
          return (
            <Page title="Parity">
              <Panel title="Sessions">
                <Empty title="No model has traded yet">
                  <p>When one has, its paper and live curves stand beside its backtest here.</p>
                  <CommandLine line="tidemark verify parity" />
                </Empty>
              </Panel>
            </Page>
          );
        const own = items.filter((session) => session.model === model);
        return (
          <Page
            title="Parity"
            note="The same model in test and in trading. Apart means costs, fills or missed decisions that the simulator doesn't know."
            actions={
              <Inline label="Model">
                {(id) => (
                  <select id={id} value={model} onChange={(event) => setWanted(event.target.value)}>
                    {names.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                )}
              </Inline>
            }
          >
            <Curves
              records={[
                ...reports
                  .filter((report) => report.model?.replace("@", "/") === model)
                  .slice(0, 1)
                  .map(({ id }) => ({ name: `test ${id}`, path: `reports/${encodeURIComponent(id)}/equity` })),
                ...own.map(({ id }) => ({ name: id, path: `sessions/${id}/equity` })),
              ]}
            />
            <Panel title="Side by side" isFlush>
              <Beside
                sessions={own}
                model={models.find(({ id }) => id === model)}
                report={reports.find((report) => report.model?.replace("@", "/") === model)}
              />
            </Panel>
            <Causes
              records={[
                ...reports.filter((report) => report.model?.replace("@", "/") === model).map(({ id }) => id),
                ...own.map(({ id }) => id),
              ]}
            />
            <Panel
              title="To the last digit"
              note="the environment that trains, the backtest and the paper engine make the same fills"
              actions={
                <>
                  <Link to="/results?kind=parity">What was found</Link>
                  <NewJobButton kind="verify-parity" model={model} label="Check …" />
                </>
              }
            >
              <CommandLine line={`tidemark verify parity --model ${model}`} />
            </Panel>
          </Page>
        );
      }}
    </Loaded>
  );
}

type Recorded = { readonly name: string; readonly path: string };

/** The curve at each address; undefined until all are there. */
function useCurves(paths: readonly string[]): readonly Columns[] | undefined {
  return useQueries({
    queries: paths.map((path) => ({
      queryKey: [path, {}],
      queryFn: async () => decodeColumns(await askBytes(path)),
      structuralSharing: false as const,
    })),
    combine: (results) => {
      const all = results.flatMap(({ data }) => (data === undefined ? [] : [data]));
      return all.length === results.length ? all : undefined;
    },
  });
}

/** Totals of each session's closed trades, by its id. */
function useTotals(sessions: readonly Session[]): ReadonlyMap<string, History["totals"]> {
  const results = useQueries({
    queries: sessions.map(({ id, mode, assetClasses }) => ({
      queryKey: [`history/${assetClasses[0]}/${mode}`, { session: id, limit: 1 }],
      queryFn: () => ask<History>(`history/${assetClasses[0]}/${mode}`, { session: id, limit: 1 }),
      enabled: assetClasses.length > 0,
    })),
  });
  return new Map(
    results.flatMap(({ data }, at) => (data === undefined ? [] : [[sessions[at].id, data.totals] as const])),
  );
}

function Curves({ records }: { readonly records: readonly Recorded[] }): ReactNode {
  const columns = useCurves(records.map(({ path }) => path));
  const joined = useMemo(
    () =>
      columns === undefined
        ? undefined
        : overlay(
            columns.map((one) => ({
              // Days since its own start: a test and a session lie years apart.
              steps: one["timeMs"].map((ms) => (ms - one["timeMs"][0]) / DAY_MS),
              values: growth(one["equity"]),
            })),
          ),
    [columns],
  );
  if (joined === undefined) return <Loading />;
  if (joined.x.length < 2) return null;
  return (
    <Panel title="Growth of one unit" note="by days since the start of each">
      <Suspense fallback={<Loading />}>
        <LineChart
          label="Growth of one unit"
          axis="number"
          unit="day"
          x={joined.x}
          places={4}
          curves={records.map(({ name }, index) => ({ label: name, values: joined.curves[index] }))}
        />
      </Suspense>
    </Panel>
  );
}

type Row = {
  readonly name: string;
  readonly mode: "paper" | "live" | "test";
  readonly totalReturn: number | null;
  readonly winRate: number | null;
  readonly fees: number | null;
  readonly maxDrawdown: number | null;
  readonly trades: number | null;
};

function Beside({
  sessions,
  model,
  report,
}: {
  readonly sessions: readonly Session[];
  readonly model: Model | undefined;
  readonly report: Report | undefined;
}): ReactNode {
  const curves = useCurves(sessions.map(({ id }) => `sessions/${id}/equity`));
  const totals = useTotals(sessions);
  const rows: readonly Row[] = [
    ...(report === undefined
      ? []
      : [
          {
            name: `report ${report.id}`,
            mode: "test" as const,
            totalReturn: report.policy.totalReturn,
            winRate: report.policy.winRate,
            fees: null,
            maxDrawdown: report.policy.maxDrawdown,
            trades: report.policy.trades,
          },
        ]),
    ...sessions.map(
      (session, at): Row => ({
        name: session.id,
        mode: session.mode,
        totalReturn: Number(session.equity) / Number(session.initialBalance) - 1,
        winRate: totals.get(session.id)?.winRate ?? null,
        fees: Number(session.fees) / Number(session.initialBalance),
        maxDrawdown: curves === undefined ? null : deepestFall(curves[at]["equity"]),
        trades: totals.get(session.id)?.trades ?? null,
      }),
    ),
  ];
  const columns: readonly Column<Row>[] = [
    { id: "name", title: "Where", cell: ({ name }) => name },
    { id: "mode", title: "Mode", cell: ({ mode }) => (mode === "test" ? "test" : <ModeBadge mode={mode} />) },
    {
      id: "return",
      title: "Return",
      isRight: true,
      sort: ({ totalReturn }) => totalReturn,
      cell: ({ totalReturn }) => <Percent value={totalReturn} />,
    },
    { id: "fees", title: "Fees, of the start", isRight: true, cell: ({ fees }) => percent(fees, 2) },
    { id: "win", title: "Win rate", isRight: true, cell: ({ winRate }) => percent(winRate) },
    {
      id: "drawdown",
      title: "Drawdown",
      isRight: true,
      isMinor: true,
      cell: ({ maxDrawdown }) => percent(depth(maxDrawdown)),
    },
    { id: "trades", title: "Trades", isRight: true, isMinor: true, cell: ({ trades }) => figure(trades) },
  ];
  return (
    <Table
      label="Test and trading"
      rows={rows}
      columns={columns}
      rowKey={({ name }) => name}
      empty={<Empty title={model === undefined ? "The model's files are gone" : "Nothing to compare yet"} />}
    />
  );
}
