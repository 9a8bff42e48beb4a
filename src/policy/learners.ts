/** What learned: PPO and PQN a network, "ensemble" several of them, the others a classifier with a rule. */
export const LEARNERS = ["ppo", "pqn", "gbdt", "logistic", "ensemble"] as const;
export type LearnerName = (typeof LEARNERS)[number];

/** What the members of an ensemble may be learned by. */
export const NETWORK_LEARNERS = ["ppo", "pqn"] as const satisfies readonly LearnerName[];
export type NetworkLearner = (typeof NETWORK_LEARNERS)[number];

/** Whether what it learns is one network. */
export function learnsNetwork(learner: LearnerName): learner is NetworkLearner {
  return learner === "ppo" || learner === "pqn";
}

/** Whether what it learns is a classifier with a rule, and no network. */
export function learnsClassifier(learner: LearnerName): learner is "gbdt" | "logistic" {
  return learner === "gbdt" || learner === "logistic";
}
