import { describe, expect, it } from "vitest";
import { normalQuantile, Random } from "../../core/index.ts";
import { kurtosis, skewness } from "./moments.ts";
import { probabilisticSharpe } from "./overfitting.ts";
import { sharpePerPeriod } from "./ratios.ts";
import { sharpeLead } from "./sharpe-lead.ts";

/** Two series of normal returns with correlation `rho`, each with its own mean over a deviation of 1 %. */
function pair(random: Random, n: number, rho: number, means: readonly [number, number]): [number[], number[]] {
  const own: number[] = [];
  const other: number[] = [];
  for (let i = 0; i < n; i++) {
    const shared = random.normal();
    own.push(0.01 * (means[0] + shared));
    other.push(0.01 * (means[1] + rho * shared + Math.sqrt(1 - rho * rho) * random.normal()));
  }
  return [own, other];
}

describe("the chance that one Sharpe ratio is above another", () => {
  it("is the probabilistic Sharpe ratio against a record that did nothing", () => {
    const random = new Random(1);
    const own = Array.from(
      { length: 200 },
      () => 0.001 + 0.01 * random.normal() - 0.02 * Number(random.uniform() < 0.05),
    );
    const record = { sharpe: sharpePerPeriod(own) ?? 0, skew: skewness(own) ?? 0, kurtosis: kurtosis(own) ?? 0 };
    const flat = own.map(() => 0);
    expect(sharpeLead(own, flat)).toBeCloseTo(probabilisticSharpe(record, 200) ?? 0, 12);
  });

  it("is undefined where the two differ by nothing but leverage, or the own record has no variance", () => {
    const [own] = pair(new Random(2), 100, 0, [0.1, 0]);
    expect(
      sharpeLead(
        own.map((r) => 3 * r),
        own,
      ),
    ).toBeNull();
    expect(
      sharpeLead(
        own.map(() => 0),
        own,
      ),
    ).toBeNull();
  });

  it("agrees with the closed form for normal returns (Memmel, 2003)", () => {
    const n = 200_000;
    const [own, other] = pair(new Random(3), n, 0.6, [0.25, 0.24]);
    const [s1, s2] = [sharpePerPeriod(own) ?? 0, sharpePerPeriod(other) ?? 0];
    const variance = (2 - 2 * 0.6 + 0.5 * (s1 * s1 + s2 * s2 - 2 * s1 * s2 * 0.36)) / n;
    const lead = sharpeLead(own, other) ?? 0;
    expect(normalQuantile(lead)).toBeCloseTo((s1 - s2) / Math.sqrt(variance), 1);
  });

  it("promises 95 % no more often than once in twenty where there is no difference", () => {
    const random = new Random(4);
    let promised = 0;
    for (let i = 0; i < 2_000; i++) {
      const [own, other] = pair(random, 180, 0.7, [0.1, 0.1]);
      if ((sharpeLead(own, other) ?? 0) >= 0.95) promised++;
    }
    // 100 expected, standard deviation 9.7.
    expect(promised).toBeGreaterThan(65);
    expect(promised).toBeLessThan(135);
  });
});
