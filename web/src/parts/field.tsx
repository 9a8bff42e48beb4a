/** @file A labelled input with its hint and its problem, and a choice of a few words side by side. */
import { type ReactNode, useId } from "react";
import css from "./field.module.css";

export function Field({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly children: (id: string, described: string | undefined) => ReactNode;
}): ReactNode {
  const id = useId();
  const described = hint !== undefined || problem !== undefined ? `${id}-about` : undefined;
  return (
    <div className={css["field"]}>
      <label className={css["label"]} htmlFor={id}>
        {label}
      </label>
      {children(id, described)}
      {described !== undefined && (
        <div id={described}>
          {problem !== undefined && <p className={css["problem"]}>{problem}</p>}
          {hint !== undefined && <p className={css["hint"]}>{hint}</p>}
        </div>
      )}
    </div>
  );
}

/** A label beside a small control of a toolbar. */
export function Inline({
  label,
  children,
}: {
  readonly label: string;
  readonly children: (id: string) => ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className={css["inline"]}>
      <label className={css["label"]} htmlFor={id}>
        {label}
      </label>
      {children(id)}
    </div>
  );
}

export type Choice<T extends string> = { readonly value: T; readonly label: string };

export function Segments<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}): ReactNode {
  return (
    <fieldset className={css["segments"]} style={{ margin: 0, padding: 0 }}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          className={css["segment"]}
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}

/** As segments look, but any of them may be on. */
export function Toggles<T extends string>({
  label,
  on,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly on: readonly T[];
  readonly choices: readonly (Choice<T> & { readonly about: string })[];
  readonly onChange: (on: readonly T[]) => void;
}): ReactNode {
  return (
    <fieldset className={css["segments"]} style={{ margin: 0, padding: 0 }}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map(({ value, label: word, about }) => (
        <button
          key={value}
          type="button"
          className={css["segment"]}
          title={about}
          aria-pressed={on.includes(value)}
          onClick={() =>
            onChange(choices.map((one) => one.value).filter((one) => on.includes(one) !== (one === value)))
          }
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}
