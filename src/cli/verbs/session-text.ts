/** @file A session as text: status, positions, orders, and what a stop has left. */
import { type DecimalText, decimal, exactText, formatMinute, formatSpan } from "../../core/index.ts";
import {
  DIFFERENCE_PARTS,
  type OrderView,
  type PositionView,
  type RecordComparison,
  type SessionView,
} from "../../trade/index.ts";
import { table } from "../terminal/table.ts";
import type { CommandContext } from "../verb.ts";

/** Whose it is, is told where there is more than one. */
function ofSeveral(rows: ReadonlyArray<{ readonly strategy: string }>): boolean {
  return rows.some(({ strategy }) => strategy !== rows[0].strategy);
}

/** Averages and levels by shares have more digits than anybody reads. */
const SHOWN_DIGITS = 8;

function shown(price: DecimalText | undefined): string | undefined {
  return price === undefined ? undefined : exactText(decimal(price).toSignificantDigits(SHOWN_DIGITS));
}

/** Nobody is warned by a distance of many times the price. */
const FAR = 10;

function distanceText(share: number | undefined): string {
  if (share === undefined) return "-";
  return share > FAR ? "far" : `${(share * 100).toFixed(1)} %`;
}

export function positionsText(positions: readonly PositionView[], columns: number): string {
  if (positions.length === 0) return "no positions";
  const several = ofSeveral(positions);
  return table(
    [
      { title: "symbol" },
      ...(several ? [{ title: "strategy", drop: 1 }] : []),
      { title: "quantity", align: "right" },
      { title: "entry", align: "right" },
      { title: "mark", align: "right", drop: 3 },
      { title: "profit", align: "right" },
      { title: "stop", align: "right" },
      { title: "target", align: "right", drop: 1 },
      { title: "bars", align: "right", drop: 2 },
      { title: "to liquidation", align: "right", drop: 4 },
    ],
    positions.map((p) => [
      p.symbol,
      ...(several ? [p.strategy || "-"] : []),
      p.quantity,
      shown(p.entryPrice) ?? "-",
      shown(p.markPrice) ?? "-",
      p.unrealisedProfit === undefined ? "-" : decimal(p.unrealisedProfit).toFixed(2),
      shown(p.stopPrice) ?? (p.nakedMs > 0 ? `NONE for ${formatSpan(p.nakedMs)}` : "-"),
      shown(p.targetPrice) ?? "-",
      String(p.barsHeld),
      distanceText(p.liquidationDistance),
    ]),
    columns,
  );
}

export function ordersText(orders: readonly OrderView[], columns: number): string {
  if (orders.length === 0) return "no orders";
  const several = ofSeveral(orders);
  return table(
    [
      { title: "sent (UTC)", drop: 2 },
      { title: "order" },
      { title: "symbol" },
      ...(several ? [{ title: "strategy", drop: 1 }] : []),
      { title: "side" },
      { title: "quantity", align: "right" },
      { title: "filled", align: "right" },
      { title: "price", align: "right", drop: 1 },
      { title: "life" },
    ],
    orders.map((o) => [
      formatMinute(o.sentMs),
      o.clientOrderId,
      o.symbol,
      ...(several ? [o.strategy || "-"] : []),
      o.side,
      o.quantity,
      o.filled,
      decimal(o.averagePrice).toSignificantDigits(8).toFixed(),
      o.life,
    ]),
    columns,
  );
}

export function statusText(view: SessionView, running: boolean, columns: number): string {
  const change = decimal(view.equity).minus(view.dayEquity);
  const causes = Object.entries(view.causes).map(([cause, to]) => (to === view.status ? cause : `${cause} (${to})`));
  return [
    `${view.session}  ${running ? view.status : "not running"}${causes.length > 0 ? `: ${causes.join(", ")}` : ""}`,
    ...(view.held === undefined
      ? []
      : [
          `  held         ${view.held.command} by ${view.held.by}, ${formatMinute(view.held.atMs)}: ${view.held.reason}`,
        ]),
    `  account      ${view.account}, ${view.connected ? "connected" : "not connected"}, ${view.reconciled ? "reconciled" : "not reconciled"}`,
    `  equity       ${decimal(view.equity).toFixed(2)} (${change.gte(0) ? "+" : ""}${change.toFixed(2)} today), cash ${decimal(view.cash).toFixed(2)}`,
    `  paid         fees ${decimal(view.fees).toFixed(4)}, funding ${decimal(view.funding).neg().toFixed(4)}`,
    `  last bar     ${view.lastRowMs === 0 ? "-" : formatMinute(view.lastRowMs)}, ${view.records} records`,
    ...(view.strategies.length < 2 ? [] : view.strategies).map(
      ({ name, model, symbols, scale }) =>
        `  strategy     ${name}${model === name ? "" : ` (${model})`}: ${symbols.join(", ")}${scale === 1 ? "" : `, sizes times ${scale}`}`,
    ),
    ...view.classes
      .filter(({ open }) => !open)
      .map(({ assetClass }) => `  switched off ${assetClass}: it may only close`),
    ...view.wallet.map(
      ({ assetClass, budget, used, usable }) =>
        `  budget       ${assetClass} ${budget.toFixed(2)}, ${used.toFixed(2)} in use, ${usable.toFixed(2)} usable now`,
    ),
    ...(view.requests ?? [])
      .filter(({ left, most }) => left < most)
      .map(
        ({ name, left, most, spanMs }) => `  requests     ${name}: ${most - left} of ${most} in ${spanMs / 1_000} s`,
      ),
    "",
    positionsText(view.positions, columns),
    ...(view.working.length === 0 ? [] : ["", ordersText(view.working, columns)]),
  ].join("\n");
}

/** Trades of a comparison that are listed: those with the largest differences. */
const LISTED = 15;

const money = (text: string): string => decimal(text).toFixed(4);

/** Two records: the sums by cause, and the trades that make most of them. */
export function comparisonText(compared: RecordComparison, columns: number): string {
  const { a, b, netA, netB, difference, parts, matched, onlyA, onlyB } = compared;
  const largest = [...compared.trades]
    .sort((x, y) => decimal(y.difference).abs().cmp(decimal(x.difference).abs()))
    .slice(0, LISTED);
  return [
    `${a}: net ${money(netA)}`,
    `${b}: net ${money(netB)}`,
    `difference ${money(difference)}; ${matched} trades in both, ${onlyA} in the first alone, ${onlyB} in the second`,
    "",
    ...DIFFERENCE_PARTS.map((part) => `  ${part.padEnd(8)} ${money(parts[part]).padStart(16)}`),
    "",
    table(
      [{ title: "entered (UTC)" }, { title: "symbol" }, { title: "difference", align: "right" }, { title: "why" }],
      largest.map((one) => [formatMinute(one.entryMs), one.symbol, money(one.difference), one.why]),
      columns,
    ),
  ].join("\n");
}

/** What a session that stopped has left open. */
export function tellEnd(context: CommandContext, view: SessionView): void {
  const { output } = context;
  output.text(statusText(view, false, output.columns));
  const open = view.positions.length;
  if (open > 0)
    output.warn(
      open === 1 ? "One position stays open, with its stop." : `${open} positions stay open, with their stops.`,
    );
  output.data(view);
}
