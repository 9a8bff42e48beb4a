/** What learned: PPO and PQN a network, the others a classifier with a rule. */
export const LEARNERS = ["ppo", "pqn", "gbdt", "logistic"] as const;
export type LearnerName = (typeof LEARNERS)[number];

export type NetworkLearner = "ppo" | "pqn";

/** Whether what it learns is a network, and not a classifier. */
export function learnsNetwork(learner: LearnerName): learner is NetworkLearner {
  return learner === "ppo" || learner === "pqn";
}
