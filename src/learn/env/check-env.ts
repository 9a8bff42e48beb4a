/** @file What PPO relies on of a world: checked step by step, for environments of one's own. */
import { ContractProblems, Random } from "../../core/index.ts";
import type { VectorEnv } from "./vector-env.ts";

export type EnvCheckOptions = {
  /** Steps that are played; an episode should end within them. Default: 2,000. */
  readonly steps?: number;
  /** Seed of the actions. Default: 1. */
  readonly seed?: number;
};

const STEPS = 2_000;
const STATE_EVERY = 97;
const TWINS_DIFFER = "two worlds of the same seed differ after the same actions: use a seeded Random";
const NOT_RESTORED = "a world that was restored from state() doesn't go on bit for bit";

/**
 * Plays an environment with random allowed actions and checks what every step must keep: sizes, finite observations and
 * rewards, masks that leave a choice, endings that can be observed before the restart, rows of the market that go on by
 * one, episodes that add up, equal worlds from equal calls, and a state that a fresh world continues bit for bit.
 * Throws CONTRACT_BROKEN with all that is broken.
 * @param create a new world, the same one at every call (the same seed)
 */
export function checkEnv(create: () => VectorEnv, options: EnvCheckOptions = {}): void {
  const problems = new ContractProblems();
  const env = create();
  if (!sizesHold(env, problems)) return problems.conclude("The environment");
  const twin = create();
  const random = new Random(options.seed ?? 1);
  const here = new Watcher(env, problems);
  const there = new Watcher(twin, problems);
  env.reset();
  twin.reset();
  let resumed: Watcher | undefined;
  for (let step = 0; step < (options.steps ?? STEPS); step++) {
    here.observe();
    there.observe();
    resumed?.observe();
    problems.expect(here.sees(there), TWINS_DIFFER);
    problems.expect(resumed === undefined || here.sees(resumed), NOT_RESTORED);
    here.choose(random);
    there.copyChoice(here);
    resumed?.copyChoice(here);
    for (const watcher of [here, there, ...(resumed === undefined ? [] : [resumed])]) watcher.play();
    problems.expect(here.gained(there), TWINS_DIFFER);
    problems.expect(resumed === undefined || here.gained(resumed), NOT_RESTORED);
    if (step % STATE_EVERY === 0) resumed = restored(here, create(), problems);
  }
  here.conclude();
  return problems.conclude("The environment");
}

/** A fresh world with the state of the watched one, which has to be plain JSON. */
function restored(from: Watcher, fresh: VectorEnv, problems: ContractProblems): Watcher | undefined {
  const state = from.env.state();
  const text = JSON.stringify(state);
  problems.expect(text !== undefined, "state() is not JSON");
  if (text === undefined) return undefined;
  fresh.restore(JSON.parse(text));
  const watcher = new Watcher(fresh, problems);
  watcher.goOnFrom(from);
  return watcher;
}

/** Whether sizes fit so far that it can be played at all. */
function sizesHold(env: VectorEnv, problems: ContractProblems): boolean {
  const { symbols: S, marketFeatures: F, accountFeatures: K } = env.shape;
  const { stretches: G, accountsPerStretch: A } = env;
  const found: Array<readonly [boolean, string]> = [
    ...Object.entries({ symbols: S, stretches: G, accountsPerStretch: A }).map(
      ([name, n]) => [Number.isInteger(n) && n >= 1, `${name} is ${n}, not a whole number from 1`] as const,
    ),
    ...Object.entries({ marketFeatures: F, accountFeatures: K }).map(
      ([name, n]) => [Number.isInteger(n) && n >= 0, `${name} is ${n}, not a whole number from 0`] as const,
    ),
    [F + K > 0, "there is nothing to observe: marketFeatures and accountFeatures are both 0"],
    [env.actionSpace.categories.length >= 2, "the action space has fewer than two categories"],
    [env.market.length % Math.max(1, S * F) === 0, "market is no whole number of rows of symbols x marketFeatures"],
    [F === 0 || env.market.length > 0, "there are market features and no market"],
    [env.market.every(Number.isFinite), "market holds values that are no finite numbers"],
    ...(["row", "moved"] as const).map(
      (name) => [env[name].length === G, `${name} has ${env[name].length} entries for ${G} stretches`] as const,
    ),
    ...(["rewards", "terminated", "truncated"] as const).map(
      (name) => [env[name].length === G * A, `${name} has ${env[name].length} entries for ${G * A} accounts`] as const,
    ),
  ];
  for (const [holds, problem] of found) problems.expect(holds, problem);
  return found.every(([holds]) => holds);
}

type Sums = { readonly steps: number; readonly reward: number };

const inOrder = (a: Sums, b: Sums): number => a.steps - b.steps || a.reward - b.reward;

/** One world with what it shows and what is done in it. */
class Watcher {
  readonly env: VectorEnv;
  readonly #problems: ContractProblems;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #category: Uint8Array;
  readonly #numbers: Float32Array;
  readonly #rowBefore: Int32Array;
  /** `[N]` of the episode that runs. */
  readonly #reward: Float64Array;
  readonly #steps: Int32Array;
  /** `[N]` 1 where the last step ended the episode. */
  readonly #over: Uint8Array;
  #ended = 0;

