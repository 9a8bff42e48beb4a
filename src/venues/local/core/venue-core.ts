/**
 * @file The local venue without sockets and without a clock of its own: requests in, replies and pushes out, and a market
 * that moves when it is told how late it is. The same calls at the same times give the same replies, fills and ids.
 */
import { invariant, sha256Hex, TidemarkError } from "../../../core/index.ts";
import { trail } from "./brackets.ts";
import { ENDPOINTS } from "./calls.ts";
import { ledgerRow } from "./fills.ts";
import { chargeFundingOf, deleverageAt, liquidateUnder } from "./liquidation.ts";
import type { Listing, ListingStatus, LocalCategory } from "./listing.ts";
import { DEFAULT_MARKET, type LocalSeries, MadeMarket, type MadeMarketOptions } from "./made-market.ts";
import { lastOf } from "./margin.ts";
import { matchResting, trigger } from "./matching.ts";
import { money, moneyText } from "./money.ts";
import { finish } from "./orders.ts";
import type { Parameters } from "./parameters.ts";
import type { ReadLimits } from "./read-account.ts";
import { VenueRefusal } from "./reject.ts";
import { type Account, coinOf } from "./state.ts";
import { executionWire, orderWire, positionWire, type Wire } from "./wire.ts";
import { type Market, marketKey, type VenuePush, type World } from "./world.ts";

export type LocalAccountOptions = {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  /** Coins at the start. Default: 10,000 USDT. */
  readonly coins?: Readonly<Record<string, string>>;
  readonly hedge?: boolean;
  readonly marginMode?: "REGULAR_MARGIN" | "ISOLATED_MARGIN";
  readonly leverage?: number;
  readonly mayTrade?: boolean;
};

export type VenueCoreOptions = {
  readonly startMs: number;
  readonly seed: number;
  readonly markets: ReadonlyArray<{ readonly listing: Listing; readonly series: LocalSeries }>;
  readonly accounts: readonly LocalAccountOptions[];
  /** Contracts that are told of but have no market. */
  readonly alsoListed?: readonly Listing[];
  readonly market?: Partial<MadeMarketOptions>;
  /** What the insurance fund holds. Default: 1,000,000. */
  readonly insurance?: string;
};

/** The envelope of every reply. */
export type VenueReply = {
  readonly retCode: number;
  readonly retMsg: string;
  readonly result: unknown;
  readonly retExtInfo: unknown;
  readonly time: number;
};

/** An account's books in the words of V5, oldest first; flat positions too. */
export type VenueAudit = {
  readonly orders: readonly Wire[];
  readonly executions: readonly Wire[];
  readonly positions: readonly Wire[];
  readonly wallet: Readonly<Record<string, string>>;
};

export class LocalVenueCore {
  readonly #world: World;
  #limits: ReadLimits = { lagMs: 0, forgottenBeforeMs: 0 };

