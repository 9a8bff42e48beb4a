/** @file What the next day may cost each session: value at risk and expected shortfall from its own days. */
import type { ReactNode } from "react";
import type { SessionRisk } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { money, NONE, percent, signedPercent } from "../lib/format.ts";
import { Panel } from "../parts/panel.tsx";
import { ModeBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";

type Answer = { readonly tail: number; readonly items: readonly SessionRisk[] };

/** A return as what it is worth now: "−3.21 % (−320.40 USDT)". */
function lossText(share: number | null, { equity, currency }: SessionRisk): string {
  if (share === null) return NONE;
  return `${signedPercent(share)} (${money(String(share * Number(equity)), currency)})`;
}

const COLUMNS: readonly Column<SessionRisk>[] = [
  {
    id: "session",
    title: "Session",
    sort: ({ session }) => session,
    cell: ({ session, mode }) => (
      <span className="row" style={{ flexWrap: "nowrap" }}>
        <ModeBadge mode={mode} /> {session.slice(session.indexOf("/") + 1)}
      </span>
    ),
  },
  {
    id: "var",
    title: "Value at risk",
    isRight: true,
    sort: ({ valueAtRisk }) => valueAtRisk,
    cell: (one) => lossText(one.valueAtRisk, one),
  },
  {
    id: "shortfall",
    title: "Expected shortfall",
    isRight: true,
    sort: ({ expectedShortfall }) => expectedShortfall,
    cell: (one) => lossText(one.expectedShortfall, one),
  },
  {
    id: "sample",
    title: "Of its days as they were",
    isRight: true,
    isMinor: true,
    cell: ({ sampleValueAtRisk, sampleShortfall }) =>
      `${signedPercent(sampleValueAtRisk)}, beyond ${signedPercent(sampleShortfall)}`,
  },
  {
    id: "worst",
    title: "Worst day",
    isRight: true,
    sort: ({ worstDay }) => worstDay,
    cell: (one) => lossText(one.worstDay, one),
  },
  { id: "days", title: "Days", isRight: true, sort: ({ days }) => days, cell: ({ days }) => days },
];

export function NextDay(): ReactNode {
  const query = useApi<Answer>("risk", { everyMs: 30_000 });
  const isShort = query.data?.items.some(({ valueAtRisk }) => valueAtRisk === null) === true;
  return (
    <Panel
      title="The next day"
      note={
        query.data === undefined
          ? undefined
          : `the ${percent(query.data.tail, 0)} of days that are worst, scaled to what prices move now`
      }
      isFlush
    >
      <Loaded query={query} lines={2}>
        {({ items }) => (
          <Table
            label="What the next day may cost"
            rows={items}
            columns={COLUMNS}
            orderName="nextday"
            rowKey={({ session }) => session}
            empty={<Empty title="No session has a day behind it" />}
          />
        )}
      </Loaded>
      {isShort && (
        <p className="muted" style={{ padding: "8px 16px" }}>
          A session without a figure has fewer than twenty days, or none that moved.
        </p>
      )}
    </Panel>
  );
}
