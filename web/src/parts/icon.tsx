/** @file Icons as strokes of 16 units; decoration only, so words always stand beside them or in a label. */
import type { ReactNode } from "react";

const PATHS: Readonly<Record<string, string>> = {
  home: "M2 8l6-5 6 5M4 7v6h8V7",
  wallet: "M2 5h11v8H2zM2 5l8-2v2M10 9h3",
  layers: "M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3",
  candles: "M4 2v3M4 11v3M2.5 5h3v6h-3zM11 1v4M11 10v3M9.500 5h3v5h-3z",
  list: "M5 4h9M5 8h9M5 12h9M2 4h.5M2 8h.5M2 12h.5",
  switch: "M5 4h6a4 4 0 010 8H5a4 4 0 010-8zM11 6.500a1.500 1.500 0 100 3 1.500 1.500 0 000-3",
  cards: "M2 4h8v9H2zM5 4V2h9v9h-4",
  spark: "M2 12l3-5 3 3 3-7 3 4",
  compare: "M2 11l4-6 3 4 5-6M2 14l4-3 3 1 5-4",
  search: "M7 2a5 5 0 100 10A5 5 0 007 2zM11 11l3 3",
  scale: "M8 2v12M4 14h8M3 4h10M3 4l-2 5h4zM13 4l-2 5h4z",
  equal: "M3 6h10M3 10h10",
  shield: "M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z",
  database: "M3 4c0-1 2-2 5-2s5 1 5 2-2 2-5 2-5-1-5-2zM3 4v8c0 1 2 2 5 2s5-1 5-2V4M3 8c0 1 2 2 5 2s5-1 5-2",
  wave: "M1 8c2 0 2-4 4-4s2 8 4 8 2-4 4-4h2",
  gauge: "M2 12a6 6 0 1112 0M8 12l3-4",
  book: "M3 2h10v12H3zM6 2v12M8 5h3M8 8h3",
  gear: "M8 5.500a2.500 2.500 0 100 5 2.500 2.500 0 000-5zM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.500 1.500M11.500 11.500L13 13M13 3l-1.500 1.500M4.500 11.500L3 13",
  sliders: "M2 4h7M12 4h2M2 8h2M7 8h7M2 12h6M11 12h3M10.500 2.500v3M5.500 6.500v3M9.500 10.500v3",
  table: "M2 3h12v10H2zM2 6.500h12M6 3v10",
  bell: "M4 11V7a4 4 0 018 0v4l1 1H3zM7 14h2",
  talk: "M2 3h12v8H7l-3 3v-3H2zM5 6h6M5 8h4",
  menu: "M2 4h12M2 8h12M2 12h12",
};

export function Icon({ name }: { readonly name: string }): ReactNode {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false" style={{ flexShrink: 0 }}>
      <path
        d={PATHS[name] ?? ""}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
