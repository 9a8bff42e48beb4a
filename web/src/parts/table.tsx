/** @file A table: sorted by its heads (kept in the address), drawn only where it is looked at, totals at its foot. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { useQueryParam } from "../lib/query-param.ts";
import { useSettings } from "../lib/settings.ts";
import { type Order, orderText, parseOrder, type SortKey, sortRows } from "./sorting.ts";
import css from "./table.module.css";

export type Column<T> = {
  readonly id: string;
  readonly title: string;
  readonly isRight?: boolean;
  /** Left out on a narrow screen. */
  readonly isMinor?: boolean;
  readonly isWrapped?: boolean;
  /** What the column is ordered by; without it the head is no button. */
  readonly sort?: (row: T) => SortKey;
  readonly cell: (row: T) => ReactNode;
  readonly total?: ReactNode;
  readonly about?: string;
};

type TableProps<T> = {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly empty: ReactNode;
  /** The name of its order in the address; tables that share a page have different ones. */
  readonly orderName?: string;
  readonly order?: Order;
  readonly onOpen?: (row: T) => void;
  readonly isChosen?: (row: T) => boolean;
  /** Where the server orders the rows, only the heads are drawn here. */
  readonly isOrderedByServer?: boolean;
};

const VIRTUAL_FROM = 120;

export function Table<T>(props: TableProps<T>): ReactNode {
  const { label, rows, columns, rowKey, empty, orderName = "sort", onOpen, isChosen } = props;
  const [orderWord, setOrderWord] = useQueryParam(orderName);
  const sortable = columns.filter(({ sort }) => sort !== undefined).map(({ id }) => id);
  const order = parseOrder(orderWord, sortable) ?? props.order;
  const sorted = useMemo(() => {
    const key = columns.find(({ id }) => id === order?.column)?.sort;
    return key === undefined || order === undefined || props.isOrderedByServer === true
      ? rows
      : sortRows(rows, key, order.isDown);
  }, [rows, columns, order, props.isOrderedByServer]);
  const frame = useRef<HTMLDivElement>(null);
  const rowHeight = useSettings().density === "dense" ? 29 : 37;
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    enabled: sorted.length > VIRTUAL_FROM,
  });
  if (rows.length === 0) return <>{empty}</>;
  const isVirtual = sorted.length > VIRTUAL_FROM;
  const items = virtual.getVirtualItems();
  const shown = isVirtual ? items.map(({ index }) => index) : sorted.map((_, index) => index);
  const before = isVirtual ? (items[0]?.start ?? 0) : 0;
  const after = isVirtual ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const cellClass = (column: Column<T>): string =>
    [
      column.isRight === true ? css["right"] : "",
      column.isMinor === true ? css["hideNarrow"] : "",
      column.isWrapped === true ? css["wrap"] : "",
    ]
      .filter(Boolean)
      .join(" ");
  return (
    // What scrolls has to be reached by keyboard.
    <section className={css["frame"]} ref={frame} tabIndex={0} aria-label={label}>
      <table className={css["table"]} aria-rowcount={sorted.length + 1} aria-label={label}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => {
              const isOrdered = order?.column === column.id;
              return (
                <th
                  key={column.id}
                  scope="col"
                  className={cellClass(column)}
                  title={column.about}
                  aria-sort={isOrdered ? (order.isDown ? "descending" : "ascending") : undefined}
                >
                  {column.sort === undefined ? (
                    column.title
                  ) : (
                    <button
                      type="button"
                      className={css["sort"]}
                      onClick={() =>
                        setOrderWord(orderText({ column: column.id, isDown: isOrdered ? !order.isDown : true }))
                      }
                    >
                      {column.title}
                      <span className={css["arrow"]} aria-hidden="true">
                        {isOrdered ? (order.isDown ? "▼" : "▲") : ""}
                      </span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} columns={columns.length} />}
          {shown.map((index) => {
            const row = sorted[index];
            const names = [
              css["row"],
              onOpen === undefined ? "" : css["openable"],
              isChosen?.(row) === true ? css["chosen"] : "",
            ];
            return (
              <tr
                key={rowKey(row)}
                aria-rowindex={index + 2}
                className={names.filter(Boolean).join(" ")}
                onClick={
                  onOpen === undefined
                    ? undefined
                    : (event) => {
                        if (!(event.target as Element).closest("a, button, input, label")) onOpen(row);
                      }
                }
              >
                {columns.map((column) => (
                  <td key={column.id} className={cellClass(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Spacer height={after} columns={columns.length} />}
        </tbody>
        {columns.some(({ total }) => total !== undefined) && (
          <tfoot>
            <tr className={css["total"]}>
              {columns.map((column) => (
                <td key={column.id} className={cellClass(column)}>
                  {column.total}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

function Spacer({ height, columns }: { readonly height: number; readonly columns: number }): ReactNode {
  return (
    <tr className={css["spacer"]} aria-hidden="true">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
