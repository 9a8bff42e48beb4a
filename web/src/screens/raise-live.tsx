/** @file More risk of a live session that runs: the button, the seconds in which it can be taken back, and what became of it. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { tell } from "../api/client.ts";
import type { LiveChange, Session } from "../api/contract.ts";
import { problemOf } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { useStreamState } from "../api/stream.ts";
import { announce } from "../lib/announce.ts";
import { useNow } from "../lib/clock-hook.ts";
import { Button } from "../parts/button.tsx";
import { outcomeOf } from "./raise-figures.ts";
import css from "./raise-live.module.css";
import { AskToRaise, raiseOf, wordOf } from "./raise-live-dialog.tsx";

/** The button that had the focus is gone: the next one to be pressed takes it. */
function useFocusIfLost(to: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body)
      to.current?.querySelector("button")?.focus();
  }, [to]);
}

export function RaiseLive({
  session,
  assetClass,
}: {
  readonly session: Session;
  readonly assetClass: string;
}): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const serverMs = useNow() + useStreamState().skewMs;
  const changes = useApi<{ readonly items: readonly LiveChange[] }>("live/changes", { everyMs: 1_000 });
  const items = changes.data?.items ?? [];
  const waiting = items.find((one) => one.session === session.id && one.state === "waiting");
  const outcome = outcomeOf(items, session.id, serverMs);
  const told = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (outcome === undefined || !outcome.isDone || told.current === outcome.id) return;
    told.current = outcome.id;
    announce(`${session.name}: ${outcome.what}`);
  }, [outcome, session.name]);
  if (waiting !== undefined) return <Waiting change={waiting} name={session.name} serverMs={serverMs} />;
  const raise = raiseOf(session, assetClass);
  return (
    <>
      {raise !== undefined && <Raise label={`${wordOf(raise)} ${session.name} …`} onPress={() => setAsking(true)} />}
      {outcome !== undefined && !outcome.isDone && (
        <p className={css["outcome"]} role="alert">
          {outcome.what} <span className="soft">{outcome.fix}</span>
        </p>
      )}
      {isAsking && raise !== undefined && (
        <AskToRaise session={session} assetClass={assetClass} raise={raise} onClose={() => setAsking(false)} />
      )}
    </>
  );
}

function Raise({ label, onPress }: { readonly label: string; readonly onPress: () => void }): ReactNode {
  const row = useRef<HTMLSpanElement>(null);
  useFocusIfLost(row);
  return (
    <span ref={row}>
      <Button className="raises-risk" onClick={onPress}>
        {label}
      </Button>
    </span>
  );
}

function Waiting({
  change,
  name,
  serverMs,
}: {
  readonly change: LiveChange;
  readonly name: string;
  readonly serverMs: number;
}): ReactNode {
  const client = useQueryClient();
  const row = useRef<HTMLDivElement>(null);
  useFocusIfLost(row);
  const takeBack = (): void => {
    tell(`live/changes/${change.id}`, {}, "DELETE")
      .then(() => announce("Taken back: nothing was sent."))
      .catch((thrown: unknown) => announce(`Not taken back: ${problemOf(thrown).what}`, true))
      .finally(() => void client.invalidateQueries());
  };
  // The page's clock ticks by the second: it may lag behind the answer.
  const leftMs = Math.min(change.actsMs - change.askedMs, Math.max(0, change.actsMs - serverMs));
  const seconds = Math.ceil(leftMs / 1_000);
  const word = change.command === "resume" ? "trades with money" : "may open with money";
  return (
    <div className={css["waiting"]} ref={row}>
      <span className="visually-hidden" role="status">
        {name} {word} in a few seconds, unless it is taken back
      </span>
      <span aria-hidden="true">
        {name} {word} in <strong className={css["seconds"]}>{seconds} s</strong>
      </span>
      <Button onClick={takeBack}>Take back</Button>
    </div>
  );
}
