import { describe, expect, it } from "vitest";
import {
  jobIdOf,
  messageText,
  outcomeText,
  parseMessage,
  parseOutcome,
  parseVerdict,
  queueName,
  verdictText,
} from "./queue-protocol.ts";

describe("what a study and its workers tell each other", () => {
  it("carries infinite values, notes and returns bit for bit", () => {
    const returns = Float64Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY, -0);
    const outcome = { kind: "complete", value: Number.NEGATIVE_INFINITY, returns, notes: { a: [1, null] } } as const;
    expect(parseOutcome(outcomeText(outcome))).toEqual(outcome);
    const failed = { kind: "failed", reason: 'said "no"\n', lost: true } as const;
    expect(parseOutcome(outcomeText(failed))).toEqual(failed);
    const part = { ...outcome, returns: returns.subarray(1, 3) };
    expect(parseOutcome(outcomeText(part)).returns, "a view of a larger buffer").toEqual(returns.slice(1, 3));
  });

  it("tells messages from other jobs' progress, and verdicts on earlier reports from those on this one", () => {
    const message = { type: "report", runId: "r", report: 3, step: 7, value: Number.NaN } as const;
    expect(parseMessage(messageText(message))).toEqual(message);
    expect(parseMessage(50)).toBeUndefined();
    expect(parseMessage('{"type":"other"}')).toBeUndefined();
    expect(parseVerdict(verdictText(3, "prune"), 3)).toBe("prune");
    expect(parseVerdict(verdictText(2, "prune"), 3)).toBeUndefined();
    expect(parseVerdict("3:dance", 3)).toBeUndefined();
  });

  it("has a queue for each pair of code and data, and a job for each try of a trial", () => {
    const names = [queueName("a", "b"), queueName("a", "c"), queueName("b", "a")];
    expect(new Set(names).size).toBe(3);
    expect(queueName("a", "b")).toBe(names[0]);
    expect(jobIdOf({ studyId: "s", trialId: 4, attempt: 1 })).toBe("s_4_1");
  });
});
