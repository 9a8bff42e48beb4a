/** @file The colours of a heat map: blue over grey to orange, and the letters on them. */

export type HeatColor = { readonly background: string; readonly color: string; readonly contrast: number };

const COLD = [38, 108, 186] as const;
const WARM = [201, 104, 24] as const;

/** The colour of a signed share of the greatest value, and black or white on it: whichever contrasts more, and how much. */
export function heatColor(share: number): HeatColor {
  const strength = Math.min(1, Math.abs(share));
  const target = share < 0 ? WARM : COLD;
  const mixed = target.map((channel) => Math.round(128 + (channel - 128) * strength));
  const [r = 0, g = 0, b = 0] = mixed.map((channel) => {
    const c = channel / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const onBlack = (luminance + 0.05) / 0.05;
  const onWhite = 1.05 / (luminance + 0.05);
  return {
    background: `rgb(${mixed.join(" ")})`,
    color: onBlack >= onWhite ? "#000" : "#fff",
    contrast: Math.max(onBlack, onWhite),
  };
}
