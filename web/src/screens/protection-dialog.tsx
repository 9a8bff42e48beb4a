/** @file Changing the stop and the target of a position: checked here, by the gate of the engine, and kept in the journal. */
import { type ReactNode, useState } from "react";
import type { Position, Session } from "../api/contract.ts";
import { isStale, useStreamState } from "../api/stream.ts";
import { useNow } from "../lib/clock-hook.ts";
import { exact, money } from "../lib/format.ts";
import { ConfirmDialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { Facts } from "../parts/panel.tsx";
import { isLong, isMoreRisk, lossAtStop, problemOfProtection } from "./protection.ts";
import { useCommand } from "./session-command.ts";

export function ProtectionDialog({
  session,
  position,
  onClose,
}: {
  readonly session: Session;
  readonly position: Position;
  readonly onClose: () => void;
}): ReactNode {
  const [stopPrice, setStop] = useState(position.stopPrice ?? "");
  const [targetPrice, setTarget] = useState(position.targetPrice ?? "");
  const stale = isStale(useStreamState(), useNow());
  const command = useCommand(session.id);
  const problem = problemOfProtection(position, { stopPrice, targetPrice });
  const isMore = problem === undefined && isMoreRisk(position, stopPrice);
  return (
    <ConfirmDialog
      title={`Stop and target of ${position.symbol}`}
      action="Change"
      phrase={isMore ? `risk more on ${position.symbol}` : undefined}
      isBlocked={problem !== undefined || (isMore && stale)}
      onConfirm={({ reason }) =>
        command(
          {
            command: "change-protection",
            symbol: position.symbol,
            stopPrice,
            targetPrice: targetPrice === "" ? null : targetPrice,
            ...(position.version === undefined ? {} : { ifVersion: position.version }),
          },
          reason,
        )
      }
      onClose={onClose}
    >
      <Facts
        rows={[
          [
            "Held",
            `${isLong(position) ? "long" : "short"} ${exact(position.quantity.replace("-", ""))} at ${exact(position.entryPrice)}`,
          ],
          ["Price now", exact(position.markPrice)],
          [
            "Stop now",
            position.stopPrice === null ? (
              <strong key="none" className="down">
                none
              </strong>
            ) : (
              exact(position.stopPrice)
            ),
          ],
          [
            "Lost at the new stop",
            problem === undefined ? money(lossAtStop(position, stopPrice), session.currency) : "–",
          ],
        ]}
      />
      <Field label="Stop" problem={stopPrice === "" ? undefined : problem}>
        {(id, described) => (
          <input
            id={id}
            data-first
            aria-describedby={described}
            aria-invalid={problem !== undefined}
            inputMode="decimal"
            value={stopPrice}
            onChange={(event) => setStop(event.target.value.trim())}
          />
        )}
      </Field>
      <Field label="Target" hint="Empty takes it away.">
        {(id, described) => (
          <input
            id={id}
            aria-describedby={described}
            inputMode="decimal"
            value={targetPrice}
            onChange={(event) => setTarget(event.target.value.trim())}
          />
        )}
      </Field>
      {isMore && (
        <p className="warn">
          More can be lost than at the stop that lies there.
          {stale ? " The figures are old: that can't be done now." : ""}
        </p>
      )}
    </ConfirmDialog>
  );
}
