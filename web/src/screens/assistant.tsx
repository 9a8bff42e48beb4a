/** @file The analyst: questions about what is stored, answers whose every figure opens to its source. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { askAnalyst } from "../api/analyst.ts";
import { tell } from "../api/client.ts";
import type { Answer, Dialogue } from "../api/contract.ts";
import { ApiError } from "../api/problem.ts";
import { useApi } from "../api/queries.ts";
import { Button } from "../parts/button.tsx";
import { Badge, Page, Panel } from "../parts/panel.tsx";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import { Moment } from "../parts/time.tsx";
import { factUnit, partsOf } from "./answer-parts.ts";
import css from "./assistant.module.css";

/** One conversation for every page of this browser. */
const CONVERSATION = "page";
const PATH = `assistant/conversations/${CONVERSATION}`;
const LONGEST = 1_000;
const EXAMPLES = [
  "How is BTC doing?",
  "Technical analysis of ETH",
  "How did the last backtest perform?",
  "What do I hold?",
  "What are the latest signals?",
  "What is drawdown?",
] as const;
const PHASES = {
  computing: "Looking it up",
  planning: "The language model plans what to look up",
  writing: "The language model words it; nothing is shown before every number is verified",
} as const;

type Asking = { readonly question: string; readonly phase: keyof typeof PHASES; readonly text: string };

