/** @file Why two records of the same model differ: in sum by cause, then trade by trade, the greatest first. */
import type { ReactNode } from "react";
import type { Difference } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { signed } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Amount } from "../parts/amount.tsx";
import { Inline } from "../parts/field.tsx";
import { Panel, Stat } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";

/** What each cause means, in the order in which they are asked about. */
const CAUSES: ReadonlyArray<readonly [part: string, name: string, about: string]> = [
  ["data", "Data", "the bars differ"],
  ["signal", "Decision", "decided otherwise on the same bars, or not at all"],
  ["timing", "Timing", "entered or left at another time"],
  ["price", "Price", "filled at another price at the same time"],
  ["fee", "Fees", "other fees"],
  ["funding", "Funding", "other funding"],
  ["refusal", "Refused", "one was refused the order"],
  ["size", "Size", "another quantity"],
];

export function Causes({ records }: { readonly records: readonly string[] }): ReactNode {
  const [wantedA, setA] = useQueryParam("a");
  const [wantedB, setB] = useQueryParam("b");
  if (records.length < 2)
    return (
      <Panel title="Why they differ">
        <Empty title="There is one record of this model only">
          <p>With a backtest and a session, or two sessions, the difference is split by its causes here.</p>
        </Empty>
      </Panel>
    );
  const a = wantedA !== null && records.includes(wantedA) ? wantedA : records[0];
  const others = records.filter((one) => one !== a);
  const b = wantedB !== null && others.includes(wantedB) ? wantedB : (others.at(-1) ?? "");
  return (
    <Panel
      title="Why they differ"
      note="profit of the second less that of the first; the causes add up to it"
      actions={
        <>
          <Choice label="From" value={a} choices={records} onChange={setA} />
          <Choice label="To" value={b} choices={others} onChange={setB} />
        </>
      }
    >
      <Split a={a} b={b} />
    </Panel>
  );
}

function Choice({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly string[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <Inline label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </Inline>
  );
}

const TRADES: readonly Column<Difference["trades"][number]>[] = [
  {
    id: "entry",
    title: "Entry",
    isMinor: true,
    sort: ({ entryMs }) => entryMs,
    cell: ({ entryMs }) => <Moment at={entryMs} />,
  },
  { id: "symbol", title: "Symbol", sort: ({ symbol }) => symbol, cell: ({ symbol }) => symbol },
  {
    id: "difference",
    title: "Difference",
    isRight: true,
    sort: ({ difference }) => Math.abs(Number(difference)),
    cell: ({ difference }) => <Amount value={difference} />,
  },
  {
    id: "a",
    title: "Profit of the first",
    isRight: true,
    isMinor: true,
    cell: ({ a }) => (a === null ? "no trade" : signed(a.netProfit)),
  },
  {
    id: "b",
    title: "Of the second",
    isRight: true,
    isMinor: true,
    cell: ({ b }) => (b === null ? "no trade" : signed(b.netProfit)),
  },
  { id: "why", title: "Cause", isWrapped: true, cell: ({ why }) => why },
];

function Split({ a, b }: { readonly a: string; readonly b: string }): ReactNode {
  const query = useApi<Difference>("difference", { params: { a, b } });
  return (
    <Loaded query={query}>
      {({ difference, parts, matched, onlyA, onlyB, trades }) => (
        <div className="stack" style={{ gap: 12 }}>
          <div className="tiles">
            <Stat
              label="Difference"
              value={<Amount value={difference} />}
              note={`${matched} trades matched, ${onlyA} in the first alone, ${onlyB} in the second alone`}
            />
            {CAUSES.filter(([part]) => Number(parts[part] ?? 0) !== 0).map(([part, name, about]) => (
              <Stat key={part} label={name} value={<Amount value={parts[part]} />} note={about} />
            ))}
          </div>
          <Table
            label="Trades that differ"
            rows={trades.filter((trade) => Number(trade.difference) !== 0)}
            columns={TRADES}
            orderName="trades"
            order={{ column: "difference", isDown: true }}
            rowKey={({ symbol, entryMs, why }) => `${symbol} ${entryMs} ${why}`}
            empty={<Empty title="No trade differs" />}
          />
        </div>
      )}
    </Loaded>
  );
}
