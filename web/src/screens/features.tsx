/** @file What a model can see: every feature with its group, warm-up and words. */
import type { ReactNode } from "react";
import type { Feature } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Inline } from "../parts/field.tsx";
import { Badge, CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { FeatureDrift } from "./feature-drift.tsx";

const COLUMNS: readonly Column<Feature>[] = [
  { id: "name", title: "Feature", sort: ({ name }) => name, cell: ({ name }) => <span className="mono">{name}</span> },
  { id: "group", title: "Group", sort: ({ group }) => group, cell: ({ group }) => <Badge>{group}</Badge> },
  {
    id: "warmup",
    title: "Warm-up",
    about: "Bars before its first value",
    isRight: true,
    sort: ({ warmup }) => warmup,
    cell: ({ warmup }) => warmup ?? "–",
  },
  {
    id: "source",
    title: "From",
    isMinor: true,
    isWrapped: true,
    sort: ({ source }) => source,
    cell: ({ source }) => source,
  },
  {
    id: "description",
    title: "What it says",
    isWrapped: true,
    cell: ({ description }) => <span className="soft">{description}</span>,
  },
];

export function Features(): ReactNode {
  const query = useApi<{ readonly items: readonly Feature[] }>("features");
  const [words, setWords] = useQueryParam("find");
  const [group, setGroup] = useQueryParam("group");
  return (
    <Page title="Features" note="Each is computed from its bar and earlier ones only.">
      <Loaded query={query} lines={4}>
        {({ items }) => {
          const groups = [...new Set(items.map((one) => one.group))].sort();
          const letters = (words ?? "").toLowerCase();
          const shown = items.filter(
            (one) =>
              (group === null || one.group === group) &&
              `${one.name} ${one.description}`.toLowerCase().includes(letters),
          );
          return (
            <Panel
              title="All"
              note={`${shown.length} of ${items.length}`}
              isFlush
              actions={
                <>
                  <Inline label="Find">
                    {(id) => <input id={id} value={words ?? ""} onChange={(event) => setWords(event.target.value)} />}
                  </Inline>
                  <Inline label="Group">
                    {(id) => (
                      <select id={id} value={group ?? ""} onChange={(event) => setGroup(event.target.value)}>
                        <option value="">all</option>
                        {groups.map((one) => (
                          <option key={one}>{one}</option>
                        ))}
                      </select>
                    )}
                  </Inline>
                </>
              }
            >
              <Table
                label="Features"
                rows={shown}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                empty={<Empty title="No feature has these letters" />}
              />
            </Panel>
          );
        }}
      </Loaded>
      <CommandLine line="tidemark features --list" />
      <FeatureDrift />
    </Page>
  );
}
