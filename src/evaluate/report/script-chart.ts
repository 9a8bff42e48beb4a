/**
 * @file The page's chart code: scales, axes, lines, hover and zoom, as plain JavaScript for the browser. Every text that
 * comes from data goes through `esc` or textContent. All time charts share one window of time: zooming one zooms all.
 */

export const CHART_SCRIPT = String.raw`
"use strict";
var D = JSON.parse(document.getElementById("report-data").textContent);
var charts = [];
var view = [0, D.endSeconds];
function esc(text) {
  return String(text).replace(/[&<>"']/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
}
function el(tag, className, parent) {
  var node = document.createElement(tag);
  if (className) node.className = className;
  if (parent) parent.appendChild(node);
  return node;
}
function group(value, decimals) {
  var parts = Math.abs(value).toFixed(decimals).split(".");
  var text = parts[0].replace(/\B(?=(\d{3})+$)/g, ",") + (parts[1] ? "." + parts[1] : "");
  return (value < 0 && Number(Math.abs(value).toFixed(decimals)) !== 0 ? "-" : "") + text;
}
function percent(value, decimals) {
  var text = group(value * 100, decimals === undefined ? 2 : decimals) + " %";
  return value > 0 ? "+" + text : text;
}
function price(value) {
  var m = Math.abs(value);
  return group(value, m >= 1000 || m === 0 ? 2 : m >= 1 ? 4 : Math.min(14, 4 - Math.floor(Math.log(m) / Math.LN10)));
}
function pad(n) { return (n < 10 ? "0" : "") + n; }
var MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function when(seconds) {
  var d = new Date(D.startMs + seconds * 1000);
  var day = d.getUTCFullYear() + "-" + pad(d.getUTCMonth() + 1) + "-" + pad(d.getUTCDate());
  return D.barSeconds >= 86400 ? day : day + " " + pad(d.getUTCHours()) + ":" + pad(d.getUTCMinutes()) + " UTC";
}
/* Decimals that tell the steps of an axis apart. */
function stepDecimals(values) {
  var step = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(values[0]) || 1;
  return Math.max(0, Math.min(10, -Math.floor(Math.log(step) / Math.LN10 + 1e-9)));
}
/* Round steps for about "count" ticks over a span of plain numbers. */
function steps(low, high, count) {
  var span = high - low;
  if (!(span > 0)) return [low];
  var raw = span / count;
  var unit = Math.pow(10, Math.floor(Math.log(raw) / Math.LN10));
  var step = unit * (raw / unit > 7 ? 10 : raw / unit > 3.5 ? 5 : raw / unit > 1.5 ? 2 : 1);
  var out = [];
  for (var v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) out.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return out;
}
var TIME_STEPS = [60, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800, 1209600];
/* Ticks at round times: clock times, days, then first days of months, then of years. */
function timeTicks(from, to, count) {
  var startMs = D.startMs + from * 1000, endMs = D.startMs + to * 1000, out = [];
  var step = (to - from) / Math.max(1, count);
  if (step <= 1209600) {
    var unit = 1209600;
    for (var i = 0; i < TIME_STEPS.length; i++) if (TIME_STEPS[i] >= step) { unit = TIME_STEPS[i]; break; }
    var ms = unit * 1000;
    for (var t = Math.ceil(startMs / ms) * ms; t <= endMs; t += ms) {
      var d = new Date(t), midnight = d.getUTCHours() === 0 && d.getUTCMinutes() === 0;
      out.push([(t - D.startMs) / 1000, midnight ? d.getUTCDate() + " " + MONTHS[d.getUTCMonth()] : pad(d.getUTCHours()) + ":" + pad(d.getUTCMinutes())]);
    }
    return out;
  }
  var months = Math.ceil(step / 2629800);
  months = months > 12 ? 12 * Math.ceil(months / 12) : months > 6 ? 12 : months > 3 ? 6 : months > 2 ? 3 : months;
  var first = new Date(startMs), y = first.getUTCFullYear(), m = Math.floor(first.getUTCMonth() / months) * months;
  for (;;) {
    var at = Date.UTC(y, m, 1);
    if (at > endMs) break;
    if (at >= startMs) {
      var month = new Date(at);
      out.push([(at - D.startMs) / 1000, months >= 12 ? String(month.getUTCFullYear()) : MONTHS[month.getUTCMonth()] + " " + month.getUTCFullYear()]);
    }
    m += months;
  }
  return out;
}
function nearest(xs, x) {
  var low = 0, high = xs.length - 1;
  while (high - low > 1) { var mid = (low + high) >> 1; if (xs[mid] <= x) low = mid; else high = mid; }
  return high >= 0 && Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
}
/*
 * A chart over time. spec: { height, left, right, draw(frame) -> svg text, tip(seconds, frame) -> html or "",
 * click(seconds) }.
 * The frame holds width, height, the plot's box and the function x(seconds).
 */
function timeChart(host, spec) {
  var chart = el("div", "chart", host), svgHost = el("div", "", chart), tip = el("div", "tip", chart);
  var frame = null, dragFrom = null, moved = false, width = 240;
  function measure() { width = Math.max(240, chart.clientWidth); }
  function draw() {
    var narrow = width < 520;
    var height = narrow && spec.narrowHeight ? spec.narrowHeight : spec.height;
    var box = { left: spec.left || 2, right: width - (spec.right === undefined ? 58 : spec.right), top: 8, bottom: height - 22 };
    frame = { width: width, height: height, box: box, narrow: narrow, marks: "" };
    frame.x = function (s) { return box.left + ((s - view[0]) / (view[1] - view[0])) * (box.right - box.left); };
    frame.seconds = function (px) { return view[0] + ((px - box.left) / (box.right - box.left)) * (view[1] - view[0]); };
    var ticks = timeTicks(view[0], view[1], Math.max(2, Math.floor((box.right - box.left) / 95))), axis = "";
    ticks.forEach(function (tick) {
      var x = frame.x(tick[0]);
      if (x < box.left + 14 || x > box.right - 8) return;
      axis += '<line class="grid" x1="' + x + '" x2="' + x + '" y1="' + box.top + '" y2="' + box.bottom + '"/><text text-anchor="middle" x="' + x + '" y="' + (height - 6) + '">' + tick[1] + "</text>";
    });
    var id = "clip" + charts.indexOf(api);
    svgHost.innerHTML = '<svg role="img" aria-label="' + esc(spec.label) + '" height="' + height + '" viewBox="0 0 ' + width + " " + height + '">' +
      '<defs><clipPath id="' + id + '"><rect x="' + box.left + '" y="0" width="' + Math.max(0, box.right - box.left) + '" height="' + height + '"/></clipPath></defs>' +
      axis + spec.draw(frame, "url(#" + id + ")") + '<g class="over"></g></svg>';
  }
  function over(html) { svgHost.querySelector(".over").innerHTML = html; }
  function place(px) {
    var s = Math.min(view[1], Math.max(view[0], frame.seconds(px)));
    frame.marks = "";
    var html = spec.tip(s, frame);
    var x = frame.x(frame.at === undefined ? s : frame.at);
    over('<line class="cursor" x1="' + x + '" x2="' + x + '" y1="' + frame.box.top + '" y2="' + frame.box.bottom + '"/>' + frame.marks);
    tip.innerHTML = html;
    tip.style.display = html ? "block" : "none";
    var left = x + 14;
    if (left + tip.offsetWidth > frame.width - 2) left = x - 14 - tip.offsetWidth;
    tip.style.left = Math.max(0, Math.min(left, frame.width - tip.offsetWidth)) + "px";
    tip.style.top = "10px";
  }
  function hide() { tip.style.display = "none"; if (frame) over(""); dragFrom = null; }
  function local(e) { return e.clientX - chart.getBoundingClientRect().left; }
  chart.addEventListener("pointerdown", function (e) { if (e.pointerType === "mouse" && e.button === 0) { dragFrom = local(e); moved = false; chart.setPointerCapture(e.pointerId); } else { place(local(e)); if (spec.click) spec.click(frame.seconds(local(e))); } });
  chart.addEventListener("pointermove", function (e) {
    var px = local(e);
    if (dragFrom === null) { place(px); return; }
    if (Math.abs(px - dragFrom) > 5) moved = true;
    var a = Math.max(frame.box.left, Math.min(dragFrom, px)), b = Math.min(frame.box.right, Math.max(dragFrom, px));
    tip.style.display = "none";
    over('<rect class="brush" x="' + a + '" y="' + frame.box.top + '" width="' + Math.max(0, b - a) + '" height="' + (frame.box.bottom - frame.box.top) + '"/>');
  });
  chart.addEventListener("pointerup", function (e) {
    if (dragFrom === null) return;
    var a = frame.seconds(Math.min(dragFrom, local(e))), b = frame.seconds(Math.max(dragFrom, local(e)));
    dragFrom = null;
    over("");
    if (!moved && spec.click) spec.click(a);
    if (moved && b - a > D.barSeconds * 4) setView(Math.max(0, a), Math.min(D.endSeconds, b));
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("pointercancel", hide);
  chart.addEventListener("dblclick", function () { setView(0, D.endSeconds); });
  var api = { measure: measure, draw: draw };
  charts.push(api);
  return api;
}
function setView(from, to) {
  view = [from, to];
  document.querySelectorAll("[data-reset]").forEach(function (b) { b.hidden = from <= 0 && to >= D.endSeconds; });
  redraw();
}
/* Every width is read before anything is drawn: a reading after a change lays the whole page out again. */
function redraw() {
  charts.forEach(function (chart) { chart.measure(); });
  charts.forEach(function (chart) { chart.draw(); });
}
/* Rows of a line that the window shows, with one neighbor on each side. */
function shown(xs) {
  var a = 0, b = xs.length - 1;
  while (a + 1 < xs.length && xs[a + 1] < view[0]) a++;
  while (b > 0 && xs[b - 1] > view[1]) b--;
  return [a, b];
}
/* Grid lines and labels of a value axis on the right. */
function valueAxis(frame, low, high, y, format, count) {
  var out = "";
  var values = steps(low, high, count || Math.max(3, Math.floor((frame.box.bottom - frame.box.top) / 46)));
  var decimals = stepDecimals(values), hundredths = Math.max(0, decimals - 2);
  values.forEach(function (v) {
    var py = y(v);
    out += '<line class="grid" x1="' + frame.box.left + '" x2="' + frame.box.right + '" y1="' + py + '" y2="' + py + '"/><text x="' + (frame.box.right + 7) + '" y="' + (py + 4) + '">' + format(v, decimals, hundredths) + "</text>";
  });
  return out;
}
function dot(x, y, color) { return '<circle cx="' + x + '" cy="' + y + '" r="3.6" fill="' + color + '" stroke="var(--card)" stroke-width="1.4"/>'; }
`;
