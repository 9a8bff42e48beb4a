import { expect, test } from "vitest";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { BuyAndHold } from "../policy/index.ts";
import { run } from "./testing/settings.ts";

test("a run is told in the account's currency, whatever symbol comes first", async () => {
  const ether = plainInstrument({ kind: "spot", tickSize: "0.00001", lotStep: "0.01" }, "ETHBTC");
  const tape = handTape(
    [ether, plainInstrument({ kind: "spot" })],
    [0.05, 0.05, 0.04].map((price) => [still(price), still(100)]),
  );
  const rate = Float64Array.of(10_000, 1, 20_000, 1, 30_000, 1);
  const result = await run({ ...tape, currency: "USDT", rate }, new BuyAndHold());
  expect(result.currency).toBe("USDT");
  // Ten ethers for half of the money, worth 0.04 * 30,000 each in the end.
  expect(result.finalEquity).toBeCloseTo(5_000 + 12_000, 6);
  expect(result.trades[0].netReturn).toBeCloseTo(1.4, 9);
});
