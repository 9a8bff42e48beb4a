/** @file One search: its history, trials that were stopped early, what matters, the lines of its parameters, every trial. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useParams } from "wouter";
import type { Study, Trial } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { figure, span } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Badge, Bar, Facts, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { overlay } from "./difference.ts";
import { NewJobButton } from "./new-job.tsx";
import { bestSoFar, influences, isComplete, parallelOf } from "./study-figures.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));
const ParallelPlot = lazy(async () => ({ default: (await import("../charts/parallel.tsx")).ParallelPlot }));
/** Curves of trials in one picture. */
const MOST_CURVES = 40;

type Trials = { readonly study: Study; readonly items: readonly Trial[] };

export function StudyScreen(): ReactNode {
  const { id = "" } = useParams();
  const query = useApi<Trials>(`studies/${id}/trials`, { everyMs: 5_000 });
  return (
    <Loaded query={query} lines={4}>
      {({ study, items }) => <Content study={study} trials={items} />}
    </Loaded>
  );
}

function Content({ study, trials }: { readonly study: Study; readonly trials: readonly Trial[] }): ReactNode {
  const isMaximum = !/^min/i.test(study.direction);
  const done = useMemo(() => trials.filter(isComplete), [trials]);
  const x = useMemo(() => trials.map(({ number }) => number), [trials]);
  const curves = useMemo(
    () => [
      {
        label: "value",
        values: trials.map((trial) => (isComplete(trial) ? trial.value : Number.NaN)),
        kind: "bars" as const,
        color: 1,
      },
      { label: "best so far", values: bestSoFar(trials, isMaximum), kind: "step" as const, color: 0 },
    ],
    [trials, isMaximum],
  );
  return (
    <Page
      title={study.name}
      note={`${isMaximum ? "greater" : "smaller"} is better`}
      actions={<NewJobButton kind="tune" resume={study.name} label="Go on …" />}
    >
      <div className="tiles">
        <Stat
          label="Best"
          value={study.best === null ? "–" : figure(study.best.value)}
          note={study.best === null ? "no trial is complete" : `trial #${study.best.number}`}
        />
        <Stat label="Trials" value={study.trials} note={`${study.running} running`} />
        <Stat label="Complete" value={study.complete} />
        <Stat label="Stopped early" value={study.pruned} note={`${study.failed} failed`} />
      </div>
      {trials.length === 0 ? (
        <Panel title="History">
          <Empty title="No trial has begun yet" />
        </Panel>
      ) : (
        <>
          <div className="columns">
            <Panel title="History">
              <Suspense fallback={<Loading />}>
                <LineChart label="Values of the trials" axis="number" x={x} curves={curves} />
              </Suspense>
            </Panel>
            <Panel title="What goes with the value" note="rank correlation; a direction, not a cause">
              <Matters trials={trials} />
            </Panel>
          </div>
          <Intermediate trials={trials} />
          {done.length >= 3 && (
            <Panel title="Parameters" note="a line a trial; bright is the greater value">
              <Lines trials={trials} />
            </Panel>
          )}
        </>
      )}
      <Panel title="Trials" isFlush>
        <TrialTable trials={trials} best={study.best?.number} />
      </Panel>
    </Page>
  );
}

function Matters({ trials }: { readonly trials: readonly Trial[] }): ReactNode {
  const found = useMemo(() => influences(trials), [trials]);
  if (found.length === 0) return <Empty title="Needs complete trials with different parameters" />;
  return (
    <ul className="stack" style={{ gap: 8 }}>
      {found.slice(0, 10).map(({ name, correlation }) => (
        <li key={name}>
          <div className="row spread" style={{ fontSize: 13 }}>
            <span>{name}</span>
            <span className="soft">
              {correlation > 0 ? "▲" : "▼"} {figure(correlation)}
            </span>
          </div>
          <Bar share={Math.abs(correlation)} label={name} />
        </li>
      ))}
    </ul>
  );
}

