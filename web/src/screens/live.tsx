/** @file From paper to live: the stage of each model, and a switch an asset class whose last step asks for everything. */
import { useQueryClient } from "@tanstack/react-query";
import { Fragment, type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import type { Promotion, Session, Wallet, Who } from "../api/contract.ts";
import { problemOf } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { announce } from "../lib/announce.ts";
import { money, number } from "../lib/format.ts";
import { Button, HoldButton } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Badge, CommandLine, Facts, Page, Panel } from "../parts/panel.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Age } from "../parts/time.tsx";
import { useLowerRisk } from "../shell/risk-controls.tsx";
import { CLASS_NAMES, className } from "../shell/standing.ts";
import { RaiseLive } from "./raise-live.tsx";

const LADDER = ["candidate", "paper", "shadow", "canary", "live"];

export function LiveControl(): ReactNode {
  const promotions = useApi<{ readonly items: readonly Promotion[] }>("promotions", { everyMs: 15_000 });
  const sessions = useApi<{ readonly items: readonly Session[] }>("sessions", { everyMs: 5_000 });
  const wallet = useApi<Wallet>("wallet", { everyMs: 10_000 });
  return (
    <Page
      title="Live control"
      note="A model climbs from candidate to live, one gate at a time. Down is one step, up is several."
      actions={<Lock />}
    >
      <div className="columns">
        {Object.keys(CLASS_NAMES).map((assetClass) => (
          <ClassSwitch
            key={assetClass}
            assetClass={assetClass}
            sessions={sessions.data?.items ?? []}
            promotions={promotions.data?.items ?? []}
            wallet={wallet.data}
          />
        ))}
      </div>
      <Panel title="Ladder" note={LADDER.join(" → ")} isFlush>
        <Loaded query={promotions}>{({ items }) => <Ladder promotions={items} />}</Loaded>
      </Panel>
    </Page>
  );
}

type SwitchProps = {
  readonly assetClass: string;
  readonly sessions: readonly Session[];
  readonly promotions: readonly Promotion[];
  readonly wallet: Wallet | undefined;
};

const STANDING: Readonly<Record<string, string>> = {
  active: "trades with money",
  reducing: "holds money and only closes",
  halted: "is halted: nothing new is sent, stops stay at the venue",
};

function standingOf({ name, status, classes = [] }: Session, assetClass: string): string {
  const isClosed = classes.some((one) => one.assetClass === assetClass && !one.open);
  if (status === "active" && isClosed) return `${name} runs, and opens nothing of this class`;
  return `${name} ${STANDING[status] ?? status}`;
}

/** The password was right lately: whoever sits here next should need it again. */
function Lock(): ReactNode {
  const client = useQueryClient();
  const who = useApi<Who>("session", { everyMs: 10_000 }).data;
  if (who?.tier !== "live") return null;
  const lock = (): void => {
    tell("session/live", {}, "DELETE")
      .then(() => announce("The password is needed again."))
      .catch((thrown: unknown) => announce(problemOf(thrown).what, true))
      .finally(() => void client.invalidateQueries({ queryKey: ["session"] }));
  };
  return <Button onClick={lock}>Ask for the password again</Button>;
}

function ClassSwitch(props: SwitchProps): ReactNode {
  const { assetClass, sessions, promotions } = props;
  const { lower, isBusy } = useLowerRisk();
  const [step, setStep] = useState<"preview" | "phrase" | undefined>();
  const live = sessions.filter(
    ({ mode, running, assetClasses }) =>
      mode === "live" && running && (assetClasses as readonly string[]).includes(assetClass),
  );
  const ready = promotions.filter(
    (one) => one.assetClass === assetClass && (one.stage === "canary" || one.stage === "live"),
  );
  const isLive = live.length > 0;
  return (
    <Panel
      title={className(assetClass)}
      actions={isLive ? <Badge kind="live">LIVE ENABLED</Badge> : <Badge kind="paper">PAPER ONLY</Badge>}
    >
      <div className="stack" style={{ gap: 12 }}>
        <p className="soft">
          {isLive
            ? `${live.map((session) => standingOf(session, assetClass)).join("; ")}.`
            : ready.length === 0
              ? "No model has passed the gates that lead to money."
              : `${ready.map(({ model, version }) => `${model}/${version}`).join(", ")} may trade with money.`}
        </p>
        <div className="row">
          {isLive ? (
            live.map((session) => (
              <Fragment key={session.id}>
                <HoldButton disabled={isBusy} onHeld={() => void lower("halt", session.id)}>
                  Stop {session.name}
                </HoldButton>
                <RaiseLive session={session} assetClass={assetClass} />
              </Fragment>
            ))
          ) : (
            <Button
              className="raises-risk"
              onClick={() => setStep("preview")}
              aria-label={`Enable live for ${className(assetClass)}`}
            >
              Enable live …
            </Button>
          )}
        </div>
      </div>
      {step === "preview" && <Preview {...props} onBack={() => setStep(undefined)} onNext={() => setStep("phrase")} />}
      {step === "phrase" && <LastStep {...props} onClose={() => setStep(undefined)} />}
    </Panel>
  );
}

