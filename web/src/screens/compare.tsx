/** @file Runs over each other: a curve of each, their values at a step, and only the settings that differ. */
import { useQueries } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { Link } from "wouter";
import { askBytes } from "../api/client.ts";
import { type Columns, decodeColumns, type Run, type RunComparison } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { figure, number } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { Page, Panel } from "../parts/panel.tsx";
import { Empty, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { overlay, settingRows, sortKey, valueAtStep } from "./difference.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));
/** Curves in one picture; more can't be told apart. */
const MOST_CURVES = 8;
/** Buttons that leave a run out. */
const MOST_NAMED = 24;

export function Compare(): ReactNode {
  const query = useApi<{ readonly items: readonly Run[] }>("runs");
  const [wanted, setWanted] = useQueryParam("runs");
  const ids = (wanted ?? "").split(",").filter((id) => id !== "");
  return (
    <Page title="Compare runs" note="What changed, and what came of it.">
      <Loaded query={query} lines={4}>
        {({ items }) => {
          const byId = new Map(items.map((run) => [run.id, run]));
          const chosen = ids.flatMap((id) => byId.get(id) ?? []);
          return (
            <>
              <Panel title="Runs" note={`${chosen.length} chosen`}>
                <div className="row">
                  {chosen.slice(0, MOST_NAMED).map((run) => (
                    <Button
                      key={run.id}
                      small
                      aria-label={`Leave ${run.id} out`}
                      onClick={() => setWanted(ids.filter((id) => id !== run.id).join(","))}
                    >
                      {run.id} ✕
                    </Button>
                  ))}
                  {chosen.length > MOST_NAMED && <span className="muted">and {chosen.length - MOST_NAMED} more</span>}
                  <Inline label="Add">
                    {(id) => (
                      <select id={id} value="" onChange={(event) => setWanted([...ids, event.target.value].join(","))}>
                        <option value="">a run …</option>
                        {items
                          .filter((run) => !ids.includes(run.id))
                          .map((run) => (
                            <option key={run.id}>{run.id}</option>
                          ))}
                      </select>
                    )}
                  </Inline>
                </div>
              </Panel>
              {chosen.length < 2 ? (
                <Panel title="Curves">
                  <Empty title="Choose two runs or more">
                    <p>
                      Add them above, or mark them in <Link to="/runs">Trainings</Link>.
                    </p>
                  </Empty>
                </Panel>
              ) : (
                <Chosen runs={chosen} />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Chosen({ runs }: { readonly runs: readonly Run[] }): ReactNode {
  // More curves can't be told apart, and those of hundreds would be tens of megabytes.
  const drawn = runs.slice(0, MOST_CURVES);
  const metrics = useQueries({
    queries: drawn.map(({ id }) => ({
      queryKey: [`runs/${encodeURIComponent(id)}/metrics`, {}],
      queryFn: async () => decodeColumns(await askBytes(`runs/${encodeURIComponent(id)}/metrics`)),
      structuralSharing: false as const,
    })),
  });
  const columns = metrics.map(({ data }) => data);
  if (columns.some((one) => one === undefined)) return <Loading lines={4} />;
  return (
    <>
      <Curves runs={drawn} of={runs.length} columns={columns as readonly Columns[]} />
      <Settings runs={runs} />
    </>
  );
}

function Curves({
  runs,
  of,
  columns,
}: {
  readonly runs: readonly Run[];
  /** Of so many that are compared. */
  readonly of: number;
  readonly columns: readonly Columns[];
}): ReactNode {
  const names = [...new Set(columns.flatMap((one) => Object.keys(one)))].filter((name) => name !== "step").sort();
  const [wanted, setWanted] = useQueryParam("curve");
  const name =
    wanted !== null && names.includes(wanted)
      ? wanted
      : (names.find((one) => one === "rollout/episodeReturn") ?? names[0] ?? "");
  const last = Math.max(0, ...columns.map((one) => one["step"]?.at(-1) ?? 0));
  const [step, setStep] = useState("");
  const at = step === "" ? last : Number(step);
  const joined = useMemo(
    () => overlay(columns.map((one) => ({ steps: one["step"] ?? [], values: one[name] ?? [] }))),
    [columns, name],
  );
  return (
    <>
      <Panel
        title="Curve"
        note={of > runs.length ? `the first ${runs.length} of ${of}` : undefined}
        actions={
          <Inline label="Of">
            {(id) => (
              <select id={id} value={name} onChange={(event) => setWanted(event.target.value)}>
                {names.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Inline>
        }
      >
        <Suspense fallback={<Loading />}>
          <LineChart
            label={`${name} of ${runs.length} runs`}
            axis="number"
            x={joined.x}
            height={280}
            curves={runs.map(({ id }, index) => ({ label: id, values: joined.curves[index] }))}
          />
        </Suspense>
      </Panel>
      <Panel
        title="At a step"
        isFlush
        actions={
          <Inline label="Step">
            {(id) => (
              <input
                id={id}
                inputMode="numeric"
                size={10}
                placeholder={number(last, 0)}
                value={step}
                onChange={(event) => setStep(event.target.value)}
              />
            )}
          </Inline>
        }
      >
        <AtStep runs={runs} columns={columns} names={names} step={Number.isFinite(at) ? at : last} />
      </Panel>
    </>
  );
}

function AtStep({
  runs,
  columns,
  names,
  step,
}: {
  readonly runs: readonly Run[];
  readonly columns: readonly Columns[];
  readonly names: readonly string[];
  readonly step: number;
}): ReactNode {
  const table: readonly Column<string>[] = [
    { id: "name", title: "Curve", sort: (name) => name, cell: (name) => name },
    ...runs.map(
      ({ id }, index): Column<string> => ({
        id,
        title: id,
        isRight: true,
        cell: (name) => figure(valueAtStep(columns[index]["step"] ?? [], columns[index][name] ?? [], step)),
      }),
    ),
  ];
  return (
    <Table
      label="Values at a step"
      rows={names}
      columns={table}
      orderName="at"
      rowKey={(name) => name}
      empty={<Empty title="No curve was written" />}
    />
  );
}

/** Beside so many runs a setting has a row of its own; more runs have a row each, to be sorted and found. */
const MOST_COLUMNS = MOST_CURVES;

function Settings({ runs }: { readonly runs: readonly Run[] }): ReactNode {
  const [all, setAll] = useQueryParam("all");
  const params = { runs: runs.map(({ id }) => id).join(","), ...(all === "yes" ? { all } : {}) };
  const query = useApi<RunComparison>("run-settings", { params });
  const [sought, setSought] = useQueryParam("find");
  const differing = (query.data?.items ?? []).filter(({ differs }) => differs).length;
  const isLong = runs.length > MOST_COLUMNS;
  return (
    <Panel
      title="Settings"
      note={query.data === undefined ? undefined : `${differing} of ${query.data.settings} differ`}
      isFlush
      actions={
        <>
          {isLong && (
            <Inline label="Find">
              {(id) => (
                <input
                  id={id}
                  type="search"
                  size={14}
                  placeholder="a run, a value"
                  value={sought ?? ""}
                  onChange={(event) => setSought(event.target.value === "" ? null : event.target.value)}
                />
              )}
            </Inline>
          )}
          <Inline label="Equal ones too">
            {(id) => (
              <input
                id={id}
                type="checkbox"
                checked={all === "yes"}
                onChange={(event) => setAll(event.target.checked ? "yes" : null)}
              />
            )}
          </Inline>
        </>
      }
    >
      <Loaded query={query} lines={4}>
        {(compared) =>
          isLong ? (
            <ByRun compared={compared} sought={sought} />
          ) : (
            <BySetting compared={compared} isAll={all === "yes"} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function BySetting({ compared, isAll }: { readonly compared: RunComparison; readonly isAll: boolean }): ReactNode {
  type Row = RunComparison["items"][number];
  const table: readonly Column<Row>[] = [
    {
      id: "key",
      title: "Setting",
      sort: ({ key }) => key,
      cell: ({ key, differs }) => (differs && isAll ? <strong>{key}</strong> : key),
    },
    ...compared.runs.map(
      (id, index): Column<Row> => ({
        id,
        title: id,
        isRight: true,
        cell: ({ values }) => <span className="mono">{values[index]}</span>,
      }),
    ),
  ];
  return (
    <Table
      label="Settings of the runs"
      rows={compared.items}
      columns={table}
      orderName="settings"
      rowKey={({ key }) => key}
      empty={<Empty title="Their settings are equal" />}
    />
  );
}

function ByRun({ compared, sought }: { readonly compared: RunComparison; readonly sought: string | null }): ReactNode {
  const rows = useMemo(() => settingRows(compared, sought), [compared, sought]);
  type Row = (typeof rows)[number];
  const table = useMemo(
    (): readonly Column<Row>[] => [
      {
        id: "run",
        title: "Run",
        sort: ({ id }) => id,
        cell: ({ id }) => <Link to={`/runs/${encodeURIComponent(id)}`}>{id}</Link>,
      },
      ...compared.items.map(
        ({ key }, index): Column<Row> => ({
          id: key,
          title: key,
          isRight: true,
          sort: ({ values }) => sortKey(values[index]),
          cell: ({ values }) => <span className="mono">{values[index]}</span>,
        }),
      ),
    ],
    [compared],
  );
  return (
    <Table
      label="Settings of the runs"
      rows={rows}
      columns={table}
      orderName="settings"
      rowKey={({ id }) => id}
      empty={<Empty title={sought === null ? "Their settings are equal" : `No run has "${sought}" in it`} />}
    />
  );
}
