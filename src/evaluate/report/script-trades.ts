/** @file The page's view of one trade that was clicked: the decision that opened it, with everything that led to it. */

export const TRADES_SCRIPT = String.raw`
/* The chosen trade: its symbol's index and the trade itself; listeners are told of a change. */
var picked = null, pickListeners = [];
function pick(symbol, trade) {
  picked = trade ? { symbol: symbol, trade: trade } : null;
  pickListeners.forEach(function (f) { f(); });
}
function share(v) { return group(v * 100, Math.abs(v) < 0.1 ? 2 : 1) + " %"; }
function money(v) { return v === null ? "unbounded" : group(v, 2) + " " + esc(D.quote); }
function rowsOf(pairs) {
  return '<dl class="facts num">' + pairs.map(function (p) { return "<dt>" + esc(p[0]) + "</dt><dd>" + p[1] + "</dd>"; }).join("") + "</dl>";
}
function barsOf(title, figures) {
  var names = Object.keys(figures);
  return "<h3>" + esc(title) + '</h3><div class="bars">' + names.map(function (name) {
    var v = figures[name];
    return "<span>" + esc(name) + '</span><div class="axis"><div class="bar" style="left:0;width:' + Math.max(0, Math.min(100, v * 100)).toFixed(1) + '%;background:var(--accent)"></div></div><span class="num">' + share(v) + "</span>";
  }).join("") + "</div>";
}
/* Every feature in deviations from its mean over the training part, the farthest first. */
function featureTable(symbol, z) {
  var F = D.features.names.length;
  var rows = z.map(function (v, i) { return [Math.abs(v), i]; }).sort(function (p, q) { return q[0] - p[0] || p[1] - q[1]; });
  var line = function (r) {
    var i = r[1], mean = D.features.mean[symbol * F + i], std = D.features.std[symbol * F + i], v = z[i];
    var clipped = Math.abs(v) >= D.features.clip * 0.999, width = Math.min(50, Math.abs(v) / 4 * 50);
    var within = function (x) { var r = D.features.ranges ? D.features.ranges[i] : [null, null]; return Math.max(r[0] === null ? -Infinity : r[0], Math.min(r[1] === null ? Infinity : r[1], x)); };
    var raw = clipped ? (v > 0 ? "over " : "under ") : "";
    return "<tr><td>" + esc(D.features.names[i]) + '</td><td class="deviation"><span style="left:' + (v < 0 ? 50 - width : 50).toFixed(1) + "%;width:" + width.toFixed(1) + "%;background:var(--" + (Math.abs(v) > 3 ? "warn" : "accent") + ')"></span></td><td' + (Math.abs(v) > 3 ? ' class="neg"' : "") + ">" + (v > 0 ? "+" : "") + group(v, 2) + "</td><td>" + raw + figure(within(mean + v * std)) + "</td><td>" + figure(within(mean - 2 * std)) + " to " + figure(within(mean + 2 * std)) + "</td></tr>";
  };
  var head = "<thead><tr><th>Feature</th><th></th><th>Deviations</th><th>Value</th><th title='The mean over the training part, two deviations to each side'>Usual in training</th></tr></thead>";
  var table = function (some) { return '<div class="scroll"><table class="data seen">' + head + "<tbody>" + some.map(line).join("") + "</tbody></table></div>"; };
  return "<h3>What it saw, the most unusual first</h3>" + table(rows.slice(0, 8)) + (rows.length > 8 ? "<details><summary>The other " + (rows.length - 8) + " features</summary>" + table(rows.slice(8)) + "</details>" : "");
}
function figure(v) { return v === 0 ? "0" : Math.abs(v) >= 1e-3 && Math.abs(v) < 1e6 ? String(Number(v.toPrecision(Math.abs(v) >= 100 ? 6 : 4))) : v.toExponential(2); }
function distanceText(w) {
  var parts = [];
  if (w.stop) parts.push("stop " + share(w.stop));
  if (w.target) parts.push("target " + share(w.target));
  if (w.trail) parts.push("trailing " + share(w.trail));
  if (w.maxBars) parts.push("at most " + group(w.maxBars, 0) + " bars");
  return parts.length ? parts.join(", ") : "none";
}
function tradePanel(id) {
  var host = document.getElementById(id);
  if (!host) return;
  function show() {
    if (!picked) { host.innerHTML = ""; host.hidden = true; return; }
    var t = picked.trade, w = t[7], own = D.prices[picked.symbol].trades, k = own.indexOf(t);
    var html = '<div class="head"><h3>' + esc(D.prices[picked.symbol].symbol) + ", " + (t[4] > 0 ? "long" : "short") + ", " + when(t[0]) + '</h3><div class="tools"><button class="tool" type="button" data-step="-1"' + (k <= 0 ? " disabled" : "") + '>Before</button><button class="tool" type="button" data-step="1"' + (k >= own.length - 1 ? " disabled" : "") + '>Next</button><button class="tool" type="button" data-step="0">Close</button></div></div>';
    var facts = [["Entry to exit, on average", price(t[2]) + " to " + price(t[3]) + ", until " + when(t[1])], ["Net profit", '<span class="' + (t[5] > 0 ? "pos" : "neg") + '">' + group(t[5], 2) + " " + esc(D.quote) + "</span>"], ["Ended by", esc(D.exits[t[6]])]];
    var levels = t[8] || [];
    if (levels.length) {
      var a = levels[0], z = levels[levels.length - 1];
      if (a[1]) facts.push(["Stop", price(a[1]) + (z[1] !== a[1] && z[1] ? ", at the end " + price(z[1]) : "")]);
      if (a[2]) facts.push(["Target", price(a[2]) + (z[2] !== a[2] && z[2] ? ", at the end " + price(z[2]) : "")]);
    }
    if (!w) { host.innerHTML = html + rowsOf(facts) + '<p class="muted small">The decision behind it was not kept.</p>'; host.hidden = false; return; }
    facts.push(["Decided", "at the close of " + when(w.at)]);
    if (w.reason) facts.push(["Reason", esc(w.reason)]);
    if (w.value !== undefined) facts.push(["Reward to come, as it estimates", figure(w.value)]);
    facts.push(["Wanted size", share(w.size) + " of what the sizing allows"], ["The sizing allows", money(w.scheme)], ["After the limits", money(w.allowed)], ["Position sent", figure(w.lots * D.prices[picked.symbol].lot) + " (" + group(w.lots, 0) + " lots)"], ["Orders with it", distanceText(w)], ["Limits that spoke", w.verdicts.length ? w.verdicts.map(esc).join("; ") : "none"]);
    html += '<div class="two"><div>' + rowsOf(facts) + "</div><div>" + (w.probabilities ? barsOf("Probabilities", w.probabilities) : "") + (w.figures && Object.keys(w.figures).length ? "<h3>Figures</h3>" + rowsOf(Object.keys(w.figures).map(function (n) { return [n, figure(w.figures[n])]; })) : "") + "</div></div>";
    if (w.features && D.features) html += featureTable(picked.symbol, w.features);
    host.innerHTML = html;
    host.hidden = false;
  }
  host.addEventListener("click", function (e) {
    var step = e.target.getAttribute && e.target.getAttribute("data-step");
    if (step === null || !picked) return;
    var own = D.prices[picked.symbol].trades, k = own.indexOf(picked.trade) + Number(step);
    pick(picked.symbol, Number(step) === 0 ? null : own[k]);
  });
  pickListeners.push(show);
  show();
}
/* Rows of the table of trades that are drawn can be clicked as well. */
function tradeRows() {
  document.querySelectorAll("tr[data-entry]").forEach(function (row) {
    var symbol = Number(row.dataset.symbol), entry = Number(row.dataset.entry);
    var found = D.prices[symbol].trades.filter(function (t) { return t[0] === entry; })[0];
    if (!found) return;
    row.classList.add("pick");
    row.tabIndex = 0;
    var go = function () { pick(symbol, found); document.getElementById("trade").scrollIntoView({ block: "nearest" }); };
    row.addEventListener("click", go);
    row.addEventListener("keydown", function (e) { if (e.key === "Enter") go(); });
  });
}
/* Stops and targets of a trade as steps. */
function levelPaths(t, x, y, strong) {
  var levels = t[8] || [], out = "";
  [1, 2].forEach(function (c) {
    var path = "", before = null;
    levels.forEach(function (l, i) {
      if (!l[c]) { before = null; return; }
      var from = x(l[0]).toFixed(1), to = x(i + 1 < levels.length ? levels[i + 1][0] : t[1]).toFixed(1), v = y(l[c]).toFixed(1);
      path += (before === null ? "M" : "L") + from + " " + v + "L" + to + " " + v;
      before = v;
    });
    if (path) out += '<path class="level" d="' + path + '" fill="none" stroke="var(--' + (c === 1 ? "bad" : "good") + ')" stroke-width="' + (strong ? 1.8 : 1.1) + '" stroke-dasharray="4 3" opacity="' + (strong ? 1 : 0.65) + '"/>';
  });
  return out;
}
`;
