/** @file Which indicators a chart shows: typed by name with any numbers, or chosen; each taken away by its button. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Indicator } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { useQueryParam } from "../lib/query-param.ts";
import { Button } from "../parts/button.tsx";
import { Inline } from "../parts/field.tsx";
import { familyOf, nameOf } from "./indicator-names.ts";
import css from "./indicators.module.css";

const FIRST = ["ema50", "boll20", "rsi14", "macd12-26-9", "atr14"];
const NONE = "none";
const KEPT = "tidemark.indicators";
const MOST = 8;
const NO_INDICATORS: readonly Indicator[] = [];

function kept(): readonly string[] {
  try {
    const text = localStorage.getItem(KEPT);
    return text === null ? FIRST : text.split(",").filter((name) => name !== "");
  } catch {
    return FIRST;
  }
}

export type Chosen = {
  readonly names: readonly string[];
  readonly known: readonly Indicator[];
  readonly change: (names: readonly string[]) => void;
};

/** What is chosen stands in the address, and is what the next chart begins with. */
export function useIndicators(): Chosen {
  const known = useApi<{ readonly items: readonly Indicator[] }>("indicators").data?.items ?? NO_INDICATORS;
  const [text, setText] = useQueryParam("with");
  const [first] = useState(kept);
  const names = text === null ? first : text === NONE ? [] : text.split(",");
  return {
    // What the server does not know would fail with all the others.
    names: names.filter((name) => familyOf(name, known) !== undefined).slice(0, MOST),
    known,
    change: (next) => {
      try {
        localStorage.setItem(KEPT, next.join(","));
      } catch {
        // Storage that is refused means that the choice lasts as long as the address.
      }
      setText(next.length === 0 ? NONE : next.join(","));
    },
  };
}

export function IndicatorChooser({ names, known, change }: Chosen): ReactNode {
  const list = useId();
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState("");
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const name = nameOf(typed);
    if (name === "") return;
    if (familyOf(name, known) === undefined) {
      setProblem(`"${name}" is none: ${known.map((one) => one.name).join(", ")}`);
      return;
    }
    if (names.length >= MOST) {
      setProblem(`${MOST} are the most at once: take one away first`);
      return;
    }
    setProblem("");
    setTyped("");
    if (!names.includes(name)) change([...names, name]);
  };
  return (
    <div className={css["chooser"]}>
      <ul className={css["chips"]} aria-label="Indicators">
        {names.map((name) => (
          <li key={name}>
            <button
              type="button"
              className={css["chip"]}
              title={familyOf(name, known)?.title}
              aria-label={`Take ${name} away`}
              onClick={() => change(names.filter((one) => one !== name))}
            >
              {name} <span aria-hidden="true">✕</span>
            </button>
          </li>
        ))}
      </ul>
      <form className="row" onSubmit={add}>
        <Inline label="Indicator">
          {(id) => (
            <input
              id={id}
              list={list}
              value={typed}
              size={12}
              placeholder="ema200"
              aria-describedby={problem === "" ? undefined : `${list}-problem`}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Inline>
        <datalist id={list}>
          {known.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </datalist>
        <Button type="submit">Add</Button>
      </form>
      {problem !== "" && (
        <p id={`${list}-problem`} className="warn" role="status">
          {problem}
        </p>
      )}
    </div>
  );
}
