/** @file Searches for settings: where each stands and what it has found. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { Study } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { figure } from "../lib/format.ts";
import { CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { NewJobButton } from "./new-job.tsx";

export function Studies(): ReactNode {
  const query = useApi<{ readonly items: readonly Study[] }>("studies", { everyMs: 5_000 });
  const [, navigate] = useLocation();
  const columns: readonly Column<Study>[] = [
    {
      id: "name",
      title: "Study",
      sort: ({ name }) => name,
      cell: ({ name }) => <Link to={`/studies/${encodeURIComponent(name)}`}>{name}</Link>,
    },
    {
      id: "best",
      title: "Best",
      isRight: true,
      sort: ({ best }) => best?.value,
      cell: ({ best }) => (best === null ? "–" : figure(best.value)),
    },
    {
      id: "trial",
      title: "By trial",
      isRight: true,
      isMinor: true,
      cell: ({ best }) => (best === null ? "–" : `#${best.number}`),
    },
    { id: "trials", title: "Trials", isRight: true, sort: ({ trials }) => trials, cell: ({ trials }) => trials },
    {
      id: "complete",
      title: "Complete",
      isRight: true,
      isMinor: true,
      sort: ({ complete }) => complete,
      cell: ({ complete }) => complete,
    },
    {
      id: "pruned",
      title: "Pruned",
      isRight: true,
      isMinor: true,
      sort: ({ pruned }) => pruned,
      cell: ({ pruned }) => pruned,
    },
    {
      id: "failed",
      title: "Failed",
      isRight: true,
      isMinor: true,
      sort: ({ failed }) => failed,
      cell: ({ failed }) => <span className={failed > 0 ? "down" : ""}>{failed}</span>,
    },
    { id: "running", title: "Running", isRight: true, sort: ({ running }) => running, cell: ({ running }) => running },
  ];
  return (
    <Page
      title="Studies"
      note="A study tries settings, stops the hopeless early, and remembers every try."
      actions={<NewJobButton kind="tune" label="Start a study …" look="primary" />}
    >
      <Panel title="All" isFlush>
        <Loaded query={query} lines={4}>
          {({ items }) => (
            <Table
              label="Studies"
              rows={items}
              columns={columns}
              rowKey={({ name }) => name}
              onOpen={({ name }) => navigate(`/studies/${encodeURIComponent(name)}`)}
              empty={
                <Empty title="No study has run yet">
                  <CommandLine line="tidemark tune --trials 15" />
                </Empty>
              }
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
