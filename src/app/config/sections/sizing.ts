/** @file [sizing]: how much is bought. The policy's size in [0, 1] multiplies what the scheme allows. */
import { z } from "zod";
import { type AssetClass, SIZING_DEFAULTS as DEFAULTS, SizingScheme } from "../../../portfolio/choices.ts";

const HUGE = 1e15;

/** Default rows are read-only in their room; a schema wants its own. */
function copyRows<Row extends readonly number[]>(rows: readonly Row[]): Row[] {
  return rows.map((row) => row);
}

function perClass(defaults: Readonly<Record<AssetClass, number>>, most: number) {
  const amount = z.number().min(0).max(most);
  return {
    crypto_spot: amount.default(defaults.cryptoSpot).describe("Crypto spot."),
    crypto_futures: amount.default(defaults.cryptoFutures).describe("Crypto perpetuals and futures."),
    forex: amount.default(defaults.forex).describe("Currency pairs."),
    options: amount.default(defaults.options).describe("Options, by premium."),
  };
}

const budgetSection = z
  .strictObject({
    threshold: z
      .number()
      .min(0)
      .max(HUGE)
      .default(DEFAULTS.budget.threshold)
      .describe("Notional above which the shares of share_above size a position."),
    profit_rollover: z
      .boolean()
      .default(DEFAULTS.budget.profitRollover)
      .describe("Whether realised profit is added to its own budget."),
    ladder_window_days: z
      .int()
      .min(1)
      .max(365)
      .default(DEFAULTS.budget.ladderWindowDays)
      .describe("Days of profit that the ladder looks at."),
    ladder: z
      .array(z.tuple([z.number(), z.number().min(0.5).max(5)]))
      .default(copyRows(DEFAULTS.budget.ladder) as [number, number][])
      .describe("Rows of [profit over the window, multiplier of the risk share], rising."),
    allocation: z
      .strictObject(perClass(DEFAULTS.budget.allocation, HUGE))
      .prefault({})
      .describe("Budget of each asset class, in quote currency. Budgets never bleed into each other."),
    risk_share: z
      .strictObject(perClass(DEFAULTS.budget.riskShare, 1))
      .prefault({})
      .describe("Share of its budget that one position of the class may use."),
    share_above: z
      .strictObject(perClass(DEFAULTS.budget.shareAbove, 1))
      .prefault({})
      .describe("The same where that is more than the threshold."),
  })
  .describe('Sizing by budgets (scheme = "budget").');

export const sizingSection = z
  .strictObject({
    scheme: z
      .enum(SizingScheme)
      .default("fixed-fraction")
      .describe(
        'How notional is found: "fixed-fraction" of equity, which lets a policy be as exposed as its baselines; "schedule" by rows of equity growth, far smaller without stops; "budget" by asset class; "volatility-target".',
      ),
    schedule: z
      .array(z.tuple([z.number().min(0).max(HUGE), z.number().min(0).max(1), z.number().min(0).max(HUGE)]))
      .min(1)
      .default(copyRows(DEFAULTS.schedule) as [number, number, number][])
      .describe("Rows of [multiple of the initial balance, share of equity at risk, greatest notional], rising."),
    fraction: z
      .number()
      .min(0)
      .max(200)
      .optional()
      .describe("Fixed fraction: notional of one position over equity. Without it 1 over the number of symbols."),
    volatility_target: z
      .number()
      .min(1e-6)
      .max(10)
      .default(DEFAULTS.volatilityTarget)
      .describe("Volatility target: yearly volatility that one position may add, as a share of equity."),
    rebalance_band: z
      .number()
      .min(0)
      .max(1)
      .default(DEFAULTS.rebalanceBand)
      .describe("Changes smaller than this share of the target are not sent."),
    budget: budgetSection.prefault({}),
  })
  .describe("Position sizing.");
