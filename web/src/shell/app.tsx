/** @file The frame of the page: session first, then status line, navigation, keys, and the screen of the address. */
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { tell } from "../api/client.ts";
import type { Overview, Who } from "../api/contract.ts";
import { ApiError } from "../api/problem.ts";
import { makeQueryClient, useApi } from "../api/queries.ts";
import { forgetSession, signIn, takeCode } from "../api/session.ts";
import { openStream } from "../api/stream.ts";
import { useNotices } from "../lib/announce.ts";
import { BINDINGS, readKey } from "../lib/keys.ts";
import { isPaused, setPaused, usePaused } from "../lib/pause.ts";
import { changeSettings, followSystemTheme, isDark, useSettings } from "../lib/settings.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import { Banners } from "./banners.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Nav } from "./nav.tsx";
import { Palette, type PaletteCommand } from "./palette.tsx";
import { HALT_BUTTON } from "./risk-controls.tsx";
import { SCREENS } from "./screens.ts";
import css from "./shell.module.css";
import { SignIn } from "./sign-in.tsx";
import { StatusLine } from "./status-line.tsx";

export function App(): ReactNode {
  const client = useMemo(makeQueryClient, []);
  return (
    <QueryClientProvider client={client}>
      <Session />
    </QueryClientProvider>
  );
}

const code = takeCode();

/** Shows the page once the server knows who asks. */
function Session(): ReactNode {
  const client = useQueryClient();
  const [isTrading, setTrading] = useState(code !== undefined);
  const [error, setError] = useState<unknown>();
  const who = useApi<Who>("session", { isOn: !isTrading, everyMs: 60_000 });
  useEffect(() => {
    if (code === undefined) return;
    signIn({ code })
      .catch(setError)
      .finally(() => setTrading(false));
  }, []);
  useEffect(followSystemTheme, []);
  if (who.isError && who.error instanceof ApiError && who.error.status === 401) {
    return (
      <SignIn
        first={error}
        onDone={() => {
          setError(undefined);
          void client.resetQueries();
        }}
      />
    );
  }
  if (who.data === undefined) {
    return (
      <main className={css["gate"]}>
        {who.isError ? <Failure error={who.error} retry={() => void who.refetch()} /> : <Loading />}
      </main>
    );
  }
  return <Frame />;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

type Open = "palette" | "help" | undefined;

/** Reads keys for the whole page; what they mean stands in lib/keys.ts. */
function useKeys(open: (what: Open) => void): void {
  const [, navigate] = useLocation();
  const { keys } = useSettings();
  const waiting = useRef<string | undefined>(undefined);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]") !== null) return;
      const read = readKey(
        { key: event.key, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, isTyping: isTyping(event.target) },
        waiting.current,
        keys,
      );
      waiting.current = read.waiting;
      const { action } = read;
      if (action === undefined) return;
      event.preventDefault();
      if (action.kind === "go") navigate(action.to);
      else if (action.kind === "palette" || action.kind === "help") open(action.kind);
      else if (action.kind === "pause") setPaused(!isPaused());
      else if (action.kind === "theme") changeSettings({ theme: isDark() ? "light" : "dark" });
      else if (action.kind === "focus-halt") document.getElementById(HALT_BUTTON)?.focus();
      else document.querySelector<HTMLElement>("main input, main select")?.focus();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [keys, navigate, open]);
}

function Frame(): ReactNode {
  const client = useQueryClient();
  const overview = useApi<Overview>("overview", { everyMs: 5_000, isAlways: true }).data;
  const [open, setOpen] = useState<Open>();
  const [location, navigate] = useLocation();
  const main = useRef<HTMLElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const paused = usePaused();
  useEffect(() => openStream(client), [client]);
  useEffect(() => {
    if (!paused) void client.invalidateQueries();
  }, [paused, client]);
  useKeys(setOpen);
  useEffect(() => {
    const screen = SCREENS.find(({ path }) => path === location)?.title;
    document.title = screen === undefined ? "Tidemark" : `${screen} · Tidemark`;
  }, [location]);
  useEffect(() => {
    const element = top.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() =>
      document.documentElement.style.setProperty("--top-height", `${element.offsetHeight}px`),
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const commands: readonly PaletteCommand[] = [
    {
      title: "Halt everything",
      about: "Goes to the button; Enter twice halts",
      run: () => document.getElementById(HALT_BUTTON)?.focus(),
    },
    { title: "Start a training", about: "A form of its settings", run: () => navigate("/runs?new=train") },
    {
      title: "Change theme",
      about: "Dark or light",
      run: () => changeSettings({ theme: isDark() ? "light" : "dark" }),
    },
    { title: "Hold live figures still", about: "Or let them go on", run: () => setPaused(!isPaused()) },
    { title: "Keyboard map", about: "What the keys do", run: () => setOpen("help") },
    {
      title: "Sign out",
      about: "Ends this page's session",
      run: () => {
        // The cookie is the server's to end; what fails there leaves half a session, which opens nothing.
        void tell("session", {}, "DELETE")
          .catch(() => undefined)
          .finally(() => {
            forgetSession();
            void client.resetQueries();
          });
      },
    },
  ];
  return (
    <div className={css["frame"]}>
      <a
        className={css["skip"]}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      <div className={css["top"]} ref={top}>
        <StatusLine overview={overview} onPalette={() => setOpen("palette")} />
        <Banners overview={overview} />
      </div>
      <Nav />
      <main className={css["main"]} id="main" ref={main} tabIndex={-1}>
        <ErrorBoundary key={location}>
          <Suspense fallback={<Loading lines={4} />}>
            <Switch>
              {SCREENS.map(({ path, view }) => (
                <Route key={path} path={path} component={view} />
              ))}
              <Route>
                <Empty title="There is no such screen">
                  <p>Ctrl-K finds one by a few letters.</p>
                </Empty>
              </Route>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <Toasts />
      {open === "palette" && <Palette commands={commands} onClose={() => setOpen(undefined)} />}
      {open === "help" && <KeyMap onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function KeyMap({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Keyboard map" onClose={onClose}>
      <dl className={css["keys"]}>
        {BINDINGS.map(({ keys, about }) => (
          <div key={keys} style={{ display: "contents" }}>
            <dt>
              {keys.split(" ").map((key, index) => (
                <kbd key={`${key}${index}`}>{key}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">No single key trades or raises risk. Single keys can be switched off in Settings.</p>
    </Dialog>
  );
}

function Toasts(): ReactNode {
  const notices = useNotices();
  return (
    <div className={css["toasts"]} role="status" aria-live="polite">
      {notices.map(({ id, text, isBad }) => (
        <p key={id} className={`${css["toast"]} ${isBad ? css["toastBad"] : ""}`}>
          {text}
        </p>
      ))}
    </div>
  );
}
