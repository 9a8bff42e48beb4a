/** @file Figures as text for people. Undefined figures are "n/a"; signs are kept where the sign is the message. */

export const NOT_AVAILABLE = "n/a";

export const FigureKind = {
  /** A share shown as a signed percentage: "+12.34 %". */
  change: "change",
  /** A share shown as an unsigned percentage: "12.3 %". */
  share: "share",
  /** "1.23". */
  ratio: "ratio",
  /** "1,234.56". */
  money: "money",
  /** "1,234". */
  count: "count",
  /** "12.3 d" */
  days: "days",
  /** "1.23x" */
  times: "times",
} as const;
export type FigureKind = (typeof FigureKind)[keyof typeof FigureKind];

/** Groups of three digits: 1234567.5 with 2 decimals is "1,234,567.50". Locale-free, so that reports are equal everywhere. */
export function grouped(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 && Number(Math.abs(value).toFixed(decimals)) !== 0 ? "-" : "";
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? sign + text : `${sign}${text}.${fraction}`;
}

export function formatFigure(value: number | null | undefined, kind: FigureKind): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_AVAILABLE;
  switch (kind) {
    case "change": {
      // An extrapolation from a few days can be of any size; beyond this it has no meaning as a figure.
      if (value >= 1_000) return "> 100,000 %";
      const text = `${grouped(value * 100, Math.abs(value) >= 10 ? 0 : 2)} %`;
      return value > 0 ? `+${text}` : text;
    }
    case "share":
      return `${grouped(value * 100, Math.abs(value) >= 10 ? 0 : 1)} %`;
    case "ratio":
      return grouped(value, Math.abs(value) >= 100 ? 0 : 2);
    case "money":
      return grouped(value, 2);
    case "count":
      return grouped(value, 0);
    case "days":
      return value >= 100 ? `${grouped(value, 0)} d` : `${grouped(value, 1)} d`;
    case "times":
      return `${grouped(value, value >= 100 ? 0 : 2)}x`;
    default:
      return kind satisfies never;
  }
}

/** A price with as many decimals as its size deserves: 61,234.50, 3.4521, 0.44980, 0.000012340. */
export function formatPrice(value: number): string {
  const magnitude = Math.abs(value);
  const decimals =
    magnitude >= 1_000 || magnitude === 0
      ? 2
      : magnitude >= 1
        ? 4
        : Math.min(14, 4 - Math.floor(Math.log10(magnitude)));
  return grouped(value, decimals);
}
