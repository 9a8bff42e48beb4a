import { describe, expect, it } from "vitest";
import { Direction, type IntentColumns } from "../core/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import type { DecisionContext, Policy } from "../policy/index.ts";
import { run, settings } from "./testing/settings.ts";
import { runTwins } from "./twins.ts";

/** Long of everything or short of everything, in stretches of uneven length. */
class Together implements Policy {
  readonly name = "together";
  reset(): void {}
  decide({ tape, bar }: DecisionContext, intents: IntentColumns): void {
    intents.direction.fill((bar * bar) % 23 < 11 ? Direction.long : Direction.short, 0, tape.symbols);
    intents.size.fill(0.4, 0, tape.symbols);
  }
}

describe("random twins", () => {
  it("are long or short of everything together where the policy is", async () => {
    const tape = handTape(
      ["AAAUSDT", "BBBUSDT"].map((symbol) => plainInstrument({}, symbol)),
      Array.from({ length: 120 }, (_, t) => [still(100 + (t % 7)), still(50 + (t % 5))]),
    );
    const config = settings({ leverage: 2 });
    const result = await run(tape, new Together(), config);
    const twins = await runTwins({ tape, policy: new Together(), config, balance: 10_000, seed: 1 }, result);
    const { positions, length } = (twins as NonNullable<typeof twins>).median.result.curve;
    let [together, apart] = [0, 0];
    for (let row = 0; row < length; row++) {
      const sides = Math.sign(positions[2 * row]) * Math.sign(positions[2 * row + 1]);
      if (sides > 0) together++;
      else if (sides < 0) apart++;
    }
    expect(together).toBeGreaterThan(100);
    expect(apart).toBe(0);
  });
});
