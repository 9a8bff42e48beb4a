/** @file Walk-forwards, splits, stress, bias, drift and parity: listed by kind, opened, and laid side by side. */
import { useQueries } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { Link, useLocation, useParams } from "wouter";
import { ask } from "../api/client.ts";
import type { Result } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Segments } from "../parts/field.tsx";
import { CommandLine, Page, Panel, Stat } from "../parts/panel.tsx";
import { Empty, Failure, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { WholePage } from "../parts/whole-page.tsx";
import { overlay } from "./difference.ts";
import { NewJobButton } from "./new-job.tsx";
import { type FigureRow, figureName, figureText, KIND_WORDS, sideBySide } from "./result-figures.ts";
import { ResultView } from "./result-view.tsx";
import { walkOf } from "./results.ts";

const LineChart = lazy(async () => ({ default: (await import("../charts/line-chart.tsx")).LineChart }));
const ALL = "all";

type Listed = {
  readonly items: readonly Result[];
  readonly unreadable: readonly { readonly id: string; readonly error: string }[];
};
type Detail = { readonly result: Result; readonly data: Readonly<Record<string, unknown>> };

export function Results(): ReactNode {
  const query = useApi<Listed>("results", { everyMs: 15_000 });
  const [kind, setKind] = useQueryParam("kind");
  const [compared, setCompared] = useQueryParam("compare");
  const chosen = (compared ?? "").split(",").filter((id) => id !== "");
  return (
    <Page
      title="Results"
      note="What judges beyond one backtest, wherever it was started: here, or on a terminal."
      actions={
        <>
          <NewJobButton kind="stress" label="Stress …" />
          <NewJobButton kind="walkforward" label="Walk-forward …" look="primary" />
        </>
      }
    >
      <Loaded query={query} lines={4}>
        {({ items, unreadable }) => {
          const kinds = [...new Set(items.map((one) => one.kind))];
          const shown = items.filter((one) => kind === null || one.kind === kind);
          const beside = chosen.flatMap((id) => items.filter((one) => one.id === id));
          return (
            <>
              {unreadable.map(({ id, error }) => (
                <Failure key={id} error={new Error(`${id} can't be read: ${error}`)} />
              ))}
              {kinds.length > 1 && (
                <div className="row">
                  <Segments
                    label="Kind"
                    value={kind ?? ALL}
                    choices={[
                      { value: ALL, label: "All" },
                      ...kinds.map((value) => ({ value, label: KIND_WORDS[value] })),
                    ]}
                    onChange={(value) => setKind(value === ALL ? null : value)}
                  />
                </div>
              )}
              {beside.length > 1 && <Beside results={beside} onClose={() => setCompared(null)} />}
              <Panel
                title="All"
                note={chosen.length === 1 ? "mark another one to lay them side by side" : `${shown.length}`}
                isFlush
              >
                <List
                  results={shown}
                  chosen={chosen}
                  onToggle={(id) => {
                    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
                    setCompared(next.join(","));
                  }}
                />
              </Panel>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function List({
  results,
  chosen,
  onToggle,
}: {
  readonly results: readonly Result[];
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
}): ReactNode {
  const [, navigate] = useLocation();
  const columns: readonly Column<Result>[] = [
    {
      id: "choose",
      title: "",
      cell: ({ id }) => (
        <input
          type="checkbox"
          aria-label={`Compare ${id}`}
          checked={chosen.includes(id)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => onToggle(id)}
        />
      ),
    },
    {
      id: "made",
      title: "Made",
      sort: ({ madeMs }) => madeMs,
      cell: ({ id, madeMs }) => (
        <Link to={`/results/${id}`}>
          <Moment at={madeMs} />
        </Link>
      ),
    },
    { id: "kind", title: "Kind", isMinor: true, sort: ({ kind }) => kind, cell: ({ kind }) => KIND_WORDS[kind] },
    { id: "name", title: "Of", isMinor: true, sort: ({ name }) => name, cell: ({ name }) => name },
    { id: "headline", title: "Found", isWrapped: true, cell: ({ headline }) => headline },
  ];
  return (
    <Table
      label="Results"
      rows={results}
      columns={columns}
      order={{ column: "made", isDown: true }}
      rowKey={({ id }) => id}
      onOpen={({ id }) => navigate(`/results/${id}`)}
      isChosen={({ id }) => chosen.includes(id)}
      empty={
        <Empty title="Nothing was judged beyond a backtest yet">
          <CommandLine line="tidemark walkforward --strategy sma-cross" />
        </Empty>
      }
    />
  );
}

function Beside({
  results,
  onClose,
}: {
  readonly results: readonly Result[];
  readonly onClose: () => void;
}): ReactNode {
  const columns: readonly Column<FigureRow>[] = [
    {
      id: "figure",
      title: "Figure",
      cell: ({ key, differs }) => (differs ? <strong>{figureName(key)}</strong> : figureName(key)),
    },
    ...results.map(
      (result, at): Column<FigureRow> => ({
        id: result.id,
        title: `${at + 1}: ${KIND_WORDS[result.kind]} ${result.name}`,
        isRight: true,
        cell: ({ key, values }) => figureText(key, values[at]),
      }),
    ),
  ];
  return (
    <>
      <Panel
        title="Side by side"
        note="what differs is bold"
        actions={<Button onClick={onClose}>Close</Button>}
        isFlush
      >
        <Table
          label="Side by side"
          rows={sideBySide(results)}
          columns={columns}
          orderName="beside"
          rowKey={({ key }) => key}
          empty={<Empty title="They have no figure" />}
        />
      </Panel>
      <Curves results={results.filter(({ kind }) => kind === "walkforward")} />
    </>
  );
}

/** Equity of walk-forwards over each other, each from one. */
function Curves({ results }: { readonly results: readonly Result[] }): ReactNode {
  const details = useQueries({
    queries: results.map(({ id }) => ({
      queryKey: [`results/${id}`, {}],
      queryFn: () => ask<Detail>(`results/${encodeURIComponent(id)}`),
    })),
    combine: (all) => all.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  const joined = useMemo(
    () =>
      overlay(
        details.map(({ data }) => {
          const { timesMs = [], equity = [] } = walkOf(data) ?? {};
          return { steps: timesMs, values: equity.map((value) => value / equity[0]) };
        }),
      ),
    [details],
  );
  if (results.length < 2) return null;
  if (details.length < results.length) return <Loading />;
  return (
    <Panel title="Growth of one unit" note="on windows that had not been seen">
      <Suspense fallback={<Loading />}>
        <LineChart
          label="Growth of one unit"
          x={joined.x}
          places={4}
          curves={details.map(({ result }, at) => ({
            label: `${at + 1}: ${result.name}`,
            values: joined.curves[at],
          }))}
        />
      </Suspense>
    </Panel>
  );
}

export function ResultScreen(): ReactNode {
  const { id = "" } = useParams();
  const query = useApi<Detail>(`results/${encodeURIComponent(id)}`);
  return (
    <Loaded query={query} lines={4}>
      {({ result, data }) => (
        <Page
          title={`${KIND_WORDS[result.kind]} of ${result.name}`}
          note={<Moment at={result.madeMs} />}
          actions={<Link to={`/results?compare=${encodeURIComponent(result.id)}`}>Compare …</Link>}
        >
          <Panel title={result.headline === "" ? "What it found" : result.headline}>
            <div className="tiles">
              {Object.entries(result.figures).map(([key, value]) => (
                <Stat key={key} label={figureName(key)} value={figureText(key, value)} />
              ))}
            </div>
          </Panel>
          <Panel title="In detail">
            <ResultView kind={result.kind} result={data} />
          </Panel>
          {result.hasPage && (
            <WholePage
              of={`results/${encodeURIComponent(result.id)}`}
              name={result.name}
              about="As the command line wrote it."
            />
          )}
        </Page>
      )}
    </Loaded>
  );
}
