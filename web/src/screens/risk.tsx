/** @file How near the edge: limits and how much of each is used, what the gate refused and why, stress. */
import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../api/client.ts";
import type { Job, Session, TradeEvent } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { money, number, percent } from "../lib/format.ts";
import { valueAt } from "../lib/schema.ts";
import { JobLine } from "../parts/job-row.tsx";
import { Badge, Bar, Page, Panel } from "../parts/panel.tsx";
import { ModeBadge, StatusBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { type Limit, limitsOf, notionalOf } from "./limits.ts";
import { NewJobButton } from "./new-job.tsx";
import { NextDay } from "./next-day.tsx";
import { Requests } from "./requests.tsx";
import { ResultView } from "./result-view.tsx";

export function Risk(): ReactNode {
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 5_000 });
  const config = useApi<{ readonly values: unknown }>("config").data?.values;
  const jobs = (useApi<{ readonly items: readonly Job[] }>("jobs", { everyMs: 5_000 }).data?.items ?? []).filter(
    ({ kind }) => kind === "stress",
  );
  const last = jobs.find(({ state }) => state === "done");
  return (
    <Page
      title="Risk"
      note="Limits hold in the engine. This page shows how much of each is used."
      actions={<NewJobButton kind="stress" label="Stress test …" look="primary" />}
    >
      <Loaded query={sessions} lines={4}>
        {({ items }) => {
          const running = items.filter(({ running: isOn }) => isOn);
          return (
            <>
              {running.length === 0 ? (
                <Panel title="Limits">
                  <Empty title="No session runs, nothing is at risk" />
                </Panel>
              ) : (
                <div className="columns">
                  {running.map((session) => (
                    <Limits key={session.id} session={session} risk={valueAt(config, "risk")} />
                  ))}
                </div>
              )}
              <div className="columns">
                {running.map((session) => (
                  <Requests key={session.id} session={session} />
                ))}
              </div>
              <NextDay />
              <Refusals sessions={items} />
            </>
          );
        }}
      </Loaded>
      <Panel title="Stress" note="crashes, gaps, dry markets: what the account would have lost">
        {jobs.length === 0 ? (
          <Empty title="No stress test has run yet" action={<NewJobButton kind="stress" label="Run one …" />} />
        ) : (
          <>
            {jobs.slice(0, 4).map((job) => (
              <JobLine key={job.id} job={job} />
            ))}
            {last !== undefined && <StressResult id={last.id} />}
          </>
        )}
      </Panel>
    </Page>
  );
}

function StressResult({ id }: { readonly id: string }): ReactNode {
  const query = useApi<{ readonly result: unknown }>(`jobs/${id}`);
  return <ResultView kind="stress" result={query.data?.result} />;
}

function limitText(value: number, unit: Limit["unit"]): string {
  return unit === "share" ? percent(value, 2) : number(value, unit === "count" ? 0 : 2);
}

function Limits({ session, risk }: { readonly session: Session; readonly risk: unknown }): ReactNode {
  const limits = limitsOf(session, risk);
  return (
    <Panel
      title={session.name}
      note={`${money(notionalOf(session), session.currency)} held`}
      actions={
        <>
          <ModeBadge mode={session.mode} />
          <StatusBadge session={session} />
        </>
      }
    >
      <ul className="stack" style={{ gap: 10 }}>
        {limits.map(({ name, used, limit, unit, hasNone }) => (
          <li key={name}>
            <div className="row spread" style={{ fontSize: 13 }}>
              <span>{name}</span>
              <span className="soft">
                {limitText(used, unit)}{" "}
                {limit === null ? (hasNone === true ? "" : "(no limit)") : `of ${limitText(limit, unit)}`}
              </span>
            </div>
            {limit !== null && <Bar share={limit === 0 ? 0 : used / limit} label={name} warnAt={0.7} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What the gate clamped, refused or dropped lately, by its code. */
function Refusals({ sessions }: { readonly sessions: readonly Session[] }): ReactNode {
  const queries = useQueries({
    queries: sessions.slice(0, 8).map(({ id }) => ({
      queryKey: [`sessions/${id}/events`, { kind: "denied", limit: 200 }],
      queryFn: () =>
        ask<{ readonly items: readonly TradeEvent[] }>(`sessions/${id}/events`, { kind: "denied", limit: 200 }),
      refetchInterval: 10_000,
    })),
  });
  const events = queries.flatMap(({ data }) => data?.items ?? []).sort((a, b) => b.atMs - a.atMs);
  const columns: readonly Column<TradeEvent>[] = [
    { id: "at", title: "When", sort: ({ atMs }) => atMs, cell: ({ atMs }) => <Moment at={atMs} precision="second" /> },
    { id: "symbol", title: "Symbol", sort: ({ symbol }) => symbol, cell: ({ symbol }) => symbol ?? "–" },
    { id: "text", title: "What the gate said", isWrapped: true, cell: ({ text }) => text },
    { id: "session", title: "Session", isMinor: true, sort: ({ session }) => session, cell: ({ session }) => session },
  ];
  return (
    <Panel title="Refused by the gate" note={<Badge>{events.length}</Badge>} isFlush>
      <Table
        label="Refusals"
        rows={events}
        columns={columns}
        orderName="denied"
        rowKey={({ session, seq }) => `${session} ${seq}`}
        empty={<Empty title="Nothing was refused" />}
      />
    </Panel>
  );
}
