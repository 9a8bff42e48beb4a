/** @file Where Bybit is: the real market, its test network, demo trading (real prices, play money), or an address given. */
import { TidemarkError } from "../../../core/index.ts";

export type BybitPlace = "mainnet" | "testnet" | "demo" | "custom";

export type BybitHosts = {
  readonly place: BybitPlace;
  readonly rest: string;
  /** Without the category: ".../v5/public". */
  readonly publicStream: string;
  readonly privateStream: string;
  /** True where orders move real money. */
  readonly live: boolean;
};

const KNOWN: Readonly<Record<Exclude<BybitPlace, "custom">, BybitHosts>> = {
  mainnet: {
    place: "mainnet",
    rest: "https://api.bybit.com",
    publicStream: "wss://stream.bybit.com/v5/public",
    privateStream: "wss://stream.bybit.com/v5/private",
    live: true,
  },
  testnet: {
    place: "testnet",
    rest: "https://api-testnet.bybit.com",
    publicStream: "wss://stream-testnet.bybit.com/v5/public",
    privateStream: "wss://stream-testnet.bybit.com/v5/private",
    live: false,
  },
  // Demo accounts see the real market's prices.
  demo: {
    place: "demo",
    rest: "https://api-demo.bybit.com",
    publicStream: "wss://stream.bybit.com/v5/public",
    privateStream: "wss://stream-demo.bybit.com/v5/private",
    live: false,
  },
};

/**
 * The hosts by name, or by an address such as "http://127.0.0.1:7007" (a local venue, a proxy). An address on this machine
 * is not live; any other counts as live. Throws CONFIG_VALUE where the text is neither.
 */
export function bybitHosts(text: string): BybitHosts {
  if (text === "mainnet" || text === "testnet" || text === "demo") return KNOWN[text];
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol) || new URL(text).username !== "") {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${text}" is no place where Bybit could be`,
      fix: 'Write "mainnet", "testnet", "demo", or an address such as "http://127.0.0.1:7007".',
    });
  }
  const rest = text.replace(/\/+$/, "");
  const stream = rest.replace(/^http/, "ws");
  return {
    place: "custom",
    rest,
    publicStream: `${stream}/v5/public`,
    privateStream: `${stream}/v5/private`,
    live: !isLoopback(rest),
  };
}

export function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}
