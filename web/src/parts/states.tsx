/** @file One shape each for nothing, not yet, and failed; each says what to do next. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { problemOf } from "../api/problem.ts";
import { Button } from "./button.tsx";
import css from "./states.module.css";

export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className={css["state"]}>
      <p className={css["title"]}>{title}</p>
      {children}
      {action}
    </div>
  );
}

const WIDTHS = ["62%", "84%", "47%", "71%"];

export function Loading({ lines = 3 }: { readonly lines?: number }): ReactNode {
  return (
    <div className={css["bones"]} role="status" aria-label="Loading">
      {WIDTHS.slice(0, lines).map((width) => (
        <div key={width} className={css["bone"]} style={{ width }} />
      ))}
    </div>
  );
}

export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): ReactNode {
  const { what, where, fix, code } = problemOf(error);
  return (
    <div className={css["failure"]} role="alert">
      <strong>{what}</strong>
      {where !== undefined && <span className="soft">{where}</span>}
      {fix !== undefined && <span>{fix}</span>}
      <div className="row spread">
        <span className={css["code"]}>{code}</span>
        {retry !== undefined && (
          <Button small onClick={retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** Shows what a query holds, or its state; what was there before stays while it is asked again. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(lines === undefined ? {} : { lines })} />;
}
