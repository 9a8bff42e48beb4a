import { systemClock } from "../../../core/index.ts";
import type { BybitCategory } from "../../../venues/index.ts";
import { type BrokerHarness, type PlannedFault, testBrokerContract } from "../../testing/broker-contract.ts";
import { localPlace } from "../../testing/local-place.ts";

async function open(category: BybitCategory): Promise<BrokerHarness> {
  const place = await localPlace({ category });
  const { broker } = place;
  let heard = 0;
  let ups = 0;
  let upsWanted = 1;
  const start = broker.start.bind(broker);
  broker.start = (symbols, listener, signal) =>
    start(
      symbols,
      (event) => {
        heard++;
        if (event.kind === "connection" && event.state === "up") ups++;
        listener(event);
      },
      signal,
    );
  /** Nothing new for a while, and the stream that was closed is back. */
  const settle = async (): Promise<void> => {
    await place.until(() => ups >= upsWanted, "the stream is up");
    for (let quiet = 0, before = -1; quiet < 3; quiet = heard === before ? quiet + 1 : 0) {
      before = heard;
      await systemClock.sleep(15);
    }
  };
  const fault = (planned: PlannedFault): void => {
    if (planned === "reconnect") {
      upsWanted++;
      place.control({ action: "close-streams", stream: "private" });
    } else if (planned === "duplicate-execution") {
      place.control({ action: "fault", rule: { kind: "duplicate-push", on: "private execution", times: 1 } });
    } else {
      const kind = planned === "lost-reply" ? "drop-reply" : "drop-request";
      place.control({ action: "fault", rule: { kind, on: "/v5/order/create", times: 1 } });
    }
  };
  return {
    broker,
    symbol: "BTCUSDT",
    ...(category === "spot" ? { lotStep: "0.000001" } : {}),
    setQuote: (bid, ask) => Promise.resolve(place.quote(bid, ask)),
    settle,
    fault,
    close: () => place.close(),
  };
}

testBrokerContract("the Bybit broker", () => open("linear"));
testBrokerContract("the Bybit broker on spot", () => open("spot"));
