/** @file How many requests a session's venue takes now, kind by kind: what is used up slows orders down. */
import type { ReactNode } from "react";
import type { RequestLimit, Session } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { number } from "../lib/format.ts";
import { Bar, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

const WORDS: Readonly<Record<string, string>> = {
  address: "From this address",
  connections: "Connections of streams",
  create: "New orders",
  amend: "Changes of orders",
  cancel: "Cancels",
  "cancel-all": "Cancels of everything",
  "trading-stop": "Stops and targets",
  public: "Market data",
};

function spanText(spanMs: number): string {
  return spanMs === 1_000 ? "a second" : `in ${number(spanMs / 1_000, 0)} s`;
}

export function Requests({ session: { id, name } }: { readonly session: Session }): ReactNode {
  const query = useApi<{ readonly items: readonly RequestLimit[] }>(`sessions/${id}/requests`, { everyMs: 3_000 });
  return (
    <Panel title={`Requests of ${name}`} note="nine tenths of what the venue takes; cancels keep room of their own">
      <Loaded query={query} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing is counted: this session's venue is read by polling, within its own pace" />
          ) : (
            <ul className="stack" style={{ gap: 10 }}>
              {items.map(({ name: kind, left, most, spanMs }) => (
                <li key={kind}>
                  <div className="row spread" style={{ fontSize: 13 }}>
                    <span>{WORDS[kind] ?? `Questions about ${kind}`}</span>
                    <span className="soft">
                      {number(most - left, 0)} of {number(most, 0)} {spanText(spanMs)}
                    </span>
                  </div>
                  <Bar share={(most - left) / most} label={WORDS[kind] ?? kind} warnAt={0.7} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
