/** @file What stands where: a fold over the events of the registry. It alone knows which step may follow which. */
import { InvariantError, TidemarkError } from "../../core/index.ts";
import { type BettingState, FRESH_BETTING } from "../evidence/betting.ts";
import { Outcome } from "../gates/condition.ts";
import { gateAbove, rankOf, type Stage } from "../stages.ts";
import type { RegistryEvent, Subject } from "./event.ts";

export type Standing = Subject & {
  readonly stage: Stage;
  /** When the stage began, or began anew. */
  readonly sinceMs: number;
  /** 1, a half, a quarter or 0, by which sizes are multiplied. */
  readonly multiplier: number;
  /** Of the recipe before this stage; looks count the stage's trades on top. */
  readonly evidence: BettingState;
  readonly modelHash: string;
  readonly recipe: string;
  /** Of the gates that the stage began under; empty before the first look. */
  readonly gates: string;
  readonly lastLook: (RegistryEvent & { readonly kind: "look" }) | undefined;
  readonly accepted: boolean;
};

/** Of one asset class. */
export type Pointers = {
  readonly champion: string | null;
  /** Live before the champion; what a rollback goes to. */
  readonly previous: string | null;
  readonly canary: string | null;
  readonly shadow: readonly string[];
  readonly paper: readonly string[];
};

const LADDER = [1, 0.5, 0.25, 0] as const;

function keyOf({ version, assetClass }: Subject): string {
  return `${version} ${assetClass}`;
}

export class RegistryState {
  readonly #standings = new Map<string, Standing>();
  readonly #champions = new Map<string, string[]>();
  readonly #looks = new Map<number, RegistryEvent & { kind: "look" }>();

