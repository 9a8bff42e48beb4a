import { expect, it } from "vitest";
import { parseSettings } from "./settings.ts";

it("what was chosen is kept, and what this version doesn't know falls back by itself", () => {
  const kept = parseSettings('{"theme":"dark","palette":"neon","zone":"local","keys":false,"more":1}');
  expect(kept).toEqual({ theme: "dark", palette: "default", zone: "local", density: "dense", keys: false });
  expect(parseSettings("{not json").theme).toBe("system");
  expect(parseSettings(null)).toEqual(parseSettings("null"));
});
