/* Charts by ECharts (SVG): <div data-chart="{id of json_script}" data-kind="bars|hbars|lines|pairs|option">.
   bars, hbars: {"labels": [...], "values": [...], "roles"?: ["late", ...], "unit"?: "个", "max"?}
   lines:       {"labels": [...], "series": [{"name", "values", "role"?, "dashed"?, "main"?}], "min"?, "max"?}
   pairs:       {"labels": [...], "before": [...], "after": [...], "min"?, "max"?}
   option:      an ECharts option in which a string "$late-solid" stands for the colour of --dj-late-solid
   Roles: review (default), ok, soon, late, honour, idle. Unknown values are null: a gap, never a zero. */
(function () {
  "use strict";
  var charts = [];

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--dj-" + name).trim(); }
  function role(name) { return name === "idle" ? colour("line-strong") : colour((name || "review") + "-solid"); }
  function axis() {
    return { axisLine: { lineStyle: { color: colour("line-strong") } }, axisTick: { show: false }, axisLabel: { color: colour("muted"), fontSize: 12 }, splitLine: { show: false } };
  }
  function merge(a, b) { return Object.assign({}, a, b); }
  function signed(value) { return (value >= 0 ? "+" : "−") + Math.abs(value).toFixed(1); }

  function bars(data, across) {
    var unit = data.unit ? " " + data.unit : "";
    var names = merge(axis(), { type: "category", data: data.labels, inverse: across, axisLabel: { color: across ? colour("ink") : colour("muted"), fontSize: across ? 13 : 12, interval: 0 } });
    var values = { type: "value", show: false, min: 0, max: data.max };
    return {
      grid: across ? { left: 4, right: 64, top: 4, bottom: 4, containLabel: true } : { left: 4, right: 4, top: 24, bottom: 26 },
      xAxis: across ? values : names,
      yAxis: across ? names : values,
      series: [{
        type: "bar", barWidth: "62%",
        data: data.values.map(function (value, n) { return { value: value, itemStyle: { color: role((data.roles || [])[n]) } }; }),
        label: { show: true, position: across ? "right" : "top", color: colour("ink"), fontSize: 13, formatter: function (p) { return p.value === undefined ? "" : p.value + unit; } }
      }]
    };
  }
  function lines(data) {
    return {
      grid: { left: 4, right: 76, top: 18, bottom: 26 },
      xAxis: merge(axis(), { type: "category", data: data.labels, boundaryGap: ["4%", "4%"], axisLabel: { color: colour("muted"), fontSize: 12, interval: 0 } }),
      yAxis: { show: false, min: data.min === undefined ? "dataMin" : data.min, max: data.max === undefined ? "dataMax" : data.max },
      series: data.series.map(function (one) {
        var ink = one.main || one.role ? role(one.role) : colour("line-strong");
        return {
          type: "line", data: one.values, connectNulls: false, symbol: one.main ? "circle" : "none", symbolSize: 7,
          lineStyle: { color: ink, width: one.main ? 2.5 : 1.5, type: one.dashed ? "dashed" : "solid" }, itemStyle: { color: ink },
          label: { show: !!one.main, position: "top", color: colour("ink"), fontSize: 12 },
          endLabel: { show: true, formatter: one.main ? one.name : one.name + " {c}", color: one.main ? colour("link") : colour("muted"), fontSize: 12, distance: 10 }
        };
      })
    };
  }
  function pairs(data) {
    var up = function (n) { return data.after[n] >= data.before[n]; };
    return {
      grid: { left: 4, right: 60, top: 8, bottom: 24, containLabel: true },
      yAxis: merge(axis(), { type: "category", data: data.labels, axisLabel: { color: colour("ink"), fontSize: 13 }, axisLine: { show: false } }),
      xAxis: merge(axis(), { type: "value", min: data.min, max: data.max, splitLine: { show: true, lineStyle: { color: colour("line") } } }),
      series: [
        { type: "custom", data: data.labels.map(function (_, n) { return [n, data.after[n], data.before[n]]; }), encode: { x: [1, 2], y: 0 },
          renderItem: function (params, api) {
            var a = api.coord([api.value(1), api.value(0)]);
            var b = api.coord([api.value(2), api.value(0)]);
            return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: api.value(1) >= api.value(2) ? role("ok") : role("late"), lineWidth: 2.5 } };
          } },
        { type: "scatter", symbolSize: 9, data: data.before.map(function (value, n) { return [value, n]; }), itemStyle: { color: colour("surface"), borderColor: colour("muted"), borderWidth: 1.5, opacity: 1 } },
        { type: "scatter", symbolSize: 10, data: data.after.map(function (value, n) { return { value: [value, n], itemStyle: { color: role(up(n) ? "ok" : "late"), opacity: 1 }, label: { position: up(n) ? "right" : "left" } }; }),
          label: { show: true, color: colour("ink"), fontSize: 12, formatter: function (p) { return signed(data.after[p.dataIndex] - data.before[p.dataIndex]); } } }
      ]
    };
  }
  function resolve(value) {
    if (typeof value === "string" && value.charAt(0) === "$") { return colour(value.slice(1)); }
    if (Array.isArray(value)) { return value.map(resolve); }
    if (value && typeof value === "object") {
      return Object.keys(value).reduce(function (all, key) { all[key] = resolve(value[key]); return all; }, {});
    }
    return value;
  }
  var KINDS = { bars: function (d) { return bars(d, false); }, hbars: function (d) { return bars(d, true); }, lines: lines, pairs: pairs, option: resolve };

  function draw() {
    charts.forEach(function (chart) { chart.dispose(); });
    charts = [];
    Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), function (box) {
      var source = document.getElementById(box.getAttribute("data-chart"));
      var kind = KINDS[box.getAttribute("data-kind") || "bars"];
      if (!source || !kind) { return; }
      var chart = window.echarts.init(box, null, { renderer: "svg" });
      /* silent: no tooltip, whose inline styles the content policy forbids */
      chart.setOption(merge({ textStyle: { fontFamily: colour("sans"), fontSize: 13, color: colour("muted") }, animation: false }, kind(JSON.parse(source.textContent))));
      fit(chart);
      charts.push(chart);
    });
  }
  function fit(chart) {
    var svg = chart.getDom().querySelector("svg");
    if (!svg) { return; }
    svg.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
    svg.setAttribute("aria-hidden", "true"); /* the figure around it is named */
  }
  var waiting = null;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { charts.forEach(function (chart) { chart.resize(); fit(chart); }); }, 120);
  });
  window.addEventListener("dj-theme", draw);
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.target.querySelector && event.target.querySelector("[data-chart]")) { draw(); }
  });
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", draw); } else { draw(); }
})();
