/** @file A page that the command line wrote, in a frame that can reach nothing: its address is good for one look. */
import { type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import { Button } from "./button.tsx";
import { Panel } from "./panel.tsx";
import { Failure } from "./states.tsx";

export function WholePage({
  of,
  name,
  about,
}: {
  /** Address of what has the page, such as "reports/ID". */
  readonly of: string;
  readonly name: string;
  readonly about: string;
}): ReactNode {
  const [path, setPath] = useState<string | undefined>();
  const [error, setError] = useState<unknown>();
  const open = async (): Promise<void> => {
    setError(undefined);
    try {
      setPath((await tell<{ readonly path: string }>(`${of}/ticket`)).path);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Panel
      title="The whole report"
      actions={
        <Button onClick={() => (path === undefined ? void open() : setPath(undefined))}>
          {path === undefined ? "Open here" : "Close"}
        </Button>
      }
    >
      {error !== undefined && <Failure error={error} />}
      {path === undefined ? (
        <p className="muted">{about}</p>
      ) : (
        <iframe
          title={`Report of ${name}`}
          src={path}
          sandbox="allow-scripts"
          style={{ width: "100%", height: "76vh", border: 0, borderRadius: 6 }}
        />
      )}
    </Panel>
  );
}
