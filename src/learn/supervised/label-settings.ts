/** @file What a classifier is asked; loads nothing. */
import type { BaseRule, ModelBase } from "../../policy/index.ts";

export const LABEL_KINDS = ["sign", "quantile", "barrier", "meta"] as const;
export type LabelKind = (typeof LABEL_KINDS)[number];

export type LabelSettings = {
  readonly kind: LabelKind;
  /** Bars from the entry to the end of the label. */
  readonly horizon: number;
  /** Classes of "quantile". */
  readonly classes: number;
  readonly upper: number;
  readonly lower: number;
  /** Of "meta": the rule or the model whose trades are judged. */
  readonly base?: BaseRule | ModelBase;
};

export const LABEL_DEFAULTS: LabelSettings = { kind: "sign", horizon: 12, classes: 3, upper: 1.5, lower: 1 };
