/** @file Dialogs on the browser's own element: focus is kept inside and given back, Escape closes. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button, type ButtonKind } from "./button.tsx";
import css from "./dialog.module.css";
import { Field } from "./field.tsx";
import { Failure } from "./states.tsx";

type DialogProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  readonly shape?: "normal" | "wide" | "drawer";
  readonly isLive?: boolean;
};

export function Dialog({ title, onClose, children, foot, shape = "normal", isLive = false }: DialogProps): ReactNode {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    // The browser would begin at the button that closes.
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const names = [css["dialog"], shape === "normal" ? "" : css[shape], isLive ? css["liveEdge"] : ""];
  return (
    <dialog
      ref={element}
      className={names.filter(Boolean).join(" ")}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div className={css["head"]}>
        <h2 id={heading}>{title}</h2>
        <Button kind="quiet" small onClick={onClose} aria-label="Close">
          ✕
        </Button>
      </div>
      <div className={css["body"]}>{children}</div>
      {foot !== undefined && <div className={css["foot"]}>{foot}</div>}
    </dialog>
  );
}

/** Comes into view where the dialog is longer than the screen. */
function Seen({ children }: { readonly children: ReactNode }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Some browsers return a promise here, which is no way to clean up.
    element.current?.scrollIntoView({ block: "end" });
  }, []);
  return (
    <div ref={element} className={css["seen"]}>
      {children}
    </div>
  );
}

type ConfirmProps = {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly kind?: ButtonKind;
  /** Words that have to be typed first; what raises risk always has them. */
  readonly phrase?: string | undefined;
  readonly isBlocked?: boolean;
  readonly isLive?: boolean;
  readonly onConfirm: (words: { readonly phrase: string; readonly reason: string }) => Promise<void>;
  readonly onClose: () => void;
};

/** Asks once; with a phrase the action stays shut until it was typed letter by letter. */
export function ConfirmDialog(props: ConfirmProps): ReactNode {
  const { title, children, action, kind = "primary", phrase, isBlocked = false, isLive = false } = props;
  const { onConfirm, onClose } = props;
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isReady = !isBusy && !isBlocked && (phrase === undefined || typed.trim() === phrase);
  const confirm = async (): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm({ phrase: typed.trim(), reason });
      onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      isLive={isLive}
      foot={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind={kind} disabled={!isReady} onClick={() => void confirm()}>
            {isBusy ? "Working …" : action}
          </Button>
        </>
      }
    >
      {children}
      {phrase !== undefined && (
        <>
          <p>Type these words to go on:</p>
          <p className={css["phrase"]}>{phrase}</p>
          <Field label="The words">
            {(id) => (
              <input
                id={id}
                data-first
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === "Enter") void confirm();
                }}
              />
            )}
          </Field>
        </>
      )}
      <Field label="Reason (kept in the journal)">
        {(id) => <input id={id} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
      </Field>
      {error !== undefined && (
        <Seen>
          <Failure error={error} />
        </Seen>
      )}
    </Dialog>
  );
}
