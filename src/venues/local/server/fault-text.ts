/** @file Faults as people write them: "drop-reply on=/v5/order/create probability=0.05 times=3 value=500". */
import { nearestName, TidemarkError } from "../../../core/index.ts";
import { FAULT_KINDS, type FaultKind, type FaultRule } from "./faults.ts";

const NUMBERS = new Set(["probability", "times", "value", "fromMs", "untilMs"]);

/** Reads a rule. Throws CONFIG_VALUE where it can't. */
export function faultRule(text: string): FaultRule {
  const [kind, ...parts] = text.trim().split(/\s+/);
  if (!isKind(kind)) {
    const near = nearestName(kind, Object.keys(FAULT_KINDS));
    throw wrong(
      text,
      `"${kind}" is no fault`,
      near === undefined ? `Choose one of ${Object.keys(FAULT_KINDS).join(", ")}.` : `Did you mean "${near}"?`,
    );
  }
  const settings = parts.map((part) => setting(part, text));
  const rule = { kind, ...Object.fromEntries(settings) } as FaultRule;
  const { probability = 1, times = 1 } = rule;
  if (!(probability > 0 && probability <= 1))
    throw wrong(text, "the probability is above 0 and at most 1", "Write probability=0.05 for one in twenty.");
  if (!Number.isInteger(times) || times < 1)
    throw wrong(text, "times is a whole number above 0", "Write times=3, or leave it out for no end.");
  return rule;
}

function isKind(text: string): text is FaultKind {
  return text in FAULT_KINDS;
}

function setting(part: string, text: string): readonly [string, string | number] {
  const [name, ...rest] = part.split("=");
  const value = rest.join("=");
  if (name === "on" && value !== "") return [name, value];
  const number = Number(value);
  if (NUMBERS.has(name) && value !== "" && Number.isFinite(number)) return [name, number];
  throw wrong(
    text,
    `"${part}" is not understood`,
    `After the kind come on=TEXT and ${[...NUMBERS].map((one) => `${one}=NUMBER`).join(", ")}.`,
  );
}

function wrong(text: string, what: string, fix: string): TidemarkError {
  return new TidemarkError("CONFIG_VALUE", {
    what: `A fault of the local venue can't be read: ${what}`,
    where: `"${text}"`,
    fix,
  });
}
