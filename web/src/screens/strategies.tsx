/** @file What may be chosen: models and their records as cards or as a table, with what they are approved for. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { Model, Promotion } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { figure, number, percent, ratio } from "../lib/format.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { valueAt } from "../lib/schema.ts";
import { Percent } from "../parts/amount.tsx";
import { Segments } from "../parts/field.tsx";
import { Badge, type BadgeKind, CommandLine, Facts, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Moment } from "../parts/time.tsx";
import { NewJobButton } from "./new-job.tsx";

type Models = {
  readonly items: readonly Model[];
  readonly damaged: readonly { readonly id: string; readonly error: string }[];
};

/** A list of the configuration in words; empty or absent means all. */
function namesAt(config: unknown, key: string, all: string): string {
  const value = valueAt(config, key);
  return Array.isArray(value) && value.length > 0 ? value.join(", ") : all;
}

export function Strategies(): ReactNode {
  const query = useApi<Models>("models", { everyMs: 20_000 });
  const promotions = useApi<{ readonly items: readonly Promotion[] }>("promotions").data?.items ?? [];
  const config = useApi<{ readonly values: unknown }>("config").data?.values;
  const allowed = `${namesAt(config, "trade.sessions", "every session")}, ${namesAt(config, "trade.regimes", "every regime")}`;
  const [shape, setShape] = useQueryParam("as");
  return (
    <Page
      title="Strategies and models"
      note="What they are, what they earned where nothing was learned, and what they are approved for."
      actions={
        <Segments
          label="Show as"
          value={shape === "table" ? "table" : "cards"}
          choices={[
            { value: "cards", label: "Cards" },
            { value: "table", label: "Table" },
          ]}
          onChange={(value) => setShape(value === "cards" ? null : value)}
        />
      }
    >
      <Loaded query={query} lines={4}>
        {({ items, damaged }) => (
          <>
            {damaged.map(({ id, error }) => (
              <Failure key={id} error={new Error(`${id} can't be read: ${error}`)} />
            ))}
            {items.length === 0 ? (
              <Panel title="Models">
                <Empty
                  title="No model has been trained yet"
                  action={<NewJobButton kind="train" label="Start a training …" />}
                >
                  <CommandLine line="tidemark train" />
                </Empty>
              </Panel>
            ) : shape === "table" ? (
              <Panel title="Models" note={`${items.length}`} isFlush>
                <ModelTable models={items} />
              </Panel>
            ) : (
              <div className="columns">
                {items.map((model) => (
                  <ModelCard key={model.id} model={model} promotions={promotions} allowed={allowed} />
                ))}
              </div>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The words of a verdict: better than luck, perhaps, or not. */
const STANDINGS: Readonly<Record<string, BadgeKind>> = {
  promotable: "good",
  better: "good",
  promising: "accent",
  beaten: "warn",
  "in-sample": "warn",
  losing: "bad",
};

export function StandingBadge({ standing }: { readonly standing: string | null }): ReactNode {
  if (standing === null) return <Badge>not judged</Badge>;
  return <Badge kind={STANDINGS[standing] ?? "warn"}>{standing}</Badge>;
}

export function StageBadge({ stage }: { readonly stage: string | null }): ReactNode {
  if (stage === null) return <Badge>no stage</Badge>;
  if (stage === "live") return <Badge kind="live">LIVE</Badge>;
  return <Badge kind={stage === "candidate" ? "plain" : "accent"}>{stage}</Badge>;
}

function ModelCard({
  model,
  promotions,
  allowed,
}: {
  readonly model: Model;
  readonly promotions: readonly Promotion[];
  readonly allowed: string;
}): ReactNode {
  const approved = promotions.filter((one) => one.model === model.name && one.version === model.version);
  return (
    <Panel
      title={model.id}
      actions={
        <>
          <StageBadge stage={model.stage} />
          <StandingBadge standing={model.standing} />
        </>
      }
    >
      <div className="stack" style={{ gap: 12 }}>
        <Facts
          rows={[
            ["Sharpe ratio", ratio(model.sharpe)],
            ["Return", <Percent key="return" value={model.totalReturn} />],
            ["Win rate", percent(model.winRate)],
            ["Average trade", ratio(model.averageTrade)],
            ["Trades used", figure(model.trades)],
            ["Network", `${model.encoder}, ${number(model.parameters, 0)} parameters`],
            ["Market", `${model.symbols.join(", ")} · ${model.timeframe}`],
            ["May trade in", allowed],
            [
              "Approved for",
              approved.length === 0
                ? "nothing yet"
                : approved.map(({ assetClass, stage }) => `${assetClass}: ${stage}`).join(", "),
            ],
          ]}
        />
        <div className="row">
          {model.synthetic && <Badge kind="warn">trained on made-up prices</Badge>}
          <Link to={`/models/${model.name}?version=${model.version}`}>Everything about it</Link>
        </div>
      </div>
    </Panel>
  );
}

function ModelTable({ models }: { readonly models: readonly Model[] }): ReactNode {
  const [, navigate] = useLocation();
  const columns: readonly Column<Model>[] = [
    {
      id: "id",
      title: "Model",
      sort: ({ id }) => id,
      cell: (model) => <Link to={`/models/${model.name}?version=${model.version}`}>{model.id}</Link>,
    },
    { id: "stage", title: "Stage", sort: ({ stage }) => stage, cell: ({ stage }) => <StageBadge stage={stage} /> },
    {
      id: "standing",
      title: "Verdict",
      sort: ({ standing }) => standing,
      cell: ({ standing }) => <StandingBadge standing={standing} />,
    },
    {
      id: "sharpe",
      title: "Sharpe",
      isRight: true,
      sort: ({ sharpe }) => sharpe,
      cell: ({ sharpe }) => ratio(sharpe),
    },
    {
      id: "return",
      title: "Return",
      isRight: true,
      sort: ({ totalReturn }) => totalReturn,
      cell: ({ totalReturn }) => <Percent value={totalReturn} />,
    },
    {
      id: "win",
      title: "Win rate",
      isRight: true,
      sort: ({ winRate }) => winRate,
      cell: ({ winRate }) => percent(winRate),
    },
    {
      id: "trades",
      title: "Trades",
      isRight: true,
      isMinor: true,
      sort: ({ trades }) => trades,
      cell: ({ trades }) => figure(trades),
    },
    { id: "encoder", title: "Network", isMinor: true, sort: ({ encoder }) => encoder, cell: ({ encoder }) => encoder },
    {
      id: "steps",
      title: "Steps",
      isRight: true,
      isMinor: true,
      sort: ({ steps }) => steps,
      cell: ({ steps }) => number(steps, 0),
    },
    {
      id: "created",
      title: "Made",
      isMinor: true,
      sort: ({ createdMs }) => createdMs,
      cell: ({ createdMs }) => <Moment at={createdMs} />,
    },
  ];
  return (
    <Table
      label="Models"
      rows={models}
      columns={columns}
      order={{ column: "created", isDown: true }}
      rowKey={({ id }) => id}
      onOpen={(model) => navigate(`/models/${model.name}?version=${model.version}`)}
      empty={<Empty title="No model has been trained yet" />}
    />
  );
}
