import { describe, expect, it } from "vitest";
import { BINDINGS, type Pressed, readKey } from "./keys.ts";

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrl: false,
  alt: false,
  isTyping: false,
  ...more,
});

describe("the keyboard map", () => {
  it("reads sequences of two and forgets a first key that nothing follows", () => {
    const first = readKey(press("g"), undefined, true);
    expect(first).toEqual({ waiting: "g" });
    expect(readKey(press("p"), first.waiting, true).action).toEqual({ kind: "go", to: "/positions" });
    expect(readKey(press("x"), first.waiting, true)).toEqual({});
  });

  it("opens the palette while one types, and nothing else", () => {
    expect(readKey(press("K", { ctrl: true, isTyping: true }), undefined, true).action).toEqual({ kind: "palette" });
    expect(readKey(press("g", { isTyping: true }), undefined, true)).toEqual({});
    expect(readKey(press("?", { isTyping: true }), undefined, true)).toEqual({});
  });

  it("leaves only combinations where single keys are off", () => {
    expect(readKey(press("g"), undefined, false)).toEqual({});
    expect(readKey(press("k", { ctrl: true }), undefined, false).action).toEqual({ kind: "palette" });
  });

  it("has no key that trades or changes risk: it only goes somewhere", () => {
    const kinds = new Set(BINDINGS.map(({ action }) => action.kind));
    expect([...kinds].sort()).toEqual(["focus-halt", "focus-search", "go", "help", "palette", "pause", "theme"]);
    expect(new Set(BINDINGS.map(({ keys }) => keys)).size, "no two bindings share their keys").toBe(BINDINGS.length);
  });
});
