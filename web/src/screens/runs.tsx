/** @file What trains and what was trained: begin, stop, go on, and choose some to compare. */
import { type ReactNode, useState } from "react";
import { Link, useLocation } from "wouter";
import type { Job, Run } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { number, percent } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { isAtWork, JobLine } from "../parts/job-row.tsx";
import { Badge, Bar, CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Age } from "../parts/time.tsx";
import { useStopJob } from "./jobs.tsx";
import { NewJobButton, NewJobDialog } from "./new-job.tsx";

export function RunState({ state }: { readonly state: string }): ReactNode {
  const kind = state === "training" ? "accent" : state === "made" ? "good" : state === "unreadable" ? "bad" : "plain";
  return <Badge kind={kind}>{state === "waiting" ? "waiting: can go on" : state}</Badge>;
}

export function Runs(): ReactNode {
  const runs = useApi<{ readonly items: readonly Run[] }>("runs", { everyMs: 5_000 });
  const jobs = useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 2_000 });
  const stop = useStopJob();
  const [created, setCreated] = useQueryParam("new");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [, navigate] = useLocation();
  const atWork = (jobs.data?.items ?? []).filter(
    (job) => isAtWork(job) && (job.kind === "train" || job.kind === "tune"),
  );
  const [sought, setSought] = useQueryParam("find");
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <Page
      title="Trainings"
      actions={
        <>
          <Button
            disabled={chosen.size < 2}
            title={chosen.size < 2 ? "Choose two or more runs" : undefined}
            onClick={() => navigate(`/compare?runs=${[...chosen].map(encodeURIComponent).join(",")}`)}
          >
            Compare {chosen.size === 0 ? "" : chosen.size}
          </Button>
          <Button kind="primary" onClick={() => setCreated("train")}>
            Start a training …
          </Button>
        </>
      }
    >
      {created === "train" && <NewJobDialog kind="train" onClose={() => setCreated(null)} />}
      {atWork.length > 0 && (
        <Panel title="At work">
          {atWork.map((job) => (
            <div key={job.id} className="row">
              <JobLine job={job} />
              <Button small disabled={job.state !== "running"} onClick={() => void stop(job)}>
                Stop
              </Button>
            </div>
          ))}
        </Panel>
      )}
      <Panel
        title="Runs"
        note="on disk; a run that was stopped goes on where it was"
        isFlush
        actions={
          <>
            <Inline label="Find">
              {(id) => (
                <input
                  id={id}
                  type="search"
                  size={14}
                  placeholder="name, market, state"
                  value={sought ?? ""}
                  onChange={(event) => setSought(event.target.value === "" ? null : event.target.value)}
                />
              )}
            </Inline>
            <Button
              small
              onClick={() => {
                const found = (runs.data?.items ?? []).filter((run) => isFound(run, sought)).map(({ id }) => id);
                setChosen(new Set(found.every((id) => chosen.has(id)) ? [] : [...chosen, ...found]));
              }}
            >
              Choose all that are shown
            </Button>
          </>
        }
      >
        <Loaded query={runs} lines={4}>
          {({ items }) => (
            <RunTable
              runs={items.filter((run) => isFound(run, sought))}
              chosen={chosen}
              onToggle={toggle}
              sought={sought}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

/** Every word of what is sought is somewhere in what the row shows. */
export function isFound({ id, state, encoder, symbols, timeframe }: Run, sought: string | null): boolean {
  const text = [id, state, encoder ?? "", ...symbols, timeframe ?? ""].join(" ").toLowerCase();
  return (sought ?? "")
    .toLowerCase()
    .split(" ")
    .every((word) => text.includes(word));
}

function RunTable({
  runs,
  chosen,
  onToggle,
  sought,
}: {
  readonly sought: string | null;
  readonly runs: readonly Run[];
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
}): ReactNode {
  const columns: readonly Column<Run>[] = [
    {
      id: "id",
      title: "Run",
      sort: ({ id }) => id,
      cell: ({ id }) => (
        <span className="row" style={{ flexWrap: "nowrap" }}>
          <input type="checkbox" aria-label={`Choose ${id}`} checked={chosen.has(id)} onChange={() => onToggle(id)} />
          <Link to={`/runs/${encodeURIComponent(id)}`}>{id}</Link>
        </span>
      ),
    },
    { id: "state", title: "State", sort: ({ state }) => state, cell: ({ state }) => <RunState state={state} /> },
    {
      id: "steps",
      title: "Steps",
      isRight: true,
      sort: ({ steps }) => steps,
      cell: ({ steps, totalSteps, id }) =>
        steps === null ? (
          "–"
        ) : (
          <div style={{ minWidth: 130 }}>
            {number(steps, 0)}{" "}
            {totalSteps !== null && <span className="muted">({percent(steps / totalSteps, 0)})</span>}
            {totalSteps !== null && totalSteps > 0 && <Bar share={steps / totalSteps} label={`${id}: steps`} />}
          </div>
        ),
    },
    { id: "encoder", title: "Network", sort: ({ encoder }) => encoder, cell: ({ encoder }) => encoder ?? "–" },
    {
      id: "symbols",
      title: "Market",
      isMinor: true,
      cell: ({ symbols, timeframe }) =>
        `${symbols.slice(0, 3).join(", ")}${symbols.length > 3 ? ` +${symbols.length - 3}` : ""} · ${timeframe ?? "–"}`,
    },
    { id: "saved", title: "Saved", sort: ({ savedMs }) => savedMs, cell: ({ savedMs }) => <Age at={savedMs} /> },
    {
      id: "resume",
      title: "",
      cell: ({ id, state }) => (state === "waiting" ? <NewJobButton kind="train" resume={id} label="Go on …" /> : null),
    },
  ];
  return (
    <Table
      label="Runs"
      rows={runs}
      columns={columns}
      order={{ column: "saved", isDown: true }}
      rowKey={({ id }) => id}
      empty={
        sought !== null ? (
          <Empty title={`No run has "${sought}" in it`} />
        ) : (
          <Empty title="No training has run yet">
            <p>A training learns a policy from the candles of its range; it shows here while it runs.</p>
            <CommandLine line="tidemark train" />
          </Empty>
        )
      }
    />
  );
}
