/** @file What happened, newest first: each session's journal in words, filtered, followed, and every command with its author. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ask } from "../api/client.ts";
import type { Command, Session, TradeEvent } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline, Segments } from "../parts/field.tsx";
import { Badge, type BadgeKind, CommandLine, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded, Loading } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { SessionLog } from "./session-log.tsx";

const LEVELS: Readonly<Record<TradeEvent["level"], BadgeKind>> = {
  info: "plain",
  good: "good",
  warn: "warn",
  bad: "bad",
};
const PAGE = 200;
type Events = { readonly items: readonly TradeEvent[]; readonly nextCursor: string | null };

export function Journal(): ReactNode {
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 15_000 });
  const [wanted, setWanted] = useQueryParam("session");
  return (
    <Loaded query={sessions} lines={4}>
      {({ items }) => {
        const session = items.find(({ id }) => id === wanted) ?? items.find(({ running }) => running) ?? items[0];
        return (
          <Page
            title="Journal"
            note="Written before anything acts, never changed, every command with who and why."
            actions={
              session !== undefined && (
                <Inline label="Session">
                  {(id) => (
                    <select id={id} value={session.id} onChange={(event) => setWanted(event.target.value)}>
                      {items.map((one) => (
                        <option key={one.id}>{one.id}</option>
                      ))}
                    </select>
                  )}
                </Inline>
              )
            }
          >
            {session === undefined ? (
              <Panel title="Records">
                <Empty title="No session has kept a journal yet">
                  <CommandLine line="tidemark journal ls" />
                </Empty>
              </Panel>
            ) : (
              <>
                <Commands session={session} />
                <Records session={session} />
                <SessionLog session={session} />
              </>
            )}
          </Page>
        );
      }}
    </Loaded>
  );
}

const ENDS: Readonly<Record<Command["state"], BadgeKind>> = {
  accepted: "accent",
  done: "good",
  refused: "bad",
  unknown: "warn",
};

const COMMANDS: readonly Column<Command>[] = [
  {
    id: "at",
    title: "When",
    sort: ({ askedMs }) => askedMs,
    cell: ({ askedMs }) => <Moment at={askedMs} precision="second" />,
  },
  {
    id: "command",
    title: "Command",
    sort: ({ command }) => command,
    cell: ({ command }) => <strong>{command}</strong>,
  },
  {
    id: "state",
    title: "End",
    sort: ({ state }) => state,
    cell: ({ state }) => <Badge kind={ENDS[state]}>{state}</Badge>,
  },
  { id: "by", title: "By", sort: ({ by }) => by, cell: ({ by }) => by },
  {
    id: "reason",
    title: "Why",
    isWrapped: true,
    cell: ({ reason, error }) => (
      <>
        {reason} {error !== null && <span className="down">{error.what}</span>}
      </>
    ),
  },
];

/** Every word to the session with its author and its end. */
function Commands({ session }: { readonly session: Session }): ReactNode {
  const query = useApi<{ readonly items: readonly Command[] }>(`sessions/${session.id}/commands`, { everyMs: 5_000 });
  return (
    <Panel title="Commands" note="of the last days" isFlush>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label="Commands"
            rows={items}
            columns={COMMANDS}
            orderName="told"
            order={{ column: "at", isDown: true }}
            rowKey={({ id }) => id}
            empty={<Empty title="Nobody has told it anything" />}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Records({ session }: { readonly session: Session }): ReactNode {
  const [kind, setKind] = useQueryParam("kind");
  const [level, setLevel] = useQueryParam("level");
  const [symbol, setSymbol] = useQueryParam("symbol");
  const [record, setRecord] = useQueryParam("record");
  const [isFollowed, setFollowed] = useState(true);
  const from = record !== null && /^\d{1,15}$/.test(record) ? String(Number(record) + 1) : null;
  const params = { kind, level, symbol: symbol?.toUpperCase(), limit: PAGE };
  const query = useInfiniteQuery({
    queryKey: [`sessions/${session.id}/events`, params, from],
    queryFn: ({ pageParam, signal }) =>
      ask<Events>(`sessions/${session.id}/events`, { ...params, cursor: pageParam }, signal),
    initialPageParam: from,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: isFollowed && from === null ? 5_000 : false,
  });
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns: readonly Column<TradeEvent>[] = [
    {
      id: "seq",
      title: "#",
      cell: ({ seq }) => (
        <Button kind="link" title="The address of this record" onClick={() => setRecord(String(seq))}>
          <span className="mono">{seq}</span>
        </Button>
      ),
    },
    { id: "at", title: "When", cell: ({ atMs }) => <Moment at={atMs} precision="second" /> },
    { id: "kind", title: "Kind", cell: (event) => <Badge kind={LEVELS[event.level]}>{event.kind}</Badge> },
    { id: "symbol", title: "Symbol", isMinor: true, cell: ({ symbol: one }) => one ?? "" },
    { id: "text", title: "What", isWrapped: true, cell: ({ text }) => text },
  ];
  return (
    <>
      <div className="row">
        <Segments
          label="Which records"
          value={kind === "command" ? "command" : level === "warn" ? "warn" : level === "bad" ? "bad" : "all"}
          choices={[
            { value: "all", label: "All" },
            { value: "command", label: "Commands" },
            { value: "warn", label: "Warnings" },
            { value: "bad", label: "Alarms" },
          ]}
          onChange={(value) => {
            if (value === "command") {
              setKind("command");
            } else if (value === "all") {
              setKind(null);
              setLevel(null);
            } else {
              setKind(null);
              setLevel(value);
            }
          }}
        />
        <Inline label="Symbol">
          {(id) => (
            <input
              id={id}
              size={12}
              placeholder="all"
              value={symbol ?? ""}
              onChange={(event) => setSymbol(event.target.value)}
            />
          )}
        </Inline>
        <Inline label="Follow">
          {(id) => (
            <input
              id={id}
              type="checkbox"
              checked={isFollowed}
              onChange={(event) => setFollowed(event.target.checked)}
            />
          )}
        </Inline>
      </div>
      {from !== null && (
        <div className="row">
          <span className="soft">From record #{record} back; this address shows it again.</span>
          <Button small onClick={() => setRecord(null)}>
            To the newest
          </Button>
        </div>
      )}
      <Panel title="Records" note={`${events.length} shown`} isFlush>
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isPending ? (
          <Loading lines={4} />
        ) : (
          <Table
            label="Records of the journal"
            rows={events}
            columns={columns}
            rowKey={({ seq }) => String(seq)}
            empty={<Empty title="No record is of this kind" />}
          />
        )}
      </Panel>
      {query.hasNextPage && (
        <div>
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? "Reading …" : "Earlier records"}
          </Button>
        </div>
      )}
      <CommandLine line={`tidemark journal verify ${session.id}`} />
    </>
  );
}
