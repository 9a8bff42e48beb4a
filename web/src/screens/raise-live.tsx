/** @file More risk of a live session that runs: figures, a phrase, the password, and seconds in which it can be taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import type { AssetClass, LiveChange, Session, Who } from "../api/contract.ts";
import { problemOf } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { announce } from "../lib/announce.ts";
import { useNow } from "../lib/clock-hook.ts";
import { money } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { ConfirmDialog, Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { CommandLine, Facts } from "../parts/panel.tsx";
import { className } from "../shell/standing.ts";

type Raise = { readonly command: "resume" } | { readonly command: "switch-class"; readonly assetClass: AssetClass };

/** What could be raised: a session that does not trade is resumed first, a class that is closed is opened. */
function raiseOf(session: Session, assetClass: string): Raise | undefined {
  if (session.status !== "active") return { command: "resume" };
  const isClosed = session.classes?.some((one) => one.assetClass === assetClass && !one.open) === true;
  return isClosed ? { command: "switch-class", assetClass: assetClass as AssetClass } : undefined;
}

const wordOf = ({ command }: Raise): string => (command === "resume" ? "Resume" : "Open");

export function RaiseLive({
  session,
  assetClass,
}: {
  readonly session: Session;
  readonly assetClass: string;
}): ReactNode {
  const client = useQueryClient();
  const nowMs = useNow();
  const [isAsking, setAsking] = useState(false);
  const changes = useApi<{ readonly items: readonly LiveChange[] }>("live/changes", { everyMs: 1_000 });
  const waiting = changes.data?.items.find((one) => one.session === session.id && one.state === "waiting");
  const raise = raiseOf(session, assetClass);
  if (waiting !== undefined) {
    const takeBack = (): void => {
      tell(`live/changes/${waiting.id}`, {}, "DELETE")
        .then(() => announce("Taken back: nothing was sent."))
        .catch((thrown: unknown) => announce(`Not taken back: ${problemOf(thrown).what}`, true))
        .finally(() => void client.invalidateQueries());
    };
    return (
      <div className="row" role="status">
        <span>
          {session.name} trades with money in {Math.max(0, Math.ceil((waiting.actsMs - nowMs) / 1_000))} s
        </span>
        <Button onClick={takeBack}>Take back</Button>
      </div>
    );
  }
  if (raise === undefined) return null;
  return (
    <>
      <Button className="raises-risk" onClick={() => setAsking(true)}>
        {wordOf(raise)} {session.name} …
      </Button>
      {isAsking && <Ask session={session} raise={raise} onClose={() => setAsking(false)} />}
    </>
  );
}

function Ask({
  session,
  raise,
  onClose,
}: {
  readonly session: Session;
  readonly raise: Raise;
  readonly onClose: () => void;
}): ReactNode {
  const client = useQueryClient();
  const who = useApi<Who>("session").data;
  const [password, setPassword] = useState("");
  const stale = isStale(useStreamState(), useNow());
  const title =
    raise.command === "resume" ? `Resume ${session.name}` : `Open ${className(raise.assetClass)} of ${session.name}`;
  if (who !== undefined && !who.canRaiseLive) {
    return (
      <Dialog title={title} onClose={onClose} isLive foot={<Button onClick={onClose}>Back</Button>}>
        <p>No password is set, so no page raises live risk. On the machine itself:</p>
        <CommandLine line={`tidemark resume ${session.id}`} />
        <p>Or set a password, and come back:</p>
        <CommandLine line="tidemark token password" />
      </Dialog>
    );
  }
  const needsPassword = who?.tier !== "live";
  return (
    <ConfirmDialog
      title={title}
      action="Raise live risk"
      phrase={`raise ${session.name}`}
      isBlocked={stale || who === undefined || (needsPassword && password === "")}
      onConfirm={async ({ phrase, reason }) => {
        if (needsPassword) await tell("session/live", { password });
        await tell("live/changes", { ...raise, session: session.id, phrase, reason });
        void client.invalidateQueries();
      }}
      onClose={onClose}
    >
      <Facts
        rows={[
          ["Equity", money(session.equity, session.currency)],
          ["Today", money(session.dayProfit, session.currency)],
          ["Positions", String(session.positions.length)],
          [
            "Why it stands still",
            Object.entries(session.causes)
              .map(([cause, text]) => `${cause}: ${text}`)
              .join("; "),
          ],
        ]}
      />
      {needsPassword && (
        <Field label="Password" hint="It holds for five minutes in this page.">
          {(id, described) => (
            <input
              id={id}
              aria-describedby={described}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      )}
      <p className="soft">It is sent after five seconds, in which it can be taken back. Limits hold in the engine.</p>
    </ConfirmDialog>
  );
}
