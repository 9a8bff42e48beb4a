/** @file Why an order was sent: everything that the journal holds about it, in its order. */
import type { ReactNode } from "react";
import type { OrderStory } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { Dialog } from "./dialog.tsx";
import { CommandLine } from "./panel.tsx";
import { Loaded } from "./states.tsx";
import css from "./story.module.css";
import { Moment } from "./time.tsx";

const LINE = /^(\S+)\s+#(\d+)\s+(.*)$/s;

/** A line of a story: its moment, the record's number, its words. */
function storyLine(line: string): { readonly at: number; readonly seq: string; readonly text: string } {
  const found = LINE.exec(line);
  if (found === null) return { at: 0, seq: "", text: line };
  return { at: Date.parse(found[1]), seq: found[2], text: found[3] };
}

export function StoryDrawer({
  session,
  order,
  onClose,
}: {
  readonly session: string;
  readonly order: string;
  readonly onClose: () => void;
}): ReactNode {
  const query = useApi<OrderStory>(`sessions/${session}/orders/${encodeURIComponent(order)}/story`);
  return (
    <Dialog title="Why this order" shape="drawer" onClose={onClose}>
      <p className="mono soft">{order}</p>
      <Loaded query={query} lines={4}>
        {(story) => (
          <>
            <ol className={css["story"]}>
              {story.lines.map((line) => {
                const { at, seq, text } = storyLine(line);
                return (
                  <li key={line}>
                    <span className={css["when"]}>
                      <Moment at={at} precision="second" /> #{seq}
                    </span>
                    <span>{text}</span>
                  </li>
                );
              })}
            </ol>
            {story.records.map((record) => (
              <details key={record.seq} className={css["record"]}>
                <summary>
                  Record #{record.seq}: {record.kind}
                </summary>
                <pre tabIndex={0}>{JSON.stringify(record.entry, null, 2)}</pre>
              </details>
            ))}
            <CommandLine line={`tidemark journal order ${session} ${story.clientOrderId}`} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}
