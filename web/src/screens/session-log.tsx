/** @file What a session's process said beside its journal: warnings of libraries, retries, how it began and ended. */
import type { ReactNode } from "react";
import type { LogLine, Session } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Segments } from "../parts/field.tsx";
import { Badge, type BadgeKind, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";

type Numbered = LogLine & { readonly line: number };

const LEVELS: Readonly<Record<LogLine["level"], BadgeKind>> = { info: "plain", warn: "warn", error: "bad" };

const COLUMNS: readonly Column<Numbered>[] = [
  { id: "at", title: "When", cell: ({ atMs }) => (atMs === null ? "–" : <Moment at={atMs} precision="second" />) },
  { id: "level", title: "Level", cell: ({ level }) => <Badge kind={LEVELS[level]}>{level}</Badge> },
  { id: "text", title: "What it said", isWrapped: true, cell: ({ text }) => <span className="mono">{text}</span> },
];

const CHOICES = [
  { value: "all", label: "All" },
  { value: "warn", label: "Warnings" },
  { value: "error", label: "Errors" },
] as const;

export function SessionLog({ session }: { readonly session: Session }): ReactNode {
  const [level, setLevel] = useQueryParam("log");
  const query = useApi<{ readonly items: readonly LogLine[] }>(`sessions/${session.id}/log`, {
    params: { level },
    everyMs: 5_000,
  });
  return (
    <Panel
      title="Log"
      note="what its process said, newest first"
      actions={
        <Segments
          label="Which lines of the log"
          value={CHOICES.find(({ value }) => value === level)?.value ?? "all"}
          choices={CHOICES}
          onChange={(value) => setLevel(value === "all" ? null : value)}
        />
      }
      isFlush
    >
      <Loaded query={query} lines={3}>
        {({ items }) => (
          <Table
            label="Log"
            rows={items.map((one, line) => ({ ...one, line: items.length - line }))}
            columns={COLUMNS}
            rowKey={({ line }) => String(line)}
            empty={<Empty title="Nothing was said" />}
          />
        )}
      </Loaded>
    </Panel>
  );
}
