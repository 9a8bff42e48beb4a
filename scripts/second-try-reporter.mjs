/** @file Names every test that failed first and passed when it was tried again: each is a fault, of the test or of what it tests. */
export default class SecondTryReporter {
  #lines = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    this.#lines.push(
      `  ${test.module.relativeModuleId} > ${test.fullName}\n    ${first?.message?.split("\n")[0] ?? ""}`,
    );
  }

  onTestRunEnd() {
    if (this.#lines.length === 0) return;
    process.stdout.write(`\npassed at the second try only:\n${this.#lines.join("\n")}\n`);
  }
}
