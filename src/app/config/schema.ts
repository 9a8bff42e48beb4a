/** @file The whole of tidemark.toml: one strict schema a section. Every key has a default or says what its absence means. */
import { z } from "zod";
import { backtestSection } from "./sections/backtest.ts";
import { curriculumSection } from "./sections/curriculum.ts";
import { dataSection } from "./sections/data.ts";
import { exchangeSection } from "./sections/exchange.ts";
import { featuresSection } from "./sections/features.ts";
import { instrumentsSection } from "./sections/instruments.ts";
import { modelSection } from "./sections/model.ts";
import { pathsSection } from "./sections/paths.ts";
import { promotionSection } from "./sections/promotion.ts";
import { riskSection } from "./sections/risk.ts";
import { searchSection } from "./sections/search.ts";
import { sizingSection } from "./sections/sizing.ts";
import { splitsSection } from "./sections/splits.ts";
import { supervisedSection } from "./sections/supervised.ts";
import { trackingSection } from "./sections/tracking.ts";
import { tradeSection } from "./sections/trade.ts";
import { trainingSection } from "./sections/training.ts";
import { venueSection } from "./sections/venue.ts";

export const configSchema = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("Seed of all chance. Without it a fresh one is drawn, shown, and stored with the result."),
  data: dataSection.prefault({}),
  instruments: instrumentsSection.prefault({}),
  features: featuresSection.prefault({}),
  splits: splitsSection.prefault({}),
  model: modelSection.prefault({}),
  training: trainingSection.prefault({}),
  supervised: supervisedSection.prefault({}),
  curriculum: curriculumSection.prefault({}),
  tracking: trackingSection.prefault({}),
  search: searchSection.prefault({}),
  exchange: exchangeSection.prefault({}),
  sizing: sizingSection.prefault({}),
  risk: riskSection.prefault({}),
  backtest: backtestSection.prefault({}),
  promotion: promotionSection.prefault({}),
  venue: venueSection.prefault({}),
  trade: tradeSection.prefault({}),
  paths: pathsSection.prefault({}),
});

/** The keys as they stand in the file. */
export type FileConfig = z.infer<typeof configSchema>;