export function Assistant(): ReactNode {
  const client = useQueryClient();
  const dialogue = useApi<Dialogue>(PATH);
  const [asking, setAsking] = useState<Asking>();
  const [fault, setFault] = useState<unknown>();
  const stop = useRef<AbortController | undefined>(undefined);
  const end = useRef<HTMLDivElement>(null);
  const items = dialogue.data?.items ?? [];

  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => {
    if (items.length > 0 || asking !== undefined) end.current?.scrollIntoView({ block: "nearest" });
  }, [items.length, asking]);

  const send = async (question: string): Promise<void> => {
    const own = new AbortController();
    stop.current = own;
    setFault(undefined);
    setAsking({ question, phase: "computing", text: "" });
    try {
      for await (const event of askAnalyst(CONVERSATION, question, own.signal)) {
        if (event.type === "phase") setAsking((now) => now && { ...now, phase: event.phase });
        if (event.type === "text") setAsking((now) => now && { ...now, text: now.text + event.text });
        if (event.type === "error") throw new ApiError(500, event.error);
        if (event.type === "answer") {
          client.setQueryData<Dialogue>([PATH, {}], (now) => ({
            model: now?.model ?? null,
            items: [...(now?.items ?? []), event.answer],
          }));
        }
      }
    } catch (thrown) {
      if (!own.signal.aborted) setFault(thrown);
    } finally {
      setAsking(undefined);
    }
  };
  const forget = async (): Promise<void> => {
    try {
      await tell(PATH, {}, "DELETE");
      client.setQueryData<Dialogue>([PATH, {}], (now) => ({ model: now?.model ?? null, items: [] }));
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const isBusy = asking !== undefined;
  const model = dialogue.data?.model ?? null;
  return (
    <Page
      title="Analyst"
      note={
        model === null
          ? "Every figure is computed from what is stored; select one to see where it is from."
          : `Worded by ${model}; every figure is computed and verified.`
      }
      actions={
        items.length > 0 && (
          <Button kind="quiet" small onClick={() => void forget()} disabled={isBusy}>
            Forget
          </Button>
        )
      }
    >
      <Panel title="Conversation" note="It places no orders, forecasts nothing, and remembers the last questions">
        {dialogue.isPending ? (
          <Loading />
        ) : dialogue.isError ? (
          <Failure error={dialogue.error} retry={() => void dialogue.refetch()} />
        ) : (
          <div className={css["talk"]}>
            {items.length === 0 && !isBusy && (
              <Empty title="Nothing was asked yet">
                <p>It answers from candles, reports, sessions, signals, models and terms that are stored here.</p>
                <ul className={css["examples"]}>
                  {EXAMPLES.map((example) => (
                    <li key={example}>
                      <Button small onClick={() => void send(example)}>
                        {example}
                      </Button>
                    </li>
                  ))}
                </ul>
              </Empty>
            )}
            <div role="log" aria-label="Dialogue">
              <ol className={css["talk"]}>
                {items.map((item, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a conversation only grows at its end
                  <li key={i} className={css["pair"]}>
                    <p className={css["question"]}>{item.question}</p>
                    <AnswerView answer={item} />
                  </li>
                ))}
                {asking !== undefined && (
                  <li className={css["pair"]}>
                    <p className={css["question"]}>{asking.question}</p>
                    {asking.text === "" ? (
                      <p className="muted" role="status">
                        {PHASES[asking.phase]} …
                      </p>
                    ) : (
                      <p className={css["answer"]}>{asking.text}</p>
                    )}
                  </li>
                )}
              </ol>
            </div>
            {fault !== undefined && <Failure error={fault} />}
            <div ref={end}>
              <QuestionForm
                isBusy={isBusy}
                onAsk={(question) => void send(question)}
                onStop={() => stop.current?.abort()}
              />
            </div>
          </div>
        )}
      </Panel>
    </Page>
  );
}

function QuestionForm({
  isBusy,
  onAsk,
  onStop,
}: {
  readonly isBusy: boolean;
  readonly onAsk: (question: string) => void;
  readonly onStop: () => void;
}): ReactNode {
  const [text, setText] = useState("");
  const isReady = text.trim() !== "" && !isBusy;
  const send = (): void => {
    if (!isReady) return;
    onAsk(text.trim());
    setText("");
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className={css["form"]} onSubmit={submit}>
      <label className="visually-hidden" htmlFor="question">
        Question
      </label>
      <textarea
        id="question"
        rows={2}
        maxLength={LONGEST}
        placeholder="Ask about a market, a result, a position, a term"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      {isBusy ? (
        <Button onClick={onStop}>Stop</Button>
      ) : (
        <Button kind="primary" type="submit" disabled={!isReady}>
          Ask
        </Button>
      )}
    </form>
  );
}

/** The words with their figures as buttons, and what is behind the one that was chosen. */
function AnswerView({ answer }: { readonly answer: Answer }): ReactNode {
  const [chosen, setChosen] = useState<string>();
  const { facts, mode, reason, isRefusal } = answer;
  const fact = facts.find(({ id }) => id === chosen);
  return (
    <div className={css["reply"]}>
      <p className={css["answer"]}>
        {partsOf(answer.answer, facts).map(({ text, id, at }) =>
          id === undefined ? (
            text
          ) : (
            <button
              key={at}
              type="button"
              className={css["fact"]}
              aria-pressed={id === chosen}
              title="Where it is from"
              onClick={() => setChosen(id === chosen ? undefined : id)}
            >
              {text}
            </button>
          ),
        )}
      </p>
      {fact !== undefined && (
        <dl className={css["origin"]} aria-live="polite">
          <dt>{fact.name}</dt>
          <dd>
            {fact.display}
            {factUnit(fact.unit)}
          </dd>
          <dt>Source</dt>
          <dd>{fact.source}</dd>
          {fact.asOfMs !== undefined && fact.asOfMs > 0 && (
            <>
              <dt>As of</dt>
              <dd>
                <Moment at={fact.asOfMs} />
              </dd>
            </>
          )}
        </dl>
      )}
      <div className="row">
        {isRefusal && <Badge kind="warn">declined</Badge>}
        {mode === "model" && <Badge kind="accent">language model, verified</Badge>}
        {mode === "fallback" && <Badge kind="warn">the model's words were not used</Badge>}
        {facts.length > 0 && (
          <details className={css["all"]}>
            <summary>
              {facts.length} {facts.length === 1 ? "fact" : "facts"}
            </summary>
            <ul>
              {facts.map(({ id, name, display, source }) => (
                <li key={id}>
                  <span className="soft">{name}</span> {display} <span className="muted">{source}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {reason !== null && mode !== "analyst" && <p className="muted">{reason}</p>}
    </div>
  );
}
