/** @file The questions before live risk is raised: what it allows, the password, a phrase. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import type { AssetClass, Promotion, Session, Wallet, Who } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { useNow } from "../lib/clock-hook.ts";
import { money } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { ConfirmDialog, Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { CommandLine, Facts } from "../parts/panel.tsx";
import { className } from "../shell/standing.ts";
import { gateText, whatItAllows } from "./raise-figures.ts";
import { reasonOf } from "./session-command.ts";

export type Raise =
  | { readonly command: "resume" }
  | { readonly command: "switch-class"; readonly assetClass: AssetClass };

/** What could be raised: a session that does not trade is resumed first, a class that is closed is opened. */
export function raiseOf(session: Session, assetClass: string): Raise | undefined {
  if (session.status !== "active") return { command: "resume" };
  const isClosed = session.classes?.some((one) => one.assetClass === assetClass && !one.open) === true;
  return isClosed ? { command: "switch-class", assetClass: assetClass as AssetClass } : undefined;
}

export const wordOf = ({ command }: Raise): string => (command === "resume" ? "Resume" : "Open");

export function AskToRaise({
  session,
  assetClass,
  raise,
  onClose,
}: {
  readonly session: Session;
  readonly assetClass: string;
  readonly raise: Raise;
  readonly onClose: () => void;
}): ReactNode {
  const client = useQueryClient();
  const who = useApi<Who>("session").data;
  const promotions = useApi<{ readonly items: readonly Promotion[] }>("promotions").data?.items ?? [];
  const wallet = useApi<Wallet>("wallet").data?.items.find(
    (one) => one.mode === "live" && one.assetClass === assetClass,
  );
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
  const causes = Object.entries(session.causes).map(([cause, text]) => (text === "" ? cause : `${cause}: ${text}`));
  return (
    <ConfirmDialog
      title={title}
      action="Raise live risk"
      isLive
      phrase={`raise ${session.name}`}
      isBlocked={stale || who === undefined || (needsPassword && password === "")}
      onConfirm={async ({ phrase, reason }) => {
        if (needsPassword) await tell("session/live", { password });
        await tell("live/changes", { ...raise, session: session.id, phrase, reason: reasonOf(reason) });
        await client.invalidateQueries({ queryKey: ["live/changes"] });
        void client.invalidateQueries();
      }}
      onClose={onClose}
    >
      <Facts
        rows={[
          ["Gates", gateText(session, assetClass, promotions)],
          ...whatItAllows(session),
          ...(wallet === undefined ? [] : [["Usable now", money(wallet.usableNow, wallet.currency)] as const]),
          ...(causes.length === 0 ? [] : [["Why it stands still", causes.join("; ")] as const]),
        ]}
      />
      {needsPassword && (
        <Field label="Password" hint="It holds for five minutes in this page.">
          {(id, described) => (
            <input
              id={id}
              aria-describedby={described}
              data-first
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      )}
      {stale && <p className="warn">The figures above are old: nothing is raised until the stream is back.</p>}
      <p className="soft">It is sent after five seconds, in which it can be taken back. Limits hold in the engine.</p>
    </ConfirmDialog>
  );
}
