/** @file The report's style sheet: light and dark, wide and narrow, no font or picture from elsewhere. */

const LIGHT_COLORS = `
  --bg: #f4f5f7; --card: #ffffff; --line: #e1e4e9; --grid: #e9ebef; --text: #171a21; --muted: #5d6675; --faint: #8b94a3;
  --accent: #2457d6; --good: #0c7d4f; --bad: #c02b3a; --warn: #a15c00; --hover: #eef2fb; --shade: rgba(36, 87, 214, 0.07);
  --good-bg: #e3f4ec; --bad-bg: #fbe9eb; --warn-bg: #fcf1df; --accent-bg: #e7eefc; --idle-bg: #eceef2;
  --s0: #2457d6; --s1: #d9730d; --s2: #0b8f86; --s3: #7b8494; --s4: #b0399a; --s5: #8a6d00; --s6: #5b4bd1; --s7: #3f7d20;
  --long: #0b8f86; --short: #d9552b;`;

export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
${LIGHT_COLORS}
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {
  --bg: #0e1116; --card: #161a21; --line: #282e39; --grid: #222832; --text: #e8ebf0; --muted: #9ba5b4; --faint: #747f90;
  --accent: #7aa5ff; --good: #4cc38a; --bad: #ff7b86; --warn: #f0b35a; --hover: #1d2431; --shade: rgba(122, 165, 255, 0.09);
  --good-bg: #12291f; --bad-bg: #331a1e; --warn-bg: #322512; --accent-bg: #18243c; --idle-bg: #20252e;
  --s0: #7aa5ff; --s1: #f2a154; --s2: #3fc7bb; --s3: #8d98a9; --s4: #e07fce; --s5: #d4b83f; --s6: #a79bff; --s7: #86c46a;
  --long: #3fc7bb; --short: #ff8a5c;
} }
:root[data-theme="dark"] {
  color-scheme: dark;
  --bg: #0e1116; --card: #161a21; --line: #282e39; --grid: #222832; --text: #e8ebf0; --muted: #9ba5b4; --faint: #747f90;
  --accent: #7aa5ff; --good: #4cc38a; --bad: #ff7b86; --warn: #f0b35a; --hover: #1d2431; --shade: rgba(122, 165, 255, 0.09);
  --good-bg: #12291f; --bad-bg: #331a1e; --warn-bg: #322512; --accent-bg: #18243c; --idle-bg: #20252e;
  --s0: #7aa5ff; --s1: #f2a154; --s2: #3fc7bb; --s3: #8d98a9; --s4: #e07fce; --s5: #d4b83f; --s6: #a79bff; --s7: #86c46a;
  --long: #3fc7bb; --short: #ff8a5c;
}
:root[data-theme="light"] { color-scheme: light; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 20px 20px 48px; }
h1 { font-size: 22px; line-height: 1.25; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0; letter-spacing: -0.005em; }
p { margin: 0; }
.muted { color: var(--muted); } .small { font-size: 13px; } .num { font-variant-numeric: tabular-nums; }
.pos { color: var(--good); } .neg { color: var(--bad); }
.banner { background: repeating-linear-gradient(-45deg, #ffd23e, #ffd23e 14px, #ffc61a 14px, #ffc61a 28px); color: #221a00; border-radius: 10px; padding: 12px 16px; margin-bottom: 16px; display: flex; gap: 4px 14px; align-items: baseline; flex-wrap: wrap; }
.banner b { font-size: 19px; letter-spacing: 0.06em; }
header.top { display: flex; justify-content: space-between; gap: 16px; align-items: flex-start; margin-bottom: 16px; }
header.top .sub { color: var(--muted); margin-top: 3px; }
button { font: inherit; color: inherit; }
.tool { border: 1px solid var(--line); background: var(--card); border-radius: 7px; padding: 3px 10px; font-size: 13px; cursor: pointer; color: var(--muted); white-space: nowrap; }
.tool:hover { color: var(--text); border-color: var(--faint); }
.tool[aria-pressed="true"] { background: var(--accent-bg); color: var(--accent); border-color: transparent; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; margin-bottom: 16px; min-width: 0; }
.card > .head { display: flex; justify-content: space-between; align-items: center; gap: 6px 12px; flex-wrap: wrap; margin-bottom: 2px; }
.card > .note { color: var(--muted); font-size: 13px; margin-bottom: 10px; }
.tools { display: flex; gap: 6px; flex-wrap: wrap; }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.two.uneven { grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); }
.verdict { border-left: 5px solid var(--faint); }
.verdict .badge { display: inline-block; font-size: 12px; font-weight: 650; letter-spacing: 0.04em; text-transform: uppercase; border-radius: 5px; padding: 2px 8px; margin-bottom: 8px; background: var(--idle-bg); color: var(--muted); }
.verdict.better { border-left-color: var(--good); } .verdict.better .badge { background: var(--good-bg); color: var(--good); }
.verdict.promising { border-left-color: var(--accent); } .verdict.promising .badge { background: var(--accent-bg); color: var(--accent); }
.verdict.in-sample { border-left-color: var(--warn); } .verdict.in-sample .badge { background: var(--warn-bg); color: var(--warn); }
.verdict.beaten { border-left-color: var(--warn); } .verdict.beaten .badge { background: var(--warn-bg); color: var(--warn); }
.verdict.losing { border-left-color: var(--bad); } .verdict.losing .badge { background: var(--bad-bg); color: var(--bad); }
.verdict .headline { font-size: 20px; line-height: 1.35; font-weight: 620; letter-spacing: -0.01em; margin-bottom: 8px; }
.verdict ul { margin: 0; padding-left: 18px; } .verdict li { margin: 3px 0; }
.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin-bottom: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 11px 14px; min-width: 0; }
.tile .name { color: var(--muted); font-size: 13px; }
.tile .value { font-size: 22px; font-weight: 620; letter-spacing: -0.015em; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile .aside { color: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 6px; margin: 4px 0 6px; }
.key { display: inline-flex; align-items: center; gap: 7px; border: 0; background: none; padding: 2px 6px; border-radius: 6px; font-size: 13px; cursor: pointer; color: var(--text); }
.key:hover { background: var(--hover); }
.key .dash { width: 16px; height: 3px; border-radius: 2px; }
.key .v { color: var(--muted); font-variant-numeric: tabular-nums; }
.key.off { color: var(--faint); text-decoration: line-through; } .key.off .dash { opacity: 0.25; }
.chart { position: relative; touch-action: pan-y; user-select: none; -webkit-user-select: none; }
.chart svg { display: block; width: 100%; overflow: visible; }
.chart text { font-size: 11.5px; fill: var(--muted); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--grid); stroke-width: 1; shape-rendering: crispEdges; }
.chart .zero { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; shape-rendering: crispEdges; }
.chart .cursor { stroke: var(--faint); stroke-width: 1; shape-rendering: crispEdges; }
.chart .brush { fill: var(--accent); opacity: 0.13; }
.tip { position: absolute; pointer-events: none; z-index: 5; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 7px 10px; font-size: 12.5px; box-shadow: 0 6px 22px rgba(0, 0, 0, 0.16); white-space: nowrap; display: none; max-width: 100%; }
.tip table { border-collapse: collapse; } .tip td { padding: 1px 0; border: 0; } .tip td + td { padding-left: 14px; text-align: right; font-variant-numeric: tabular-nums; }
.tip .when { color: var(--muted); margin-bottom: 3px; }
.tip i { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 7px; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; }
table.data { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
table.data th, table.data td { padding: 5px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
table.data th:first-child, table.data td:first-child { text-align: left; position: sticky; left: 0; background: var(--card); }
table.data td.text, table.data th.text { text-align: left; }
table.data thead th { color: var(--muted); font-weight: 550; border-bottom-color: var(--line); }
table.data tr.group th { text-align: left; color: var(--muted); font-size: 12px; letter-spacing: 0.05em; text-transform: uppercase; padding-top: 15px; }
table.data tbody tr:hover td { background: var(--hover); }
table.data td.own, table.data th.own { background: var(--shade); }
table.data tr.total td { border-top: 1px solid var(--line); font-weight: 600; }
table.data td.best { font-weight: 680; }
table.data [title] { text-decoration: underline dotted var(--faint); text-underline-offset: 3px; cursor: help; }
table.heat { border-collapse: separate; border-spacing: 3px; font-size: 12.5px; font-variant-numeric: tabular-nums; width: 100%; min-width: 640px; }
table.heat th { font-weight: 550; color: var(--muted); padding: 2px 4px; text-align: center; } table.heat th:first-child { text-align: left; }
table.heat td { text-align: center; padding: 6px 3px; border-radius: 5px; min-width: 42px; }
table.heat td.none { background: var(--idle-bg); opacity: 0.45; }
table.heat td.year { font-weight: 650; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; font-size: 13.5px; }
dl.facts dt { color: var(--muted); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
table.data.wrap td.text { white-space: normal; min-width: 130px; } table.data.wrap td.text:last-child { min-width: 260px; }
table.against th { white-space: normal; }
pre { overflow-x: auto; margin: 8px 0 0; padding: 10px 12px; border-radius: 8px; background: var(--bg); border: 1px solid var(--line); max-height: 420px; }
details summary { cursor: pointer; color: var(--muted); font-size: 13.5px; } details { margin-top: 10px; }
.bars { display: grid; grid-template-columns: max-content minmax(60px, 1fr) max-content; gap: 7px 12px; align-items: center; font-size: 13.5px; }
.bars .bar { height: 14px; border-radius: 3px; min-width: 2px; }
.bars .axis { position: relative; height: 14px; } .bars .axis .bar { position: absolute; top: 0; }
h3 { font-size: 14px; margin: 12px 0 6px; } .trade { border-top: 1px solid var(--line); margin-top: 12px; } .trade > .head { display: flex; justify-content: space-between; align-items: center; gap: 6px 12px; flex-wrap: wrap; }
table.data tr.pick { cursor: pointer; } td.deviation { position: relative; min-width: 90px; border-left: 0; } td.deviation span { position: absolute; top: 32%; height: 36%; border-radius: 2px; }
footer { color: var(--faint); font-size: 12.5px; text-align: center; margin-top: 24px; }
@media (max-width: 760px) {
  main { padding: 12px 12px 32px; } .two, .two.uneven { grid-template-columns: minmax(0, 1fr); gap: 0; } .card { padding: 13px 13px; border-radius: 10px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; } .tile { padding: 9px 11px; } .tile .value { font-size: 19px; }
  h1 { font-size: 19px; } .verdict .headline { font-size: 17.5px; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.facts dd { margin-bottom: 7px; }
  table.seen .deviation, table.seen th:nth-child(2) { display: none; } table.seen th, table.seen td { padding-left: 4px; padding-right: 4px; white-space: normal; }
  table.data th:first-child, table.data td:first-child { min-width: 128px; max-width: 150px; white-space: normal; }
}
@media print {
  :root:not([data-theme]), :root[data-theme] { color-scheme: light;${LIGHT_COLORS} }
  body { background: var(--bg); -webkit-print-color-adjust: exact; print-color-adjust: exact; } main { max-width: none; padding: 0; }
  .chart svg { height: auto; } .chart, .chart svg, .tile, .tiles, .bars, table.heat, tr, .head { break-inside: avoid; } .head, .note { break-after: avoid; }
  .card:has(.chart) { break-inside: avoid; } .scroll { overflow: visible; } .tool, .tip { display: none !important; }
  .two, .two.uneven { display: block; } table.data { font-size: 10px; } table.data th, table.data td { padding: 2px 5px; white-space: normal; } table.heat { min-width: 0; font-size: 10px; } table.heat td { min-width: 0; padding: 3px 1px; }
}
`;
