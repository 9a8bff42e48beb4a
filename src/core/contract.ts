/** @file What a contract check found: every promise that is broken, in one error. */
import { TidemarkError } from "./errors.ts";

/** At most so many are told: the first ones usually cause the rest. */
const TOLD = 12;

/** Collects broken promises, each told once. */
export class ContractProblems {
  readonly #told = new Set<string>();

  /** Notes the promise as broken unless the condition holds. */
  expect(condition: boolean, broken: string): void {
    if (!condition) this.#told.add(broken);
  }

  /** Throws CONTRACT_BROKEN with all that was found; returns where nothing was. */
  conclude(what: string): void {
    const problems = [...this.#told];
    if (problems.length === 0) return;
    const list = problems.slice(0, TOLD).map((problem) => `\n  - ${problem}`);
    const more = problems.length > TOLD ? `\n  - and ${problems.length - TOLD} more` : "";
    throw new TidemarkError("CONTRACT_BROKEN", { what: `${what} breaks its contract:${list.join("")}${more}` });
  }
}
