/** @file What the reader chose about the page itself, kept in this browser: theme, colours, zone, density, keys. */
import { useSyncExternalStore } from "react";
import type { Zone } from "./format.ts";

export type Settings = {
  readonly theme: "system" | "dark" | "light";
  readonly palette: "default" | "safe";
  readonly zone: Zone;
  readonly density: "normal" | "dense";
  /** Whether single keys act; combinations always do. */
  readonly keys: boolean;
};

const DEFAULTS: Settings = { theme: "system", palette: "default", zone: "UTC", density: "dense", keys: true };
const KEY = "tidemark.settings";
const CHOICES: { readonly [K in keyof Settings]: readonly Settings[K][] } = {
  theme: ["system", "dark", "light"],
  palette: ["default", "safe"],
  zone: ["UTC", "local"],
  density: ["normal", "dense"],
  keys: [true, false],
};

/** What was kept, each value checked by itself: one that this version doesn't know falls back to its default. */
export function parseSettings(text: string | null): Settings {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? "{}");
  } catch {
    kept = {};
  }
  const values = typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  const known = Object.entries(CHOICES).filter(([key, choices]) =>
    (choices as readonly unknown[]).includes(values[key]),
  );
  return { ...DEFAULTS, ...Object.fromEntries(known.map(([key]) => [key, values[key]])) };
}

function read(): Settings {
  try {
    return parseSettings(localStorage.getItem(KEY));
  } catch {
    return DEFAULTS;
  }
}

let current: Settings | undefined;
const listeners = new Set<() => void>();

function settings(): Settings {
  current ??= read();
  return current;
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...settings(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage that is refused means that the choice lasts as long as the page.
  }
  applySettings();
  for (const listener of listeners) listener();
}

export function isDark(): boolean {
  const { theme } = settings();
  return theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
}

/** Writes the choice to the root, from which the style sheets read. */
export function applySettings(): void {
  const { palette, density } = settings();
  const root = document.documentElement;
  root.dataset["theme"] = isDark() ? "dark" : "light";
  root.dataset["palette"] = palette;
  root.dataset["density"] = density;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function themeChanged(): void {
  applySettings();
  for (const listener of listeners) listener();
}

/** Follows the system's theme while the choice is left to it. */
export function followSystemTheme(): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", themeChanged);
  return () => query.removeEventListener("change", themeChanged);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings);
}

/** The theme as it stands now; charts paint anew when it changes. */
export function useThemeKey(): string {
  const { palette } = useSettings();
  return useSyncExternalStore(subscribe, () => `${isDark() ? "dark" : "light"} ${palette}`);
}
