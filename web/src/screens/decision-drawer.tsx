/** @file Why: what a decision was made on, how each symbol was sized step by step, what the gate said, what became of it. */
import type { ReactNode } from "react";
import type { Decision } from "../api/contract.ts";
import { exact, figure, number, percent } from "../lib/format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Badge, Bar, CommandLine, Facts } from "../parts/panel.tsx";
import { Empty } from "../parts/states.tsx";
import { Moment } from "../parts/time.tsx";

type Why = NonNullable<Decision["why"]>;
type SymbolWhy = Why["symbols"][number];

export function DecisionDrawer({
  decision,
  onClose,
}: {
  readonly decision: Decision;
  readonly onClose: () => void;
}): ReactNode {
  const { why } = decision;
  return (
    <Dialog title="Why this decision" shape="drawer" onClose={onClose}>
      <Facts
        rows={[
          ["Close", <Moment key="close" at={decision.closeMs} />],
          [
            "Made",
            <span key="made">
              <Moment at={decision.atMs} precision="second" />, record #{decision.seq}
            </span>,
          ],
          [
            "Value of the account",
            why === null || why === undefined || why.value === null ? "the policy has none" : figure(why.value),
          ],
        ]}
      />
      {why === null || why === undefined ? (
        <Empty title="What it was made on isn't in the journal">
          <p>An older program wrote this record.</p>
        </Empty>
      ) : (
        why.symbols.map((one) => <SymbolPart key={one.symbol} why={one} decision={decision} />)
      )}
      <CommandLine line={`tidemark journal verify ${decision.session}`} />
    </Dialog>
  );
}

function SymbolPart({ why, decision }: { readonly why: SymbolWhy; readonly decision: Decision }): ReactNode {
  const target = decision.targets.find(({ symbol }) => symbol === why.symbol);
  const outcomes = decision.outcomes.filter(({ symbol }) => symbol === why.symbol);
  return (
    <section className="stack" style={{ gap: 8 }} aria-label={why.symbol}>
      <div className="row spread">
        <h3>{why.symbol}</h3>
        <span className="row">
          <Badge>{why.direction}</Badge>
          {why.sent ? <Badge kind="accent">sent</Badge> : <Badge>nothing sent</Badge>}
        </span>
      </div>
      {why.reason !== undefined && why.reason !== "" && <p className="soft">{why.reason}</p>}
      <Probabilities values={why.probabilities ?? {}} />
      <Facts
        rows={[
          ...Object.entries(why.figures ?? {}).map(([name, value]) => [name, figure(value)] as const),
          ["Size wanted", percent(why.size, 1)],
          ["By the sizing", number(why.scheme, 2)],
          ["Allowed by the gate", number(why.allowed, 2)],
          ["Held before", figure(why.held)],
          ["Target", <strong key="target">{figure(why.target)}</strong>],
          ...(target === undefined
            ? []
            : [
                ["Quantity", exact(target.quantity)] as const,
                [
                  "Stop and target",
                  `${percent(target.stopDistance, 2)} and ${percent(target.targetDistance, 2)} away`,
                ] as const,
                ["Regime", target.regime ?? "–"] as const,
              ]),
        ]}
      />
      {why.verdicts.length > 0 && (
        <p className="row">
          {why.verdicts.map((verdict) => (
            <Badge key={verdict} kind="warn">
              {verdict}
            </Badge>
          ))}
        </p>
      )}
      {outcomes.map(({ kind, code, text }) => (
        <p key={`${kind} ${code} ${text}`}>
          <Badge>{code === "" ? kind : code}</Badge> {text}
        </p>
      ))}
    </section>
  );
}

function Probabilities({ values }: { readonly values: Readonly<Record<string, number>> }): ReactNode {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <ul className="stack" style={{ gap: 6 }}>
      {entries.map(([name, value]) => (
        <li key={name}>
          <div className="row spread" style={{ fontSize: 13 }}>
            <span>{name}</span>
            <span className="soft">{percent(value)}</span>
          </div>
          <Bar share={value} label={`Probability of ${name}`} />
        </li>
      ))}
    </ul>
  );
}
