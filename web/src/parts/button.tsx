/** @file Buttons. What lowers risk is held for 0.8 s, or gets Enter twice; nothing is typed for it. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useRef, useState } from "react";
import { after } from "../lib/clock.ts";
import css from "./button.module.css";

export type ButtonKind = "plain" | "primary" | "quiet" | "link" | "halt";

type Common = ButtonHTMLAttributes<HTMLButtonElement> & { readonly kind?: ButtonKind; readonly small?: boolean };

function classes(kind: ButtonKind, small: boolean | undefined, more = ""): string {
  return [css["button"], kind === "plain" ? "" : css[kind], small === true ? css["small"] : "", more]
    .filter(Boolean)
    .join(" ");
}

export function Button({ kind = "plain", small, className, ...rest }: Common): ReactNode {
  return <button type="button" className={classes(kind, small, className)} {...rest} />;
}

const HOLD_MS = 800;
const ARMED_MS = 3_000;

/** Acts after it was held, or on the second Enter or Space within three seconds. */
export function HoldButton({
  kind = "halt",
  small,
  children,
  onHeld,
  className,
  ...rest
}: Omit<Common, "onClick"> & { readonly onHeld: () => void }): ReactNode {
  const [isHolding, setHolding] = useState(false);
  const [isArmed, setArmed] = useState(false);
  const cancel = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => cancel.current?.(), []);

  const release = (): void => {
    if (isHolding) cancel.current?.();
    setHolding(false);
  };
  const hold = (): void => {
    cancel.current?.();
    setHolding(true);
    cancel.current = after(HOLD_MS, () => {
      setHolding(false);
      setArmed(false);
      onHeld();
    });
  };
  const press = (): void => {
    cancel.current?.();
    if (isArmed) {
      setArmed(false);
      onHeld();
      return;
    }
    setArmed(true);
    cancel.current = after(ARMED_MS, () => setArmed(false));
  };
  return (
    <button
      type="button"
      className={classes(kind, small, `${css["hold"]} ${isHolding ? css["holding"] : ""} ${className ?? ""}`)}
      title="Hold for 0.8 seconds, or press Enter twice"
      {...rest}
      onPointerDown={(event) => {
        if (event.button === 0 && rest.disabled !== true) hold();
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onBlur={() => setArmed(false)}
      onClick={(event) => {
        // A click of the keyboard or of a screen reader has no pointer that could be held.
        if (event.detail === 0) press();
      }}
    >
      <span className={css["fill"]} aria-hidden="true" />
      {isArmed ? "Press again" : children}
      <span className="visually-hidden" role="status">
        {isArmed ? "Press Enter once more to confirm" : ""}
      </span>
    </button>
  );
}
