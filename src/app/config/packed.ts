/** @file A configuration on its way to another process: as JSON, with what of it a flag or the file decided. */
import { z } from "zod";
import { type Config, configOf } from "./load.ts";
import { configSchema } from "./schema.ts";

export const packedConfigSchema = z.object({
  config: configSchema,
  /** Folder of the configuration, where paths in it begin. */
  project: z.string(),
  /** Absent in plans of versions that did not say it: all counts as decided. */
  explicit: z.array(z.string()).optional(),
  overridden: z.array(z.string()).optional(),
});
export type PackedConfig = z.infer<typeof packedConfigSchema>;

export function packConfig({ resolved, folder, explicit, overridden }: Config): PackedConfig {
  return { config: resolved, project: folder, explicit: [...explicit], overridden: [...overridden] };
}

export function unpackConfig({ config, project, explicit, overridden }: PackedConfig): Config {
  const whole = configOf(config, project);
  return {
    ...whole,
    explicit: explicit === undefined ? whole.explicit : new Set(explicit),
    overridden: overridden === undefined ? whole.overridden : new Set(overridden),
  };
}
