/** @file The page without a session: what to do to get one. */
import { type ReactNode, useState } from "react";
import { signIn } from "../api/session.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { CommandLine } from "../parts/panel.tsx";
import { Failure } from "../parts/states.tsx";
import css from "./shell.module.css";

export function SignIn({ onDone, first }: { readonly onDone: () => void; readonly first?: unknown }): ReactNode {
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>(first);
  const [isBusy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      // Who pastes the whole address means the code in it.
      await signIn({ code: /code=([^&\s]+)/.exec(code)?.[1] ?? code.trim() });
      onDone();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <main className={css["gate"]}>
      <h1>Sign in to Tidemark</h1>
      <p className="soft">
        The page opens signed in from the address that the server prints. For another browser of this machine, ask the
        server for a new code:
      </p>
      <CommandLine line="tidemark serve --login" />
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <Field label="Code" hint="or the whole address">
          {(id) => (
            <input
              id={id}
              value={code}
              autoComplete="one-time-code"
              spellCheck={false}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <Button kind="primary" type="submit" disabled={isBusy || code.trim() === ""}>
          {isBusy ? "Signing in …" : "Sign in"}
        </Button>
      </form>
      {error !== undefined && <Failure error={error} />}
    </main>
  );
}