  standings(): Standing[] {
    return [...this.#standings.values()];
  }

  find(subject: Subject): Standing | undefined {
    return this.#standings.get(keyOf(subject));
  }

  pointers(assetClass: string): Pointers {
    const inStage = (stage: Stage): string[] =>
      this.standings().flatMap((s) => (s.assetClass === assetClass && s.stage === stage ? [s.version] : []));
    const line = this.#champions.get(assetClass) ?? [];
    const last = line.at(-1);
    // Where the champion fell, nobody is: the one before stands in no stage, and waits for a rollback.
    const reigns = last !== undefined && this.find({ version: last, assetClass })?.stage === "live";
    return {
      champion: reigns ? last : null,
      previous: (reigns ? line.at(-2) : last) ?? null,
      canary: inStage("canary").at(-1) ?? null,
      shadow: inStage("shadow"),
      paper: inStage("paper"),
    };
  }

  /** Throws REGISTRY_REFUSED where the event is no step that may be taken from here, and changes nothing then. */
  apply(event: RegistryEvent): void {
    if (event.kind === "register") {
      if (this.find(event) !== undefined) throw refused(event, "it is registered already");
      this.#set({
        version: event.version,
        assetClass: event.assetClass,
        stage: "candidate",
        sinceMs: event.timeMs,
        multiplier: 1,
        evidence: FRESH_BETTING,
        modelHash: event.modelHash,
        recipe: event.recipe,
        gates: "",
        lastLook: undefined,
        accepted: false,
      });
      return;
    }
    const standing = this.find(event);
    if (standing === undefined) throw refused(event, "it is not registered");
    switch (event.kind) {
      case "look":
        this.#looks.set(event.seq, event);
        this.#set({
          ...standing,
          lastLook: event,
          gates: event.gates,
          // A month is looked at once. A stage is looked at again and again, and each look counts all of its trades.
          evidence: event.gate === "month" ? event.evidence : standing.evidence,
        });
        break;
      case "promote":
        this.#promote(event, standing);
        break;
      case "inherit":
        this.#inherit(event, standing);
        break;
      case "challenge":
        this.#challenge(event, standing);
        break;
      case "retrain":
        // What was found stands in the log; what follows from it has events of its own.
        break;
      case "demote":
        this.#demote(event, standing);
        break;
      case "rollback":
        this.#rollback(event, standing);
        break;
      case "multiplier":
        if (!LADDER.some((step) => step === event.value)) throw refused(event, "a multiplier is 1, 1/2, 1/4 or 0");
        this.#set({ ...standing, multiplier: event.value });
        break;
      case "restart":
        if (event.stage !== standing.stage) throw refused(event, `it stands in ${standing.stage}`);
        this.#set({ ...standing, ...begun(event, standing), accepted: false });
        break;
      case "accept":
        if (event.multiplier > 0.5) throw refused(event, "a risk is accepted at half size or less");
        if (event.stage !== standing.stage) throw refused(event, `it stands in ${standing.stage}`);
        this.#set({ ...standing, accepted: true, multiplier: Math.min(standing.multiplier, event.multiplier) });
        break;
      default:
        throw new InvariantError(`every kind of event is handled, was ${JSON.stringify(event)}`);
    }
  }

  #promote(event: RegistryEvent & { kind: "promote" }, standing: Standing): void {
    const above = gateAbove(standing.stage);
    const look = this.#looks.get(event.look);
    if (event.from !== standing.stage) throw refused(event, `it stands in ${standing.stage}`);
    if (above === undefined || event.to !== above.to)
      throw refused(event, `the stage above ${standing.stage} is ${above?.to ?? "none"}`);
    if (look === undefined || keyOf(look) !== keyOf(event) || look !== standing.lastLook) {
      throw refused(event, "it names no look of this stage, or not its last one");
    }
    if (look.gate !== above.gate || look.outcome !== Outcome.pass) {
      throw refused(event, `the gate "${above.gate}" was not passed`);
    }
    this.#set({ ...standing, ...begun(event, standing), stage: event.to });
    if (event.to === "live") this.#crown(event);
  }

  /** The version whose recipe a candidate shares. */
  #parentOf(event: RegistryEvent & { kind: "inherit" | "challenge" }, standing: Standing): Standing {
    const parent = this.find({ ...event, version: event.from });
    if (parent === undefined) throw refused(event, `${event.from} is not registered`);
    if (parent.recipe !== standing.recipe) throw refused(event, `${event.from} is of another recipe`);
    if (standing.stage !== "candidate") throw refused(event, `it stands in ${standing.stage}`);
    if (event.conditions.length === 0 || event.conditions.some(({ outcome }) => outcome !== Outcome.pass)) {
      throw refused(event, "a comparison with the weights before did not pass");
    }
    return parent;
  }

  #challenge(event: RegistryEvent & { kind: "challenge" }, standing: Standing): void {
    const parent = this.#parentOf(event, standing);
    if (parent.stage === "candidate") throw refused(event, `${event.from} stands in ${parent.stage}`);
    // A shadow runs beside what trades: beside weights that are on paper still, it begins there too.
    const stage = parent.stage === "paper" ? "paper" : "shadow";
    this.#set({ ...standing, stage, sinceMs: event.timeMs, evidence: gathered(parent) });
  }

  #inherit(event: RegistryEvent & { kind: "inherit" }, standing: Standing): void {
    const parent = this.#parentOf(event, standing);
    const { stage, sinceMs, multiplier, gates, accepted } = parent;
    this.#set({ ...standing, stage, sinceMs, multiplier, evidence: gathered(parent), gates, accepted });
    this.#set({ ...parent, stage: "candidate", sinceMs: event.timeMs });
    if (stage === "live") this.#crown(event);
  }

  #demote(event: RegistryEvent & { kind: "demote" }, standing: Standing): void {
    if (event.from !== standing.stage) throw refused(event, `it stands in ${standing.stage}`);
    if (rankOf(event.to) >= rankOf(event.from)) throw refused(event, `${event.to} is not below ${event.from}`);
    // Evidence that has been lost stays lost: the process goes on from where it is.
    this.#set({ ...standing, ...begun(event, standing), stage: event.to, accepted: false });
    this.#dethrone(event);
  }

  #rollback(event: RegistryEvent & { kind: "rollback" }, standing: Standing): void {
    const { champion, previous } = this.pointers(event.assetClass);
    if (champion !== event.from) throw refused(event, `the champion is ${champion ?? "nobody"}`);
    if (previous !== event.version) throw refused(event, `the version before the champion is ${previous ?? "none"}`);
    if (event.from !== null) {
      const fallen = this.find({ ...event, version: event.from });
      if (fallen !== undefined) {
        this.#set({ ...fallen, ...begun(event, fallen), stage: "paper", accepted: false });
      }
      this.#dethrone({ ...event, version: event.from });
    }
    this.#set({ ...standing, ...begun(event, standing), stage: "live" });
  }

  #crown({ version, assetClass }: Subject): void {
    const line = (this.#champions.get(assetClass) ?? []).filter((other) => other !== version);
    this.#champions.set(assetClass, [...line, version]);
    // One champion an asset class: the one before stays known, for a rollback, and trades no more.
    const before = line.at(-1);
    const standing = before === undefined ? undefined : this.find({ version: before, assetClass });
    if (standing?.stage === "live") this.#set({ ...standing, stage: "candidate" });
  }

  #dethrone({ version, assetClass }: Subject): void {
    const line = this.#champions.get(assetClass) ?? [];
    // A fallen champion leaves its place empty: who was live before comes back by a rollback, not by itself.
    this.#champions.set(
      assetClass,
      line.filter((other) => other !== version),
    );
  }

  #set(standing: Standing): void {
    this.#standings.set(keyOf(standing), standing);
  }
}

/** All evidence up to the last look: that of the stages before, and of this one. */
function gathered({ lastLook, evidence }: Standing): BettingState {
  return lastLook?.evidence ?? evidence;
}

/** A stage that begins with what was gathered before it. */
function begun(
  event: RegistryEvent,
  standing: Standing,
): Pick<Standing, "sinceMs" | "lastLook" | "gates" | "evidence"> {
  return { sinceMs: event.timeMs, lastLook: undefined, gates: "", evidence: gathered(standing) };
}

function refused(event: RegistryEvent, reason: string): TidemarkError {
  return new TidemarkError("REGISTRY_REFUSED", {
    what: `This step can't be taken: ${reason}`,
    where: `${event.kind} of version ${event.version}, ${event.assetClass}`,
    fix: "Look at where it stands with `tidemark promotion MODEL`.",
  });
}