  constructor(options: VenueCoreOptions) {
    this.#world = {
      nowMs: options.startMs,
      markets: new Map(),
      listings: [...options.markets.map(({ listing }) => listing), ...(options.alsoListed ?? [])],
      accounts: new Map(),
      pushes: [],
      sequence: 0,
      insurance: money(options.insurance ?? "1000000"),
      idPrefix: sha256Hex(`venue ${options.seed}`).slice(0, 8),
    };
    for (const { listing, series } of options.markets)
      this.#list(listing, series, { ...DEFAULT_MARKET, ...options.market });
    for (const account of options.accounts) this.#open(account);
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  /** Time of the next tick of any market; infinite where all bars have ended. */
  nextEventMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { made } of this.#world.markets.values()) next = Math.min(next, made.nextTickMs(), this.#barEndMs(made));
    return next;
  }

  /** Moves the market to `toMs`: ticks of all symbols in the order of time, and what follows from each. */
  advanceTo(toMs: number): void {
    const world = this.#world;
    for (;;) {
      let first: Market | undefined;
      let firstMs = toMs;
      for (const market of world.markets.values()) {
        const nextMs = Math.min(market.made.nextTickMs(), this.#barEndMs(market.made));
        if (nextMs < firstMs || (nextMs === firstMs && first === undefined)) {
          first = market;
          firstMs = nextMs;
        }
      }
      if (first === undefined) break;
      world.nowMs = Math.max(world.nowMs, firstMs);
      this.#step(first, firstMs);
    }
    world.nowMs = Math.max(world.nowMs, toMs);
  }

  /** Answers a request by the rules of V5. `accountId` is undefined where it isn't signed. */
  call(accountId: string | undefined, method: string, path: string, parameters: Parameters): VenueReply {
    const world = this.#world;
    const endpoint = ENDPOINTS[`${method} ${path}`];
    const reply = (retCode: number, retMsg: string, result: unknown = {}, retExtInfo: unknown = {}): VenueReply => ({
      retCode,
      retMsg,
      result,
      retExtInfo,
      time: Math.floor(world.nowMs),
    });
    if (endpoint === undefined) return reply(10017, "request path not found or request method is invalid");
    const context = { world, parameters, limits: this.#limits };
    try {
      if (endpoint.access === "public") return reply(0, "OK", endpoint.answer(context));
      const account = accountId === undefined ? undefined : world.accounts.get(accountId);
      if (account === undefined) return reply(10003, "API key is invalid.");
      if (account.permissions.expired) return reply(33004, "Your api key has expired.");
      const allowed = endpoint.access === "trade" ? account.permissions.trade : account.permissions.read;
      if (!allowed) return reply(10005, "Permission denied, please check your API key permissions.");
      const result = endpoint.answer({ ...context, account });
      return path.endsWith("-batch") && isBatch(result)
        ? reply(0, "OK", result.result, result.retExtInfo)
        : reply(0, "OK", result);
    } catch (thrown) {
      if (thrown instanceof VenueRefusal) return reply(thrown.retCode, thrown.message);
      throw thrown;
    }
  }

  /** What was pushed since the last time, in order. */
  takePushes(): VenuePush[] {
    const { pushes } = this.#world;
    if (pushes.length > 0) this.#world.pushes = [];
    return pushes;
  }

  /** The account that a key belongs to. */
  accountOfKey(key: string): { readonly id: string; readonly secret: string } | undefined {
    for (const account of this.#world.accounts.values()) if (account.key === key) return account;
    return undefined;
  }

  market(category: LocalCategory, symbol: string): Market | undefined {
    return this.#world.markets.get(marketKey(category, symbol));
  }

  get world(): Readonly<World> {
    return this.#world;
  }

  /** Puts the best prices of a market there by hand, and lets orders react; volume in base units. */
  setQuote(category: LocalCategory, symbol: string, bid: string, ask: string, volume = "1000000"): void {
    const market = this.#required(category, symbol);
    const { listing, made } = market;
    made.put(
      Number(money(bid) / listing.tick),
      Number(money(ask) / listing.tick),
      Number(money(volume) / listing.step),
      this.nowMs,
    );
    this.#react(market);
  }

  /** Reads of history lag, and final orders before a time are forgotten, as after a restart of the venue. */
  setReadLimits(limits: Partial<ReadLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  setStatus(category: LocalCategory, symbol: string, status: ListingStatus): void {
    const { listing, orders } = this.#required(category, symbol);
    listing.status = status;
    if (status === "Trading") return;
    if (status === "Closed" || status === "Settling") listing.deliveryMs = this.nowMs;
    if (status !== "Closed") return;
    // Finishing takes an order out of the list.
    const standing = orders.slice();
    for (const order of standing) finish(this.#world, order, "Cancelled", { cancelType: "CancelByDelivery" });
  }

  setPermissions(accountId: string, permissions: Partial<Account["permissions"]>): void {
    Object.assign(this.#account(accountId).permissions, permissions);
  }

  /** Switches the account's mode as an app would, behind the engine's back. */
  setHedge(accountId: string, coin: string, hedge: boolean): void {
    const { hedged } = this.#account(accountId);
    if (hedge) hedged.add(`*${coin}`);
    else hedged.delete(`*${coin}`);
  }

  /** Closes a share of a position by auto-deleveraging at the last price. */
  forceDeleverage(accountId: string, symbol: string, share: number): void {
    const account = this.#account(accountId);
    for (const position of account.positions.values()) {
      if (position.listing.symbol !== symbol || position.lots === 0) continue;
      const lots = Math.max(1, Math.floor(Math.abs(position.lots) * Math.min(1, share)));
      deleverageAt(this.#world, account, position, lots, lastOf(this.#world, position.listing));
    }
  }

  /** Everything that the venue holds of an account, past every fault: what a journal is compared with. */
  audit(accountId: string): VenueAudit {
    const account = this.#account(accountId);
    const orders = [...account.closed, ...account.open.values()].sort((a, b) => a.sequence - b.sequence);
    return {
      orders: orders.map(orderWire),
      executions: account.executions.map(executionWire),
      positions: [...account.positions.values()].map((position) => positionWire(this.#world, account, position)),
      wallet: Object.fromEntries([...account.coins].map(([coin, { wallet }]) => [coin, moneyText(wallet)])),
    };
  }

  #account(accountId: string): Account {
    const account = this.#world.accounts.get(accountId);
    if (account !== undefined) return account;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The local venue has no account "${accountId}"`,
      fix: `Choose one of ${[...this.#world.accounts.keys()].join(", ")}.`,
    });
  }

  #required(category: LocalCategory, symbol: string): Market {
    const market = this.market(category, symbol);
    if (market !== undefined) return market;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The local venue has no ${category} market ${symbol}`,
      fix: `Choose one of ${[...this.#world.markets.values()].map(({ listing }) => listing.symbol).join(", ")}.`,
    });
  }

  #list(listing: Listing, series: LocalSeries, options: MadeMarketOptions): void {
    const { startMs } = { startMs: this.#world.nowMs };
    const made = new MadeMarket(listing, series, startMs, options);
    const stamps = series.funding?.timeMs ?? [];
    let fundingNext = 0;
    while (fundingNext < stamps.length && stamps[fundingNext] <= startMs) fundingNext++;
    const lastFundingRate = fundingNext > 0 ? (series.funding?.rate[fundingNext - 1] ?? 0) : 0;
    const key = marketKey(listing.category, listing.symbol);
    invariant(!this.#world.markets.has(key), `${key} is listed once`);
    const toldBar = made.completeBarAt(startMs);
    this.#world.markets.set(key, { listing, made, orders: [], fundingNext, lastFundingRate, toldBar });
  }

  #open(options: LocalAccountOptions): void {
    const account: Account = {
      id: options.id,
      key: options.key,
      secret: options.secret,
      permissions: { trade: options.mayTrade ?? true, read: true, expired: false },
      marginMode: options.marginMode ?? "REGULAR_MARGIN",
      coins: new Map(),
      positions: new Map(),
      hedged: new Set(options.hedge === true ? ["*USDT"] : []),
      leverage: new Map(),
      open: new Map(),
      byId: new Map(),
      byLink: new Map(),
      closed: [],
      executions: [],
      ledger: [],
      closedPnl: [],
    };
    this.#world.accounts.set(account.id, account);
    for (const [coin, amount] of Object.entries(options.coins ?? { USDT: "10000" })) {
      coinOf(account, coin).wallet = money(amount);
      ledgerRow(this.#world, account, {
        type: "TRANSFER_IN",
        execution: undefined,
        symbol: "",
        coin,
        side: "",
        funding: 0n,
        fee: 0n,
        cashFlow: money(amount),
      });
    }
    if (options.leverage === undefined) return;
    for (const { symbol } of this.#world.listings) account.leverage.set(symbol, Math.round(options.leverage * 100));
  }

  /** When the bar that is being made is complete and not told yet. */
  #barEndMs(made: MadeMarket): number {
    const market = this.#world.markets.get(marketKey(made.listing.category, made.listing.symbol));
    if (market === undefined || made.bar < 0 || market.toldBar >= made.bar) return Number.POSITIVE_INFINITY;
    return made.series.timeMs[made.bar] + made.series.barMs;
  }

  #step(market: Market, atMs: number): void {
    const world = this.#world;
    const { made, listing } = market;
    // A bar ends before the next begins, also where both fall on one instant.
    if (this.#barEndMs(made) <= atMs) {
      market.toldBar = made.bar;
      world.pushes.push({
        kind: "bar",
        category: listing.category,
        symbol: listing.symbol,
        timeMs: atMs,
        bar: made.bar,
      });
      chargeFundingOf(world, market);
      return;
    }
    made.tick();
    this.#react(market);
  }

  #react(market: Market): void {
    const world = this.#world;
    const { listing } = market;
    if (listing.status === "Trading" || listing.status === "Settling") {
      chargeFundingOf(world, market);
      matchResting(world, market);
      trigger(world, market);
      for (const account of world.accounts.values()) {
        for (const position of account.positions.values()) {
          if (position.trailing !== undefined && position.listing === listing) trail(world, account, position);
        }
      }
      if (listing.category === "linear") liquidateUnder(world, listing);
    }
    world.pushes.push({
      kind: "tick",
      category: listing.category,
      symbol: listing.symbol,
      timeMs: world.nowMs,
      bar: market.made.bar,
    });
  }
}

function isBatch(value: unknown): value is { result: unknown; retExtInfo: unknown } {
  return typeof value === "object" && value !== null && "result" in value && "retExtInfo" in value;
}
