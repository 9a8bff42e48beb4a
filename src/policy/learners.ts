/** What learned: PPO a network, the others a classifier with a rule. */
export const LEARNERS = ["ppo", "gbdt", "logistic"] as const;
