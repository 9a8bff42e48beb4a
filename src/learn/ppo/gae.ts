/**
 * @file Generalised advantage estimation (Schulman et al., "High-dimensional continuous control using generalized
 * advantage estimation", 2016), with time limits told apart from endings (Pardo et al., "Time limits in reinforcement
 * learning", 2018): a truncated step has the value of the state it would have gone on from already inside its reward.
 */

export type GaeInput = {
  /** T. */
  readonly steps: number;
  /** N. */
  readonly accounts: number;
  /** `[T*N]`, row `t*N+n`; of a truncated step it includes `gamma * V(terminal observation)`. */
  readonly rewards: Float32Array;
  /** `[T*N]` V of the observation acted on. */
  readonly values: Float32Array;
  /** `[T*N]` 1 where the episode ended with this step, for whatever reason. */
  readonly done: Uint8Array;
  /** `[N]` V of the observation after the last step. */
  readonly lastValues: Float32Array;
  readonly gamma: number;
  readonly lambda: number;
};

/**
 * `delta = r + gamma V' (1 - done) - V`, `A = delta + gamma lambda (1 - done) A'`, `return = A + V`.
 * @param advantages `[T*N]` written
 * @param returns `[T*N]` written
 */
export function generalizedAdvantages(input: GaeInput, advantages: Float32Array, returns: Float32Array): void {
  const { steps, accounts, rewards, values, done, lastValues, gamma, lambda } = input;
  for (let n = 0; n < accounts; n++) {
    let next = 0;
    let nextValue = lastValues[n];
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * accounts + n;
      const alive = 1 - done[i];
      const delta = rewards[i] + gamma * nextValue * alive - values[i];
      next = delta + gamma * lambda * alive * next;
      advantages[i] = next;
      returns[i] = next + values[i];
      nextValue = values[i];
    }
  }
}
