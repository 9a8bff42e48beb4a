/** @file The page's charts: equity, drawdown, exposure, positions, prices, histograms, and the controls around them. */

export const VIEWS_SCRIPT = String.raw`
function color(i) { return "var(--s" + (i === 0 ? 0 : 1 + ((i - 1) % 7)) + ")"; }
/* A strategy has one color in every chart. */
function colorOf(line, i) {
  for (var k = 0; k < D.equity.length; k++) if (D.equity[k].name === line.name) return color(k);
  return color(i);
}
/*
 * Several lines over time. options: { id, label, lines, height, format, tipFormat, log, off, zero, fill, floor, ceiling }.
 * "off" lists the indices of lines that are hidden at first.
 */
function linesChart(options) {
  var host = document.getElementById(options.id);
  if (!host) return;
  var hidden = {}, log = false;
  (options.off || []).forEach(function (i) { hidden[i] = true; });
  var legend = options.lines.length > 1 ? el("div", "legend", host) : null;
  var scale = null;
  var chart = timeChart(host, {
    label: options.label, height: options.height, narrowHeight: options.narrowHeight, left: options.left,
    draw: function (frame, clip) {
      var low = Infinity, high = -Infinity;
      options.lines.forEach(function (line, i) {
        if (hidden[i]) return;
        var range = shown(line.x);
        for (var k = range[0]; k <= range[1]; k++) { if (line.y[k] < low) low = line.y[k]; if (line.y[k] > high) high = line.y[k]; }
      });
      if (low === Infinity) { low = 0; high = 1; }
      if (options.floor !== undefined) low = Math.min(low, options.floor);
      if (options.ceiling !== undefined) high = Math.max(high, options.ceiling);
      if (high - low < 1e-9) { low -= 0.01; high += 0.01; }
      var useLog = log && low > 0;
      var a = useLog ? Math.log(low) : low, b = useLog ? Math.log(high) : high, room = (b - a) * 0.05;
      var bottom = options.floor !== undefined && low >= options.floor ? a : a - room, top = options.ceiling !== undefined && high <= options.ceiling ? b : b + room;
      scale = function (v) { return frame.box.bottom - (((useLog ? Math.log(v) : v) - bottom) / (top - bottom)) * (frame.box.bottom - frame.box.top); };
      var axisLow = useLog ? Math.exp(bottom) : bottom, axisHigh = useLog ? Math.exp(top) : top;
      var shift = options.axisShift || 0;
      var out = valueAxis(frame, axisLow - shift, axisHigh - shift, function (v) { return scale(v + shift); }, options.format);
      if (options.zero !== undefined && options.zero > axisLow && options.zero < axisHigh) {
        out += '<line class="zero" x1="' + frame.box.left + '" x2="' + frame.box.right + '" y1="' + scale(options.zero) + '" y2="' + scale(options.zero) + '"/>';
      }
      out += '<g clip-path="' + clip + '">';
      for (var i = options.lines.length - 1; i >= 0; i--) {
        if (hidden[i]) continue;
        var line = options.lines[i], range = shown(line.x), path = "";
        for (var k = range[0]; k <= range[1]; k++) path += (k === range[0] ? "M" : "L") + frame.x(line.x[k]).toFixed(1) + " " + scale(line.y[k]).toFixed(1);
        if (options.fill && i === 0) {
          var base = scale(options.fill.to);
          out += '<path d="' + path + "L" + frame.x(line.x[range[1]]).toFixed(1) + " " + base + "L" + frame.x(line.x[range[0]]).toFixed(1) + " " + base + 'Z" fill="' + colorOf(options.lines[i], i) + '" opacity="0.14"/>';
        }
        out += '<path d="' + path + '" fill="none" stroke="' + colorOf(options.lines[i], i) + '" stroke-width="' + (i === 0 && !options.thin ? 1.9 : 1.25) + '" stroke-linejoin="round"' + (i === 0 ? "" : ' opacity="0.9"') + "/>";
      }
      return out + "</g>";
    },
    tip: function (s, frame) {
      var rows = [];
      options.lines.forEach(function (line, i) {
        if (hidden[i] || line.x.length === 0) return;
        var k = nearest(line.x, s);
        if (line.x[line.x.length - 1] < s - D.barSeconds && k === line.x.length - 1) return;
        if (rows.length === 0) frame.at = line.x[k];
        rows.push([line.y[k], i, line.name]);
        frame.marks += dot(frame.x(line.x[k]), scale(line.y[k]), colorOf(options.lines[i], i));
      });
      var at = frame.at;
      rows.sort(function (p, q) { return q[0] - p[0]; });
      return '<div class="when">' + when(at === undefined ? s : at) + "</div><table>" + rows.map(function (r) {
        return '<tr><td><i style="background:' + colorOf(options.lines[r[1]], r[1]) + '"></i>' + esc(r[2]) + "</td><td>" + options.tipFormat(r[0]) + "</td></tr>";
      }).join("") + "</table>";
    },
  });
  if (legend) options.lines.forEach(function (line, i) {
    var key = el("button", "key" + (hidden[i] ? " off" : ""), legend);
    key.type = "button";
    key.setAttribute("aria-pressed", String(!hidden[i]));
    el("span", "dash", key).style.background = colorOf(options.lines[i], i);
    el("span", "", key).textContent = line.name;
    if (options.legendValue) el("span", "v", key).textContent = options.legendValue(line);
    key.addEventListener("click", function () {
      hidden[i] = !hidden[i];
      key.classList.toggle("off", hidden[i]);
      key.setAttribute("aria-pressed", String(!hidden[i]));
      chart.draw();
    });
  });
  var toggle = document.querySelector('[data-log="' + options.id + '"]');
  if (toggle) toggle.addEventListener("click", function () {
    log = !log;
    toggle.setAttribute("aria-pressed", String(log));
    chart.draw();
  });
}
var labelWidth = Math.min(92, 14 + 7.4 * D.ribbon.reduce(function (m, r) { return Math.max(m, r.symbol.length); }, 0));
/* One row a symbol: long in one color, short in another, as deep as the position is large. */
function ribbonChart(id) {
  var host = document.getElementById(id);
  if (!host) return;
  var most = 0, row = 22, gap = 5, names = D.ribbon.map(function (r) { return r.symbol; });
  D.ribbon.forEach(function (r) { r.values.forEach(function (v) { most = Math.max(most, Math.abs(v)); }); });
  timeChart(host, {
    label: "Position of each symbol over time", height: 34 + names.length * (row + gap), left: labelWidth, right: 58,
    draw: function (frame, clip) {
      var out = "";
      D.ribbon.forEach(function (r, i) {
        var top = frame.box.top + i * (row + gap);
        out += '<text x="0" y="' + (top + row / 2 + 4) + '">' + esc(r.symbol.length > 11 ? r.symbol.slice(0, 10) + "…" : r.symbol) + '</text><rect x="' + frame.box.left + '" y="' + top + '" width="' + Math.max(0, frame.box.right - frame.box.left) + '" height="' + row + '" rx="3" fill="var(--grid)" opacity="0.55"/><g clip-path="' + clip + '">';
        var shades = {};
        for (var k = 0; k < r.values.length; k++) {
          var v = r.values[k];
          if (v === 0) continue;
          var end = k;
          while (end + 1 < r.values.length && r.values[end + 1] === v) end++;
          var a = Math.round(frame.x(D.ribbonX[k])), b = Math.round(frame.x(D.ribbonX[end + 1]));
          k = end;
          if (b <= a || b < frame.box.left || a > frame.box.right) continue;
          // Cells of one shade are one shape: a page of thousands of them is slow to open.
          var shade = 'fill="var(--' + (v > 0 ? "long" : "short") + ')" fill-opacity="' + (0.18 + 0.82 * Math.ceil(20 * Math.abs(v) / most) / 20).toFixed(3);
          shades[shade] = (shades[shade] || "") + "M" + a + " " + top + "H" + b + "v" + row + "H" + a + "z";
        }
        Object.keys(shades).forEach(function (shade) { out += '<path shape-rendering="crispEdges" ' + shade + '" d="' + shades[shade] + '"/>'; });
        out += "</g>";
      });
      return out;
    },
    tip: function (s, frame) {
      var k = Math.min(D.ribbonX.length - 2, Math.max(0, nearest(D.ribbonX, s) - (D.ribbonX[nearest(D.ribbonX, s)] > s ? 1 : 0)));
      frame.at = s;
      return '<div class="when">' + when(D.ribbonX[k]) + "</div><table>" + D.ribbon.map(function (r) {
        var v = r.values[k];
        return '<tr><td><i style="background:' + (v === 0 ? "var(--grid)" : v > 0 ? "var(--long)" : "var(--short)") + '"></i>' + esc(r.symbol) + "</td><td>" + (v === 0 ? "flat" : (v > 0 ? "long " : "short ") + group(Math.abs(v) * 100, 1) + " %") + "</td></tr>";
      }).join("") + "</table>";
    },
  });
}
/* Price of one symbol with its trades; a picker changes the symbol. */
function priceChart(id) {
  var host = document.getElementById(id), picker = document.getElementById(id + "-symbols"), note = document.getElementById(id + "-note");
  if (!host || D.prices.length === 0) return;
  var chosen = 0, scale = null;
  D.prices.forEach(function (p, i) { if (p.trades.length > 0 && D.prices[chosen].trades.length === 0) chosen = i; });
  function noteText() {
    var p = D.prices[chosen];
    note.textContent = p.tradeCount === 0 ? "No trades in this symbol." :
      (p.trades.length < p.tradeCount ? "The " + group(p.trades.length, 0) + " trades with the largest profit or loss of " : "All ") + group(p.tradeCount, 0) + (p.tradeCount === 1 ? " trade" : " trades") +
      ". Triangles are entries (up long, down short), lines run to the exits; green made money, red lost it" + (p.trades.some(function (t) { return t[8].length > 0; }) ? "; dashed: stops in red, targets in green" : "") + ". Drag to zoom, click a trade for the decision behind it.";
  }
  var reach = D.barSeconds;
  function nearTrade(s) {
    var near = null;
    D.prices[chosen].trades.forEach(function (t) {
      var d = s >= t[0] && s <= t[1] ? 0 : Math.min(Math.abs(t[0] - s), Math.abs(t[1] - s));
      if (d <= reach && (near === null || d < near[0])) near = [d, t];
    });
    return near ? near[1] : null;
  }
  var chart = timeChart(host, {
    label: "Price with entries and exits", height: 340, narrowHeight: 280, right: 74,
    draw: function (frame, clip) {
      var p = D.prices[chosen], low = Infinity, high = -Infinity, range = shown(p.x), k;
      for (k = range[0]; k <= range[1]; k++) { low = Math.min(low, p.low[k]); high = Math.max(high, p.high[k]); }
      if (low === Infinity) return '<text x="' + (frame.width / 2 - 40) + '" y="60">No bars here.</text>';
      var seen = p.trades.filter(function (t) { return t[1] >= view[0] && t[0] <= view[1]; });
      // A stop or a target is part of the picture where it is near enough not to flatten the prices.
      var least = low - (high - low) * 0.5, most = high + (high - low) * 0.5;
      if (seen.length <= 120) seen.forEach(function (t) { t[8].forEach(function (l) { for (var c = 1; c <= 2; c++) if (l[c] && l[c] > least && l[c] < most) { low = Math.min(low, l[c]); high = Math.max(high, l[c]); } }); });
      var room = (high - low || high) * 0.06;
      low -= room; high += room;
      scale = function (v) { return frame.box.bottom - ((v - low) / (high - low)) * (frame.box.bottom - frame.box.top); };
      var out = valueAxis(frame, low, high, scale, group) + '<g clip-path="' + clip + '">', band = "", back = "", path = "";
      for (k = range[0]; k <= range[1]; k++) {
        var x = frame.x(p.x[k]).toFixed(1);
        band += (k === range[0] ? "M" : "L") + x + " " + scale(p.high[k]).toFixed(1);
        back = "L" + x + " " + scale(p.low[k]).toFixed(1) + back;
        path += (k === range[0] ? "M" : "L") + x + " " + scale(p.close[k]).toFixed(1);
      }
      out += '<path d="' + band + back + 'Z" fill="var(--faint)" opacity="0.18"/><path d="' + path + '" fill="none" stroke="var(--muted)" stroke-width="1.2"/>';
      var many = seen.length > 120, size = many ? 3.4 : 5, own = picked && picked.symbol === chosen ? picked.trade : null;
      var lines = ["", ""], exits = ["", ""], entries = ["", ""], ring = "", r = many ? 2 : 3;
      seen.forEach(function (t) {
        if (!many || t === own) out += levelPaths(t, frame.x, scale, t === own);
        var lost = t[5] > 0 ? 0 : 1, x1 = frame.x(t[0]), y1 = scale(t[2]), x2 = frame.x(t[1]), y2 = scale(t[3]), d = t[4] > 0 ? size : -size;
        lines[lost] += "M" + x1.toFixed(1) + " " + y1.toFixed(1) + "L" + x2.toFixed(1) + " " + y2.toFixed(1);
        exits[lost] += "M" + (x2 - r).toFixed(1) + " " + y2.toFixed(1) + "a" + r + " " + r + " 0 1 0 " + 2 * r + " 0a" + r + " " + r + " 0 1 0 " + -2 * r + " 0";
        entries[t[4] > 0 ? 0 : 1] += "M" + (x1 - size).toFixed(1) + " " + (y1 + d).toFixed(1) + "L" + (x1 + size).toFixed(1) + " " + (y1 + d).toFixed(1) + "L" + x1.toFixed(1) + " " + (y1 - d * 0.7).toFixed(1) + "Z";
        if (t === own) ring = '<circle class="picked" cx="' + x1.toFixed(1) + '" cy="' + y1.toFixed(1) + '" r="10" fill="none" stroke="var(--accent)" stroke-width="2"/>';
      });
      // One shape for all that look alike, however many trades there are.
      ["good", "bad"].forEach(function (tone, i) { out += '<path d="' + lines[i] + '" fill="none" stroke="var(--' + tone + ')" stroke-width="1.3" opacity="0.75"/>'; });
      ["long", "short"].forEach(function (side, i) { out += '<path d="' + entries[i] + '" fill="var(--' + side + ')"/>'; });
      ["good", "bad"].forEach(function (tone, i) { out += '<path d="' + exits[i] + '" fill="var(--' + tone + ')"/>'; });
      out += ring;
      return out + "</g>";
    },
    click: function (s) { var t = nearTrade(s); if (t) pick(chosen, t); },
    tip: function (s, frame) {
      var p = D.prices[chosen];
      if (p.x.length === 0) return "";
      var k = nearest(p.x, s);
      frame.at = p.x[k];
      frame.marks = dot(frame.x(p.x[k]), scale(p.close[k]), "var(--text)");
      var rows = "<tr><td>Close</td><td>" + price(p.close[k]) + "</td></tr><tr><td>Low to high</td><td>" + price(p.low[k]) + " to " + price(p.high[k]) + "</td></tr>";
      reach = ((view[1] - view[0]) / (frame.box.right - frame.box.left)) * 9;
      var t = nearTrade(s);
      if (t) {
        rows += "<tr><td>" + (t[4] > 0 ? "Long" : "Short") + " from</td><td>" + price(t[2]) + " to " + price(t[3]) + '</td></tr><tr><td>Net profit</td><td class="' + (t[5] > 0 ? "pos" : "neg") + '">' + group(t[5], 2) + " " + esc(D.quote) + "</td></tr><tr><td>Ended by</td><td>" + esc(D.exits[t[6]]) + "</td></tr>";
      }
      return '<div class="when">' + when(p.x[k]) + "</div><table>" + rows + "</table>";
    },
  });
  if (picker && D.prices.length > 1) D.prices.forEach(function (p, i) {
    var b = el("button", "tool", picker);
    b.type = "button";
    b.textContent = p.symbol;
    b.setAttribute("aria-pressed", String(i === chosen));
    b.addEventListener("click", function () { choose(i); });
  });
  function choose(i) {
    chosen = i;
    if (picker) Array.prototype.forEach.call(picker.children, function (other, k) { other.setAttribute("aria-pressed", String(k === i)); });
    noteText();
    chart.draw();
  }
  pickListeners.push(function () { choose(picked ? picked.symbol : chosen); });
  noteText();
}
/* Bars of how often values fall into equal ranges, counted before over all of them. */
function histogram(id, data, format, noun) {
  var host = document.getElementById(id);
  if (!host) return;
  if (!data) { el("p", "muted small", host).textContent = "Nothing to show: there are none."; return; }
  var bins = data.bars, width = data.width, first = data.first, last = first + bins.length, most = Math.max.apply(null, bins), mean = data.mean, fine = stepDecimals([0, width]);
  var chart = el("div", "chart", host), svgHost = el("div", "", chart), tip = el("div", "tip", chart), box = null;
  var w = 240, h = 220;
  function measure() { w = Math.max(240, chart.clientWidth); }
  function draw() {
    box = { left: 2, right: w - 36, top: 24, bottom: h - 22 };
    var x = function (v) { return box.left + ((v - first * width) / ((last - first) * width)) * (box.right - box.left); };
    var y = function (n) { return box.bottom - (n / most) * (box.bottom - box.top); };
    var out = "";
    steps(0, most, 4).forEach(function (n) {
      if (n !== Math.floor(n)) return;
      out += '<line class="grid" x1="' + box.left + '" x2="' + box.right + '" y1="' + y(n) + '" y2="' + y(n) + '"/><text x="' + (box.right + 7) + '" y="' + (y(n) + 4) + '">' + group(n, 0) + "</text>";
    });
    bins.forEach(function (n, i) {
      if (n === 0) return;
      var a = x((first + i) * width), b = x((first + i + 1) * width);
      out += '<rect x="' + (a + 0.8).toFixed(1) + '" y="' + y(n).toFixed(1) + '" width="' + Math.max(1, b - a - 1.6).toFixed(1) + '" height="' + (box.bottom - y(n)).toFixed(1) + '" rx="1.5" fill="var(--' + (first + i >= 0 ? "good" : "bad") + ')" opacity="0.8"/>';
    });
    var marks = steps(first * width, last * width, Math.max(2, Math.floor((box.right - box.left) / 85))), decimals = stepDecimals(marks);
    marks.forEach(function (v) {
      if (x(v) > box.left + 18 && x(v) < box.right - 14) out += '<text text-anchor="middle" x="' + x(v) + '" y="' + (h - 6) + '">' + format(v, decimals) + "</text>";
    });
    var m = Math.max(box.left, Math.min(box.right, x(mean)));
    out += '<line x1="' + m + '" x2="' + m + '" y1="' + (box.top - 8) + '" y2="' + box.bottom + '" stroke="var(--text)" stroke-dasharray="3 3"/><text x="' + (m + 5) + '" y="' + (box.top - 9) + '"' + (m > (box.left + box.right) * 0.62 ? ' text-anchor="end" dx="-10"' : "") + ">mean " + format(mean, fine + 1) + "</text>";
    svgHost.innerHTML = '<svg role="img" aria-label="' + esc(noun) + '" height="' + h + '" viewBox="0 0 ' + w + " " + h + '">' + out + "</svg>";
  }
  chart.addEventListener("pointermove", function (e) {
    var px = e.clientX - chart.getBoundingClientRect().left, i = Math.floor(((px - box.left) / (box.right - box.left)) * bins.length);
    if (i < 0 || i >= bins.length) { tip.style.display = "none"; return; }
    tip.textContent = (i === 0 && data.least < first * width ? "below " : format((first + i) * width, fine) + " to ") + (i === bins.length - 1 && data.most >= last * width ? "above" : format((first + i + 1) * width, fine)) + ": " + group(bins[i], 0) + " " + noun;
    tip.style.display = "block";
    tip.style.left = Math.max(0, Math.min(px + 12, chart.clientWidth - tip.offsetWidth)) + "px";
    tip.style.top = "14px";
  });
  chart.addEventListener("pointerleave", function () { tip.style.display = "none"; });
  charts.push({ measure: measure, draw: draw });
}
var fromStart = function (v) { return percent(v - 1); };
linesChart({
  id: "equity", label: "Equity of the policy and its baselines", lines: D.equity, height: 360, narrowHeight: 270, zero: 1, axisShift: 1,
  format: function (v, _, hundredths) { return percent(v, hundredths); }, tipFormat: fromStart,
  legendValue: function (line) { return fromStart(line.y[line.y.length - 1]); },
});
linesChart({
  id: "drawdown", label: "Drawdown", lines: D.drawdown, height: 190, narrowHeight: 170, ceiling: 0, fill: { to: 0 },
  off: D.drawdown.map(function (_, i) { return i; }).filter(function (i) { return i > 1; }),
  format: function (v, _, hundredths) { return percent(v, hundredths); }, tipFormat: percent,
});
linesChart({
  id: "rolling", label: "Rolling Sharpe ratio", lines: D.rolling, height: 190, narrowHeight: 170, zero: 0,
  off: D.rolling.map(function (_, i) { return i; }).filter(function (i) { return i > 1; }),
  format: function (v, decimals) { return group(v, decimals); }, tipFormat: function (v) { return group(v, 2); },
});
ribbonChart("positions");
linesChart({
  id: "exposure", label: "Gross exposure", lines: [D.exposure], height: 150, floor: 0, left: labelWidth, thin: true, fill: { to: 0 },
  format: function (v, decimals) { return group(v, decimals) + "x"; }, tipFormat: function (v) { return group(v, 2) + "x"; },
});
priceChart("price");
tradePanel("trade");
tradeRows();
histogram("daily-returns", D.dailyReturns, function (v, decimals) { return percent(v, Math.max(0, decimals - 2)); }, D.barSeconds >= 86400 ? "bars" : "days");
histogram("trade-profits", D.tradeProfits, group, "trades");
document.querySelectorAll("[data-reset]").forEach(function (b) { b.addEventListener("click", function () { setView(0, D.endSeconds); }); });
document.getElementById("theme").addEventListener("click", function () {
  var root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
redraw();
var last = document.documentElement.clientWidth;
addEventListener("resize", function () { var w = document.documentElement.clientWidth; if (w !== last) { last = w; redraw(); } });
addEventListener("beforeprint", redraw);
`;
