/** @file What is held and what is on its way, session by session, with the words that a session understands. */

import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { AssetClass, Order, Position, Session, Wallet } from "../api/contract.ts";
import { problemOf } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { announce } from "../lib/announce.ts";
import { useNow } from "../lib/clock-hook.ts";
import { exact, money, percent } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Amount, Ticking } from "../parts/amount.tsx";
import { Button, HoldButton } from "../parts/button.tsx";
import { ConfirmDialog } from "../parts/dialog.tsx";
import { Badge, CommandLine, Facts, Page, Panel, Stat } from "../parts/panel.tsx";
import { PositionTable } from "../parts/position-table.tsx";
import { ModeBadge, StatusBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { StoryDrawer } from "../parts/story-drawer.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { useLowerRisk } from "../shell/risk-controls.tsx";
import { className } from "../shell/standing.ts";
import { ProtectionDialog } from "./protection-dialog.tsx";
import { useCommand } from "./session-command.ts";

export function Positions(): ReactNode {
  const query = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 4_000 });
  const [wanted, setWanted] = useQueryParam("session");
  const [order, setOrder] = useQueryParam("order");
  return (
    <Page title="Positions and orders">
      <Loaded query={query} lines={4}>
        {({ items }) => {
          const session = items.find(({ id }) => id === wanted) ?? items.find(({ running }) => running) ?? items[0];
          if (session === undefined)
            return (
              <Panel title="Sessions">
                <Empty title="No session has traded yet">
                  <CommandLine line="tidemark paper --model MODEL" />
                </Empty>
              </Panel>
            );
          return (
            <>
              {items.length > 1 && (
                <fieldset className="row" style={{ border: 0, margin: 0, padding: 0 }}>
                  <legend className="visually-hidden">Session</legend>
                  {items.map((one) => (
                    <Button
                      key={one.id}
                      small
                      kind={one.id === session.id ? "primary" : "plain"}
                      aria-pressed={one.id === session.id}
                      onClick={() => setWanted(one.id)}
                    >
                      {one.id}
                    </Button>
                  ))}
                </fieldset>
              )}
              <SessionPanel session={session} />
              <Panel title="Positions" note={`${session.positions.length} held`} isFlush>
                <PositionTable
                  positions={session.positions}
                  sessions={items}
                  {...(session.running
                    ? { actions: (position: Position) => <PositionActions session={session} position={position} /> }
                    : {})}
                />
              </Panel>
              <Orders session={session} onWhy={setOrder} />
              {order !== null && <StoryDrawer session={session.id} order={order} onClose={() => setOrder(null)} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function SessionPanel({ session }: { readonly session: Session }): ReactNode {
  const { currency } = session;
  const peak = Number(session.peakEquity);
  const drawdown = peak > 0 ? 1 - Number(session.equity) / peak : null;
  const causes = Object.entries(session.causes);
  const wallet = useApi<Wallet>("wallet", { everyMs: 5_000 }).data?.items ?? [];
  const usable = wallet.filter(
    ({ mode, assetClass }) => mode === session.mode && session.assetClasses.includes(assetClass),
  );
  return (
    <>
      <div className="tiles">
        <Stat
          label="Equity"
          value={<Ticking value={session.equity} currency={currency} />}
          note={`cash ${money(session.cash)}`}
        />
        <Stat
          label="Today"
          value={<Amount value={session.dayProfit} currency={currency} />}
          note={`from ${money(session.dayEquity)}`}
        />
        <Stat label="Below its peak" value={percent(drawdown)} note={`peak ${money(session.peakEquity)}`} />
        <Stat
          label="Fees and funding"
          value={money(session.fees, currency)}
          note={
            <>
              funding <Amount value={session.funding} />
            </>
          }
        />
        {usable.map((card) => (
          <Stat
            key={card.assetClass}
            label={`Usable now, ${className(card.assetClass).toLowerCase()}`}
            value={money(card.usableNow, card.currency)}
            note={<Link to="/wallet">of {money(card.budget)}: sizing</Link>}
          />
        ))}
      </div>
      <Panel
        title={session.name}
        note={session.account}
        actions={
          <>
            <ModeBadge mode={session.mode} />
            <StatusBadge session={session} />
          </>
        }
      >
        <div className="stack" style={{ gap: 12 }}>
          {causes.length > 0 && (
            <p className="row">
              {causes.map(([cause, to]) => (
                <Badge key={cause} kind="warn">
                  {cause}: {to}
                </Badge>
              ))}
            </p>
          )}
          <Facts
            rows={[
              ["Model", session.model],
              ["Symbols", session.symbols.join(", ")],
              ["Timeframe", session.timeframe],
              ["Last bar", <Moment key="bar" at={session.lastRowMs} />],
              [
                "Last record",
                <span key="record">
                  #{session.seq}, <Moment at={session.lastRecordMs} precision="second" />
                </span>,
              ],
              [
                "Reconciled",
                session.reconciled ? (
                  "yes, with the venue"
                ) : (
                  <span key="no" className="warn">
                    not yet
                  </span>
                ),
              ],
            ]}
          />
          <Controls session={session} />
          {session.running && (session.classes ?? []).length > 0 && <ClassSwitches session={session} />}
        </div>
      </Panel>
    </>
  );
}

/** Less risk is held; more risk, resuming, asks first and is off while the figures are old. */
function Controls({ session }: { readonly session: Session }): ReactNode {
  const { lower, isBusy } = useLowerRisk();
  const command = useCommand(session.id);
  const [isAsking, setAsking] = useState(false);
  const stale = isStale(useStreamState(), useNow());
  if (!session.running)
    return (
      <>
        <p className="soft">No process runs this session: nothing can be told to it. Its stops stay at the venue.</p>
        <CommandLine line={`tidemark ${session.mode} --model ${session.model}`} />
      </>
    );
  return (
    <div className="row">
      <HoldButton kind="plain" disabled={isBusy} onHeld={() => void lower("close-only", session.id)}>
        Close only
      </HoldButton>
      <HoldButton kind="plain" disabled={isBusy} onHeld={() => void lower("flatten", session.id)}>
        Flatten
      </HoldButton>
      <HoldButton disabled={isBusy} onHeld={() => void lower("halt", session.id)}>
        Halt this session
      </HoldButton>
      {session.status !== "active" && (
        <Button
          className="raises-risk"
          disabled={stale || session.mode === "live"}
          title={
            session.mode === "live"
              ? "A live session is resumed from the command line"
              : stale
                ? "The figures are old: nothing that raises risk can be done"
                : undefined
          }
          onClick={() => setAsking(true)}
        >
          Resume …
        </Button>
      )}
      {isAsking && (
        <ConfirmDialog
          title={`Resume ${session.name}`}
          action="Resume"
          phrase={`resume ${session.name}`}
          isBlocked={stale}
          onConfirm={({ reason }) => command({ command: "resume" }, reason)}
          onClose={() => setAsking(false)}
        >
          <p>
            The session may open positions again, with {money(session.equity, session.currency)} of equity on{" "}
            {session.symbols.length} symbols. {session.positions.length} positions are held now.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** An asset class may open, or only close: closing is one gesture, opening asks. */
function ClassSwitches({ session }: { readonly session: Session }): ReactNode {
  const say = useSaid(session.id);
  const command = useCommand(session.id);
  const [asked, setAsked] = useState<string | undefined>();
  const stale = isStale(useStreamState(), useNow());
  return (
    <div className="row">
      {(session.classes ?? []).map(({ assetClass, open }) => {
        const name = className(assetClass);
        const about = { command: "switch-class", assetClass } as { command: "switch-class"; assetClass: AssetClass };
        return (
          <span key={assetClass} className="row">
            <Badge kind={open ? "good" : "warn"}>{open ? `${name}: may open` : `${name}: closing only`}</Badge>
            {open ? (
              <HoldButton kind="plain" small onHeld={() => say({ ...about, open: false })}>
                Close only {name.toLowerCase()}
              </HoldButton>
            ) : (
              <Button
                small
                className="raises-risk"
                disabled={stale || session.mode === "live"}
                onClick={() => setAsked(assetClass)}
              >
                Open {name.toLowerCase()} …
              </Button>
            )}
            {asked === assetClass && (
              <ConfirmDialog
                title={`Let ${session.name} open ${name.toLowerCase()}`}
                action="Open"
                phrase={`open ${name.toLowerCase()}`}
                isBlocked={stale}
                onConfirm={({ reason }) => command({ ...about, open: true }, reason)}
                onClose={() => setAsked(undefined)}
              >
                <p>Positions of this asset class may be opened again.</p>
              </ConfirmDialog>
            )}
          </span>
        );
      })}
    </div>
  );
}

/** Says a refusal where no dialog is open that could. */
function useSaid(session: string): (order: Parameters<ReturnType<typeof useCommand>>[0]) => void {
  const command = useCommand(session);
  return (order) => {
    command(order, "").catch((thrown: unknown) => {
      const { what, fix } = problemOf(thrown);
      announce(`Not done: ${what} ${fix ?? ""}`, true);
    });
  };
}

function PositionActions({ session, position }: { readonly session: Session; readonly position: Position }): ReactNode {
  const say = useSaid(session.id);
  const [isAsking, setAsking] = useState(false);
  const { symbol } = position;
  return (
    <span className="row" style={{ flexWrap: "nowrap" }}>
      <Button small className="raises-risk" onClick={() => setAsking(true)} aria-label={`Stop and target of ${symbol}`}>
        Stop …
      </Button>
      <HoldButton
        kind="plain"
        small
        aria-label={`Close ${symbol}`}
        onHeld={() => say({ command: "close-position", symbol })}
      >
        Close
      </HoldButton>
      {isAsking && <ProtectionDialog session={session} position={position} onClose={() => setAsking(false)} />}
    </span>
  );
}

const OPEN_LIVES = new Set(["intended", "working", "unknown"]);

function Orders({ session, onWhy }: { readonly session: Session; readonly onWhy: (order: string) => void }): ReactNode {
  const query = useApi<{ readonly items: readonly Order[] }>(`sessions/${session.id}/orders`, { everyMs: 5_000 });
  const say = useSaid(session.id);
  const columns: readonly Column<Order>[] = [
    {
      id: "sent",
      title: "Sent",
      sort: ({ sentMs }) => sentMs,
      cell: ({ sentMs }) => <Moment at={sentMs} precision="second" />,
    },
    { id: "symbol", title: "Symbol", sort: ({ symbol }) => symbol, cell: ({ symbol }) => symbol },
    {
      id: "side",
      title: "Side",
      cell: ({ side }) => <span className={side === "buy" ? "up" : "down"}>{side === "buy" ? "▲ buy" : "▼ sell"}</span>,
    },
    { id: "quantity", title: "Quantity", isRight: true, cell: ({ quantity }) => exact(quantity) },
    { id: "filled", title: "Filled", isRight: true, isMinor: true, cell: ({ filled }) => exact(filled) },
    {
      id: "price",
      title: "Average price",
      isRight: true,
      isMinor: true,
      cell: ({ averagePrice, filled }) => (Number(filled) === 0 ? "–" : exact(averagePrice)),
    },
    {
      id: "life",
      title: "State",
      sort: ({ life }) => life,
      cell: ({ life }) => (
        <Badge kind={life === "unknown" || life === "rejected" ? "bad" : OPEN_LIVES.has(life) ? "accent" : "plain"}>
          {life}
        </Badge>
      ),
    },
    {
      id: "why",
      title: "Why",
      cell: ({ clientOrderId, life }) => (
        <span className="row" style={{ flexWrap: "nowrap" }}>
          {session.running && (life === "working" || life === "unknown") && (
            <HoldButton
              kind="plain"
              small
              aria-label={`Cancel ${clientOrderId}`}
              onHeld={() => say({ command: "cancel-order", clientOrderId })}
            >
              Cancel
            </HoldButton>
          )}
          <Button kind="link" onClick={() => onWhy(clientOrderId)} aria-label={`Why ${clientOrderId} was sent`}>
            Why
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Panel title="Orders" note={`${session.working.length} working`} isFlush>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label="Orders of the last days"
            rows={items}
            columns={columns}
            orderName="orders"
            order={{ column: "sent", isDown: true }}
            rowKey={({ clientOrderId }) => clientOrderId}
            onOpen={({ clientOrderId }) => onWhy(clientOrderId)}
            empty={<Empty title="No order was sent in the last days" />}
          />
        )}
      </Loaded>
    </Panel>
  );
}