  constructor(env: VectorEnv, problems: ContractProblems) {
    const N = env.stretches * env.accountsPerStretch;
    const cells = N * env.shape.symbols;
    this.env = env;
    this.#problems = problems;
    this.#account = new Float32Array(cells * env.shape.accountFeatures);
    this.#mask = new Float32Array(cells * env.actionSpace.categories.length);
    this.#category = new Uint8Array(cells);
    this.#numbers = new Float32Array(cells * env.actionSpace.betaHeads.length);
    this.#rowBefore = new Int32Array(env.stretches);
    this.#reward = new Float64Array(N);
    this.#steps = new Int32Array(N);
    this.#over = new Uint8Array(N);
  }

  observe(): void {
    this.#account.fill(Number.NaN);
    this.#mask.fill(Number.NaN);
    this.env.observe(this.#account, this.#mask);
    this.#problems.expect(
      this.#account.every(Number.isFinite),
      "observe() leaves values that are no finite numbers in `account`: every entry is written at every call",
    );
    this.#problems.expect(
      this.#mask.every((value) => Number.isFinite(value) && value <= 0),
      "observe() leaves values above 0 or no finite numbers in `mask`: 0 allows, MASKED_LOGIT forbids",
    );
    const { marketFeatures: F, symbols: S } = this.env.shape;
    const rows = F === 0 ? Number.POSITIVE_INFINITY : this.env.market.length / (S * F);
    for (const row of this.env.row) {
      this.#problems.expect(row >= this.env.firstRow, "a stretch stands before firstRow");
      this.#problems.expect(row < rows, "a stretch stands after the last row of the market");
    }
  }

  sees(other: Watcher): boolean {
    return (
      this.#account.every((value, i) => value === other.#account[i]) &&
      this.#mask.every((value, i) => value === other.#mask[i]) &&
      this.env.row.every((value, g) => value === other.env.row[g])
    );
  }

  /** Whether the last step gave and ended the same. */
  gained(other: Watcher): boolean {
    return (
      this.env.rewards.every((value, n) => value === other.env.rewards[n]) &&
      this.#over.every((value, n) => value === other.#over[n])
    );
  }

  /** A random choice among those that the mask allows. */
  choose(random: Random): void {
    const C = this.env.actionSpace.categories.length;
    for (let i = 0; i < this.#category.length; i++) {
      const allowed = Array.from({ length: C }, (_, c) => c).filter((c) => this.#mask[i * C + c] === 0);
      this.#problems.expect(allowed.length > 0, "the mask forbids every category of a symbol");
      this.#category[i] = allowed[random.below(Math.max(1, allowed.length))] ?? 0;
    }
    for (let i = 0; i < this.#numbers.length; i++) this.#numbers[i] = random.uniform();
  }

  copyChoice(other: Watcher): void {
    this.#category.set(other.#category);
    this.#numbers.set(other.#numbers);
  }

  /** Counts on what the other has counted of the running episodes. */
  goOnFrom(other: Watcher): void {
    this.#reward.set(other.#reward);
    this.#steps.set(other.#steps);
  }

  /** One step, with a look at those that ended and their new start. */
  play(): void {
    const { env } = this;
    this.#rowBefore.set(env.row);
    const chosen = this.#category.slice();
    env.step(this.#category, this.#numbers);
    this.#problems.expect(
      chosen.every((value, i) => value === this.#category[i]),
      "step() changes the actions that it is given",
    );
    this.#count();
    const ends = this.#over.includes(1);
    if (ends) {
      this.observe();
      env.restart();
    }
    this.#checkRows(ends);
    this.#checkEpisodes();
  }

  #count(): void {
    const { rewards, terminated, truncated } = this.env;
    for (let n = 0; n < rewards.length; n++) {
      this.#problems.expect(Number.isFinite(rewards[n]), "a reward is no finite number");
      this.#problems.expect(
        terminated[n] <= 1 && truncated[n] <= 1 && terminated[n] + truncated[n] <= 1,
        "an account is both terminated and truncated, or a flag is neither 0 nor 1",
      );
      this.#reward[n] += rewards[n];
      this.#steps[n]++;
      this.#over[n] = terminated[n] | truncated[n];
    }
  }

  #checkRows(restarted: boolean): void {
    const { env } = this;
    if (env.shape.marketFeatures === 0) return;
    for (let g = 0; g < env.stretches; g++) {
      const moved = restarted && env.moved[g] === 1;
      this.#problems.expect(
        moved || env.row[g] === this.#rowBefore[g] + 1,
        "the row of a stretch doesn't go on by one a step although `moved` is 0",
      );
    }
  }

  /** The episodes that ended with this step are told once, with their sums. */
  #checkEpisodes(): void {
    const told = this.env.takeEpisodes().sort(inOrder);
    this.#problems.expect(this.env.takeEpisodes().length === 0, "takeEpisodes() tells an episode twice");
    const sums: Sums[] = [];
    for (let n = 0; n < this.#reward.length; n++) {
      if (this.#over[n] === 0) continue;
      sums.push({ reward: this.#reward[n], steps: this.#steps[n] });
      this.#reward[n] = 0;
      this.#steps[n] = 0;
    }
    sums.sort(inOrder);
    this.#ended += sums.length;
    const complete = told.length === sums.length;
    this.#problems.expect(complete, "takeEpisodes() doesn't tell every account that ended, once each");
    if (!complete) return;
    this.#problems.expect(
      told.every(({ steps }, i) => steps === sums[i].steps),
      "an episode's number of steps is not that of its steps",
    );
    this.#problems.expect(
      told.every(({ reward }, i) => Math.abs(reward - sums[i].reward) <= 1e-4 * (1 + Math.abs(sums[i].reward))),
      "an episode's reward is not the sum of its rewards",
    );
  }

  conclude(): void {
    this.#problems.expect(this.#ended > 0, "no episode ended: play more steps, or give it an end or a time limit");
  }
}
