/** @file A session of the engine on a local venue: everything is real but its strategy and its clock, which a test moves. */
import { decimal, exactText, SimulatedClock, systemClock } from "../../core/index.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import { Engine } from "../engine/machine.ts";
import type { EngineState } from "../engine/state.ts";
import { foldJournal } from "../journal/fold.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { TradeSession } from "../session/session.ts";
import { type LocalPlace, localPlace, type PlaceOptions } from "./local-place.ts";

const SYMBOL = "BTCUSDT";

type BeginOptions = PlaceOptions & {
  readonly place?: LocalPlace;
  readonly config?: Partial<EngineConfig>;
  /** What befalls the venue before the session begins. */
  readonly before?: (place: LocalPlace) => unknown;
};

export class VenueSession {
  readonly place: LocalPlace;
  readonly journal: MemoryJournal;
  readonly clock: SimulatedClock;
  readonly session: TradeSession;
  #price = "100";

  private constructor(place: LocalPlace, journal: MemoryJournal, clock: SimulatedClock) {
    this.place = place;
    this.journal = journal;
    this.clock = clock;
    this.session = new TradeSession({
      engine: new Engine(foldJournal(journal)),
      journal,
      broker: place.broker,
      clock,
      timers: false,
      onEntry: () => undefined,
      onNotify: () => undefined,
      onFailure: (error) => {
        throw error;
      },
    });
  }

  static async begin({ place: given, config = {}, before, ...options }: BeginOptions = {}): Promise<VenueSession> {
    const place = given ?? (await localPlace({ category: "spot", ...options }));
    place.quote("100", "100.1");
    await before?.(place);
    const { nowMs } = place.control({ action: "state" }) as { nowMs: number };
    const own = new VenueSession(place, new MemoryJournal(), new SimulatedClock(nowMs));
    own.session.deliver({
      kind: "session",
      id: "live/test",
      config: {
        ...ENGINE_DEFAULTS,
        mode: "live",
        strategies: [{ name: "s", symbols: [SYMBOL], barMs: 300_000 }],
        initialBalance: exactText("10000"),
        currency: "USDT",
        ...config,
      },
      capabilities: place.broker.capabilities,
      accountId: "1",
      instruments: [],
      strategySpec: {},
      version: "1",
      seed: 1,
    });
    place.quote("100", "100.1");
    await own.#start();
    return own;
  }

  /** The process dies and another one takes its journal over, some time later. */
  async killed(ms: number): Promise<VenueSession> {
    await this.place.broker.stop();
    this.clock.advance(ms);
    const next = new VenueSession(this.place.again(), this.journal, this.clock);
    next.#price = this.#price;
    await next.#start();
    return next;
  }

  async #start(): Promise<void> {
    const { session, place } = this;
    session.deliver({ kind: "started", process: "1" });
    await place.broker.start([SYMBOL], (event) => session.deliver({ kind: "broker", event }));
    session.deliver({ kind: "rules", rules: await place.broker.rules() });
    await this.settle();
  }

  get state(): EngineState {
    return this.session.engine.state;
  }

  get held(): string {
    return this.state.positions[SYMBOL]?.quantity ?? "0";
  }

  /** Puts the market there, for venue and session. */
  async price(last: string, volume?: string): Promise<void> {
    this.#price = last;
    // A quote that is hardly younger than the last is not taken up.
    this.clock.advance(300);
    const ask = decimal(last).plus("0.1").toFixed();
    const { category } = this.place.account;
    const quote = { action: "quote", category, symbol: SYMBOL, bid: last, ask } as const;
    this.place.control(volume === undefined ? quote : { ...quote, volume });
    this.#quote();
    await this.settle();
  }

  async want(quantity: string, targetDistance = 0): Promise<void> {
    this.#quote();
    const brackets = { stopDistance: 0.05, targetDistance, trailDistance: 0, maxBars: 0 };
    const lots = decimal(quantity).mul(1_000_000).toNumber();
    const target = { symbol: SYMBOL, lots, quantity: exactText(quantity), urgency: 1, ...brackets };
    this.session.deliver({ kind: "decision", strategy: "s", closeMs: this.clock.nowMs(), targets: [target] });
    await this.settle();
  }

  #quote(): void {
    const last = exactText(this.#price);
    const ask = exactText(decimal(last).plus("0.1"));
    this.session.quote({ symbol: SYMBOL, bid: last, ask, last, timeMs: this.clock.nowMs() });
  }

  /** Lets market time pass, with every timer that falls due and what it begins. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.nowMs() + ms;
    for (let next = this.session.engine.nextTimer(); next !== undefined && next.dueMs <= until; ) {
      this.clock.advance(Math.max(0, next.dueMs - this.clock.nowMs()));
      this.#quote();
      this.session.deliver({ kind: "timer", id: next.id });
      await this.settle();
      next = this.session.engine.nextTimer();
    }
    this.clock.advance(until - this.clock.nowMs());
    this.#quote();
  }

  /** Nothing under way, and nothing new for a while. */
  async settle(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 3; quiet = this.journal.lastSeq === before ? quiet + 1 : 0) {
      before = this.journal.lastSeq;
      await this.session.idle();
      await systemClock.sleep(8);
    }
  }

  /** What stands at the venue, as "stop 95 0.0999". */
  async standing(): Promise<string[]> {
    const open = await this.place.account.openOrders({ symbol: SYMBOL });
    return open
      .map(({ orderLinkId, triggerPrice, qty }) => {
        const leg = orderLinkId.endsWith("_s") ? "stop" : orderLinkId.endsWith("_t") ? "target" : orderLinkId;
        return `${leg} ${exactText(triggerPrice)} ${exactText(qty)}`;
      })
      .sort();
  }

  /** Orders that the venue was ever sent, and what is left of the account's quote currency: what a refusal leaves as it was. */
  audit(): string {
    return JSON.stringify(this.place.control({ action: "audit", account: "1" }));
  }

  /** Causes of less than active trading. */
  get causes(): Record<string, string> {
    return this.state.causes;
  }

  /** Why decisions were not sent. */
  get denied(): string[] {
    return [...this.journal.read(0)].flatMap(({ entry }) => (entry.kind === "denied" ? [entry.code] : []));
  }

  /** What the account holds of the coin. */
  async coins(): Promise<string> {
    const wallet = await this.place.account.wallet();
    return exactText(wallet?.coin.find(({ coin }) => coin === "BTC")?.walletBalance ?? "0");
  }

  async close(): Promise<void> {
    await this.place.broker.stop();
    await this.place.close();
  }
}
