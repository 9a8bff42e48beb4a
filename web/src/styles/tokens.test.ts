import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

/** Custom properties of the blocks whose selector holds every one of these words. */
function tokens(...words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, selector, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g))
    if (words.some((word) => selector.trim() === word || selector.split(",").some((one) => one.trim() === word)))
      for (const [, name, value] of body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)) found.set(name, value);
  return found;
}

/** Relative luminance and contrast of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const dark = ':root[data-theme="dark"]';
const light = ':root[data-theme="light"]';
const THEMES = [
  ["dark", tokens(":root", dark)],
  ["light", new Map([...tokens(":root", dark), ...tokens(light)])],
  [
    "dark, safe colours",
    new Map([...tokens(":root", dark), ...tokens(':root[data-palette="safe"][data-theme="dark"]')]),
  ],
  [
    "light, safe colours",
    new Map([...tokens(":root", dark), ...tokens(light), ...tokens(':root[data-palette="safe"][data-theme="light"]')]),
  ],
] as const;

describe.each(THEMES)("the colours of %s", (_name, theme) => {
  const of = (name: string): string => {
    const value = theme.get(name);
    if (value === undefined) throw new Error(`no token ${name}`);
    return value;
  };

  it("have text that contrasts 4.5 to 1 with every surface", () => {
    for (const text of ["text", "text2", "muted", "accent", "up", "down", "warn", "info"])
      for (const surface of ["bg", "s1", "s2", "s3"])
        expect(contrast(of(text), of(surface)), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });

  it("have controls, focus and lines of charts that contrast 3 to 1", () => {
    for (const line of ["strong", "focus", ...Array.from({ length: 8 }, (_unused, at) => `series-${at + 1}`)])
      for (const surface of ["bg", "s1"])
        expect(contrast(of(line), of(surface)), `${line} on ${surface}`).toBeGreaterThanOrEqual(3);
  });

  it("have LIVE and HALT that read on their own grounds, and are nothing else's colour", () => {
    for (const signal of ["live", "halt"])
      expect(contrast(of("on-signal"), of(signal)), signal).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("on-accent"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    const others = [...theme].filter(([name]) => name !== "live" && name !== "halt").map(([, value]) => value);
    expect(others).not.toContain(of("live"));
    expect(others).not.toContain(of("halt"));
  });
});

it("LIVE and HALT are used by the shapes that mean them alone", () => {
  const users = [
    "parts/button.module.css",
    "parts/dialog.module.css",
    "parts/panel.module.css",
    "shell/shell.module.css",
  ];
  const text = users.map((path) => readFileSync(join(import.meta.dirname, "..", path), "utf8")).join("\n");
  const rules = [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, , body]) => /var\(--(?:live|halt)\)/.test(body));
  expect(rules.length).toBeGreaterThan(5);
  expect(rules.map(([, selector]) => selector.trim()).filter((selector) => !/live|halt/i.test(selector))).toEqual([]);
});
