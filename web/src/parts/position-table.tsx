/** @file What is held, each position beside its protective order. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Position, Session } from "../api/contract.ts";
import { signOf } from "../lib/decimal.ts";
import { exact, number, percent, signed, span, tone } from "../lib/format.ts";
import { Badge } from "./panel.tsx";
import { ModeBadge } from "./session-badge.tsx";
import { Empty } from "./states.tsx";
import { type Column, Table } from "./table.tsx";

/** Eight digits tell every tick apart; an average of many fills has more, which stand behind it. */
function Price({ value }: { readonly value: string | null | undefined }): ReactNode {
  if (value === null || value === undefined) return "–";
  return <span title={exact(value)}>{exact(Number(Number(value).toPrecision(8)))}</span>;
}

/** Beyond ten times the price there is no liquidation to think of. */
const FAR = 10;

function Stop({ position }: { readonly position: Position }): ReactNode {
  if (position.stopPrice !== null && position.nakedMs === 0)
    return (
      <>
        {position.manual === true && <Badge title="Set by a person">by hand</Badge>}{" "}
        <Price value={position.stopPrice} />
      </>
    );
  return <strong className="down">NONE for {span(position.nakedMs)}</strong>;
}

/** How far the mark may go against the position before its stop, as a share of the mark. */
function stopDistance({ markPrice, stopPrice }: Position): number | null {
  if (markPrice === null || stopPrice === null || Number(markPrice) === 0) return null;
  return Math.abs(Number(stopPrice) - Number(markPrice)) / Number(markPrice);
}

export function PositionTable({
  positions,
  sessions,
  actions,
}: {
  readonly positions: readonly Position[];
  readonly sessions: readonly Session[];
  /** What can be done with a position, at the end of its row. */
  readonly actions?: (position: Position) => ReactNode;
}): ReactNode {
  const of = new Map(sessions.map((session) => [session.id, session]));
  const columns: readonly Column<Position>[] = [
    {
      id: "symbol",
      title: "Symbol",
      sort: ({ symbol }) => symbol,
      cell: (position) => (
        <Link
          to={`/market?symbol=${encodeURIComponent(position.symbol)}&session=${encodeURIComponent(position.session)}`}
        >
          {position.symbol}
        </Link>
      ),
    },
    {
      id: "side",
      title: "Side",
      cell: ({ quantity }) =>
        signOf(quantity) === -1 ? <span className="down">▼ short</span> : <span className="up">▲ long</span>,
    },
    {
      id: "quantity",
      title: "Quantity",
      isRight: true,
      isMinor: true,
      sort: ({ quantity }) => Math.abs(Number(quantity)),
      cell: ({ quantity }) => exact(quantity.replace("-", "")),
    },
    {
      id: "entry",
      title: "Entry",
      isRight: true,
      isMinor: true,
      cell: ({ entryPrice }) => <Price value={entryPrice} />,
    },
    { id: "mark", title: "Mark", isRight: true, isMinor: true, cell: ({ markPrice }) => <Price value={markPrice} /> },
    {
      id: "unrealised",
      title: "Unrealised",
      isRight: true,
      sort: ({ unrealised }) => unrealised,
      cell: ({ unrealised }) => <span className={tone(unrealised)}>{signed(unrealised)}</span>,
    },
    { id: "stop", title: "Stop", isRight: true, cell: (position) => <Stop position={position} /> },
    {
      id: "distance",
      title: "To stop",
      about: "How far the price may go before the stop",
      isRight: true,
      isMinor: true,
      sort: stopDistance,
      cell: (position) => {
        const distance = stopDistance(position);
        return distance === null ? "–" : `${number(distance * 100, 2)} %`;
      },
    },
    {
      id: "liquidation",
      title: "To liquidation",
      about: "How far the price may go before the venue closes the position",
      isRight: true,
      isMinor: true,
      sort: ({ liquidationDistance }) => liquidationDistance,
      cell: ({ liquidationDistance }) => ((liquidationDistance ?? 0) > FAR ? "far" : percent(liquidationDistance)),
    },
    {
      id: "target",
      title: "Target",
      isRight: true,
      isMinor: true,
      cell: ({ targetPrice }) => <Price value={targetPrice} />,
    },
    {
      id: "bars",
      title: "Bars",
      isRight: true,
      isMinor: true,
      sort: ({ barsHeld }) => barsHeld,
      cell: ({ barsHeld }) => barsHeld,
    },
    {
      id: "session",
      title: "Session",
      isMinor: true,
      sort: ({ session }) => session,
      cell: ({ session }) => (
        <span className="row" style={{ flexWrap: "nowrap" }}>
          <ModeBadge mode={of.get(session)?.mode ?? "paper"} /> {of.get(session)?.name ?? session}
        </span>
      ),
    },
    ...(actions === undefined ? [] : [{ id: "actions", title: "", cell: actions }]),
  ];
  return (
    <Table
      label="Open positions"
      rows={positions}
      columns={columns}
      orderName="positions"
      rowKey={({ session, symbol }) => `${session} ${symbol}`}
      empty={
        <Empty title="Nothing is held">
          <p>Positions of running sessions stand here, each beside its stop.</p>
        </Empty>
      }
    />
  );
}
