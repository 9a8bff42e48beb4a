/** @file Ctrl-K: screens and commands by a few letters. Commands that act only lead to where they are confirmed. */
import { type ReactNode, useId, useState } from "react";
import { useLocation } from "wouter";
import { Dialog } from "../parts/dialog.tsx";
import { type Found, search } from "./palette-search.ts";
import { SCREENS } from "./screens.ts";
import css from "./shell.module.css";

export type PaletteCommand = { readonly title: string; readonly about: string; readonly run: () => void };

export function Palette({
  commands,
  onClose,
}: {
  readonly commands: readonly PaletteCommand[];
  readonly onClose: () => void;
}): ReactNode {
  const [, navigate] = useLocation();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const entries: readonly (Found & { readonly run: () => void })[] = [
    ...SCREENS.filter(({ isInner }) => isInner !== true).map(({ title, about, path }) => ({
      title,
      about,
      run: () => navigate(path),
    })),
    ...commands,
  ];
  const found = search(entries, words);
  const chosen = Math.min(at, found.length - 1);
  const run = (index: number): void => {
    const entry = found[index];
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  return (
    <Dialog title="Go to or do" onClose={onClose}>
      <div className={css["palette"]}>
        <input
          data-first
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={found.length > 0 ? `${list}-${chosen}` : undefined}
          aria-label="Screen or command"
          placeholder="A few letters …"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              event.preventDefault();
              const step = event.key === "ArrowDown" ? 1 : -1;
              setAt((chosen + step + found.length) % Math.max(1, found.length));
            } else if (event.key === "Enter") {
              event.preventDefault();
              run(chosen);
            }
          }}
        />
        <div id={list} role="listbox" aria-label="What was found" className={css["options"]} tabIndex={-1}>
          {found.map((entry, index) => (
            <div
              key={entry.title}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              className={css["option"]}
              onClick={() => run(index)}
              onKeyDown={() => undefined}
            >
              <span>{entry.title}</span>
              <span className="muted">{entry.about}</span>
            </div>
          ))}
          {found.length === 0 && <p className="muted">Nothing has these letters.</p>}
        </div>
      </div>
    </Dialog>
  );
}