function Intermediate({ trials }: { readonly trials: readonly Trial[] }): ReactNode {
  const joined = useMemo(() => {
    const shown = trials.filter(({ intermediate }) => intermediate.length > 1).slice(-MOST_CURVES);
    const { x, curves } = overlay(
      shown.map(({ intermediate }) => ({
        steps: intermediate.map(([step]) => step),
        values: intermediate.map(([, value]) => value),
      })),
    );
    return {
      x,
      curves: shown.map((trial, index) => ({
        label: `#${trial.number}`,
        values: curves[index],
        kind: trial.state.toLowerCase() === "pruned" ? ("faint" as const) : ("line" as const),
        color: index % 8,
      })),
    };
  }, [trials]);
  if (joined.curves.length === 0) return null;
  return (
    <Panel title="On the way" note="values while a trial ran; faint ones were stopped early">
      <Suspense fallback={<Loading />}>
        <LineChart label="Intermediate values" axis="number" x={joined.x} curves={joined.curves} />
      </Suspense>
    </Panel>
  );
}

function Lines({ trials }: { readonly trials: readonly Trial[] }): ReactNode {
  const { axes, rows } = useMemo(() => parallelOf(trials), [trials]);
  return (
    <Suspense fallback={<Loading />}>
      <ParallelPlot label="Parameters and value of every complete trial" axes={axes} rows={rows} />
    </Suspense>
  );
}

function TrialTable({
  trials,
  best,
}: {
  readonly trials: readonly Trial[];
  readonly best: number | undefined;
}): ReactNode {
  const [open, setOpen] = useQueryParam("trial");
  const shown = trials.find(({ number }) => String(number) === open);
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const columns: readonly Column<Trial>[] = [
    {
      id: "number",
      title: "Trial",
      sort: ({ number }) => number,
      cell: ({ number }) => (
        <Button kind="link" onClick={() => setOpen(String(number))}>
          #{number} {number === best && <Badge kind="accent">best</Badge>}
        </Button>
      ),
    },
    {
      id: "state",
      title: "State",
      sort: ({ state }) => state,
      cell: ({ state }) => (
        <Badge kind={/fail/i.test(state) ? "bad" : /run/i.test(state) ? "accent" : "plain"}>
          {state.toLowerCase()}
        </Badge>
      ),
    },
    { id: "value", title: "Value", isRight: true, sort: ({ value }) => value, cell: ({ value }) => figure(value) },
    ...names.map(
      (name): Column<Trial> => ({
        id: `p-${name}`,
        title: name,
        isRight: true,
        isMinor: true,
        sort: ({ params }) => params[name] as string | number,
        cell: ({ params }) => {
          const value = params[name];
          return typeof value === "number" ? figure(value) : textOf(value);
        },
      }),
    ),
    {
      id: "took",
      title: "Took",
      isRight: true,
      isMinor: true,
      sort: ({ startedMs, endedMs }) => (startedMs === null || endedMs === null ? null : endedMs - startedMs),
      cell: ({ startedMs, endedMs }) => (startedMs === null || endedMs === null ? "–" : span(endedMs - startedMs)),
    },
  ];
  return (
    <>
      <Table
        label="Trials"
        rows={trials}
        columns={columns}
        order={{ column: "number", isDown: true }}
        rowKey={({ number }) => String(number)}
        onOpen={({ number }) => setOpen(String(number))}
        empty={<Empty title="No trial has begun yet" />}
      />
      {shown !== undefined && <TrialDrawer trial={shown} onClose={() => setOpen(null)} />}
    </>
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function TrialDrawer({ trial, onClose }: { readonly trial: Trial; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title={`Trial #${trial.number}`} shape="drawer" onClose={onClose}>
      <Facts
        rows={[
          ["State", trial.state.toLowerCase()],
          ["Value", figure(trial.value)],
          ["Began", <Moment key="began" at={trial.startedMs} precision="second" />],
          ["Ended", <Moment key="ended" at={trial.endedMs} precision="second" />],
          ...(trial.error === null
            ? []
            : [
                [
                  "Error",
                  <span key="error" className="down">
                    {trial.error}
                  </span>,
                ] as const,
              ]),
        ]}
      />
      <h3>Parameters</h3>
      <Facts
        rows={Object.entries(trial.params).map(
          ([name, value]) => [name, typeof value === "number" ? String(value) : JSON.stringify(value)] as const,
        )}
      />
    </Dialog>
  );
}
