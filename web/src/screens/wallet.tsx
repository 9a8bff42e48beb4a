/** @file How much may be used: per asset class and mode the budget, the wallet, what is in use and what is usable now. */
import { type ReactNode, useState } from "react";
import type { Wallet } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { money, number, percent } from "../lib/format.ts";
import { Field } from "../parts/field.tsx";
import { Bar, Facts, Page, Panel } from "../parts/panel.tsx";
import { ModeBadge } from "../parts/session-badge.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { className } from "../shell/standing.ts";
import { sizingSteps } from "./sizing.ts";

type Card = Wallet["items"][number];

export function WalletScreen(): ReactNode {
  const query = useApi<Wallet>("wallet", { everyMs: 5_000 });
  return (
    <Page
      title="Wallet"
      note="What each asset class may use now: the lesser of its budget that is left and the wallet."
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel title="Budgets">
              <Empty title="No session holds money yet">
                <p>Start a paper session; its account and the budgets of its asset classes stand here.</p>
              </Empty>
            </Panel>
          ) : (
            <>
              <div className="columns">
                {items.map((card) => (
                  <ClassCard key={`${card.mode} ${card.assetClass}`} card={card} />
                ))}
              </div>
              <Calculator cards={items} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function ClassCard({ card }: { readonly card: Card }): ReactNode {
  const { budget, wallet, usableNow, inUse, currency, allocation } = card;
  const share = Number(budget) > 0 ? Number(inUse) / Number(budget) : 0;
  return (
    <Panel title={className(card.assetClass)} actions={<ModeBadge mode={card.mode} />}>
      <div className="stack" style={{ gap: 12 }}>
        <div>
          <div className="muted" style={{ fontSize: 12 }}>
            usable now
          </div>
          <div style={{ fontSize: 28, lineHeight: "36px", fontWeight: 600 }}>{money(usableNow, currency)}</div>
        </div>
        <div>
          <Bar share={share} label={`${className(card.assetClass)}: budget in use`} warnAt={0.8} />
          <span className="muted" style={{ fontSize: 12 }}>
            {percent(share)} of the budget in use
          </span>
        </div>
        <Facts
          rows={[
            ["Budget", money(budget, currency)],
            ["Wallet available", money(wallet, currency)],
            ["In use", money(inUse, currency)],
            ["Allocation", money(allocation, currency)],
          ]}
        />
      </div>
    </Panel>
  );
}

/** A size by hand, with every step that leads to it. */
function Calculator({ cards }: { readonly cards: readonly Card[] }): ReactNode {
  const [at, setAt] = useState(0);
  const [price, setPrice] = useState("");
  const [stop, setStop] = useState("");
  const [loss, setLoss] = useState("1");
  const card = cards[Math.min(at, cards.length - 1)];
  const result = sizingSteps({
    usableNow: Number(card.usableNow),
    budget: Number(card.budget),
    price: Number(price),
    stop: Number(stop),
    lossShare: Number(loss) / 100,
  });
  return (
    <Panel title="Sizing" note="A calculation only: sizes of orders are the engine's, and pass its gate.">
      <div className="columns">
        <div className="stack" style={{ gap: 10 }}>
          <Field label="From">
            {(id) => (
              <select id={id} value={at} onChange={(event) => setAt(Number(event.target.value))}>
                {cards.map((one, index) => (
                  <option key={`${one.mode} ${one.assetClass}`} value={index}>
                    {className(one.assetClass)}, {one.mode}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Price">
            {(id) => (
              <input id={id} inputMode="decimal" value={price} onChange={(event) => setPrice(event.target.value)} />
            )}
          </Field>
          <Field label="Stop">
            {(id) => (
              <input id={id} inputMode="decimal" value={stop} onChange={(event) => setStop(event.target.value)} />
            )}
          </Field>
          <Field label="Loss at the stop, % of the budget">
            {(id) => (
              <input id={id} inputMode="decimal" value={loss} onChange={(event) => setLoss(event.target.value)} />
            )}
          </Field>
        </div>
        {typeof result === "string" ? (
          <Empty title={result} />
        ) : (
          <Facts
            rows={[
              ...result.steps.map(({ name, value }) => [name, money(value, card.currency)] as const),
              ["Quantity", number(result.quantity, 6)] as const,
              ["Notional", <strong key="notional">{money(result.notional, card.currency)}</strong>] as const,
            ]}
          />
        )}
      </div>
    </Panel>
  );
}