function Preview({
  assetClass,
  promotions,
  wallet,
  onBack,
  onNext,
}: SwitchProps & { readonly onBack: () => void; readonly onNext: () => void }): ReactNode {
  const own = promotions.filter((one) => one.assetClass === assetClass);
  const cards = (wallet?.items ?? []).filter((card) => card.assetClass === assetClass);
  return (
    <Dialog
      title={`Live for ${className(assetClass)}: what it allows`}
      onClose={onBack}
      isLive
      foot={
        <>
          <Button onClick={onBack}>Back to paper</Button>
          <Button onClick={onNext}>Go on</Button>
        </>
      }
    >
      <h3>Gates</h3>
      {own.length === 0 ? (
        <p className="soft">No model of this asset class has been looked at by a gate.</p>
      ) : (
        <ul className="stack" style={{ gap: 4 }}>
          {own.map((one) => (
            <li key={`${one.model} ${one.version}`} className="row">
              <Badge kind={one.stage === "live" || one.stage === "canary" ? "good" : "warn"}>{one.stage}</Badge>
              {one.model}/{one.version}
              {one.multiplier !== null && <span className="muted">size × {number(one.multiplier, 2)}</span>}
            </li>
          ))}
        </ul>
      )}
      <h3>What could be used and lost</h3>
      {cards.length === 0 ? (
        <p className="soft">No session of this class runs, so no budget is known here. The command line asks for it.</p>
      ) : (
        cards.map((card) => (
          <Facts
            key={card.mode}
            rows={[
              [`Budget (${card.mode})`, money(card.budget, card.currency)],
              ["Usable now", money(card.usableNow, card.currency)],
              ["Wallet", money(card.wallet, card.currency)],
            ]}
          />
        ))
      )}
      <p className="soft">Limits of the day and of drawdown hold in the engine, whatever this page says.</p>
    </Dialog>
  );
}

/** A live session begins where keys of the venue are and the amount at risk is typed: no route of the API starts one. */
function LastStep({ assetClass, promotions, onClose }: SwitchProps & { readonly onClose: () => void }): ReactNode {
  const best = promotions.find((one) => one.assetClass === assetClass && one.stage !== "candidate");
  return (
    <Dialog
      title={`Live for ${className(assetClass)}: the last step`}
      onClose={onClose}
      isLive
      foot={<Button onClick={onClose}>Back to paper</Button>}
    >
      <p>
        A page doesn't start a live session: keys and the amount at risk stay at the machine. The command line shows the
        same gates, asks for the amount, and waits for words that you type:
      </p>
      <CommandLine
        line={`tidemark live --model ${best === undefined ? "MODEL" : `${best.model}/${best.version}`} --cap 500`}
      />
      <p className="soft">
        Once it runs, the banner says LIVE ENABLED on every screen, and this page can stop it: halt, close only and
        flatten need one gesture. To resume it takes a phrase, your password and five seconds.
      </p>
    </Dialog>
  );
}

function Ladder({ promotions }: { readonly promotions: readonly Promotion[] }): ReactNode {
  const columns: readonly Column<Promotion>[] = [
    { id: "model", title: "Model", sort: ({ model }) => model, cell: ({ model, version }) => `${model}/${version}` },
    {
      id: "class",
      title: "Asset class",
      sort: ({ assetClass }) => assetClass,
      cell: ({ assetClass }) => className(assetClass),
    },
    {
      id: "stage",
      title: "Stage",
      sort: ({ stage }) => LADDER.indexOf(stage),
      cell: ({ stage }) =>
        stage === "live" ? (
          <Badge kind="live">LIVE</Badge>
        ) : (
          <Badge kind={stage === "candidate" ? "plain" : "accent"}>{stage}</Badge>
        ),
    },
    {
      id: "multiplier",
      title: "Size",
      isRight: true,
      cell: ({ multiplier }) => (multiplier === null ? "–" : `× ${number(multiplier, 2)}`),
    },
    { id: "since", title: "Since", sort: ({ sinceMs }) => sinceMs, cell: ({ sinceMs }) => <Age at={sinceMs} /> },
  ];
  return (
    <Table
      label="Stages of models"
      rows={promotions}
      columns={columns}
      orderName="ladder"
      order={{ column: "stage", isDown: true }}
      rowKey={({ model, version, assetClass }) => `${model} ${version} ${assetClass}`}
      empty={
        <Empty title="No model stands on the ladder yet">
          <p>A model climbs when it is judged by a gate:</p>
          <CommandLine line="tidemark promote MODEL" />
        </Empty>
      }
    />
  );
}
