/* Charts by ECharts (SVG): <div data-chart="{id of json_script}" data-kind="bars|hbars|lines|pairs|option">.
   bars, hbars: {"labels": [...], "values": [...], "roles"?: ["late", ...], "unit"?: "个", "max"?}
   lines:       {"labels": [...], "series": [{"name", "values", "role"?, "dashed"?, "main"?}], "min"?, "max"?}
   pairs:       {"labels": [...], "before": [...], "after": [...], "min"?, "max"?}
   option:      an ECharts option in which a string "$late-solid" stands for the colour of --dj-late-solid
   Roles: review (default), ok, soon, late, honour, idle. Unknown values are null: a gap, never a zero. */
const RESIZE = 120;
const KINDS = { bars: (data) => bars(data, false), hbars: (data) => bars(data, true), lines, pairs, option };
let charts = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--dj-${name}`).trim();
}

function roleColour(role) {
  return role === "idle" ? colour("line-strong") : colour(`${role || "review"}-solid`);
}

function axis(more) {
  return {
    axisLine: { lineStyle: { color: colour("line-strong") } },
    axisTick: { show: false },
    axisLabel: { color: colour("muted"), fontSize: 12 },
    splitLine: { show: false },
    ...more,
  };
}

function signed(value) {
  return (value >= 0 ? "+" : "−") + Math.abs(value).toFixed(1);
}

function bars(data, across) {
  const unit = data.unit ? ` ${data.unit}` : "";
  const names = axis({
    type: "category",
    data: data.labels,
    inverse: across,
    axisLabel: { color: colour(across ? "ink" : "muted"), fontSize: across ? 13 : 12, interval: 0 },
  });
  const values = { type: "value", show: false, min: 0, max: data.max };
  return {
    grid: across
      ? { left: 4, right: 64, top: 4, bottom: 4, containLabel: true }
      : { left: 4, right: 4, top: 24, bottom: 26 },
    xAxis: across ? values : names,
    yAxis: across ? names : values,
    series: [
      {
        type: "bar",
        barWidth: "62%",
        data: data.values.map((value, n) => ({ value, itemStyle: { color: roleColour((data.roles || [])[n]) } })),
        label: {
          show: true,
          position: across ? "right" : "top",
          color: colour("ink"),
          fontSize: 13,
          formatter: ({ value }) => (value === undefined ? "" : value + unit),
        },
      },
    ],
  };
}

function line(one) {
  const ink = one.main || one.role ? roleColour(one.role) : colour("line-strong");
  return {
    type: "line",
    data: one.values,
    connectNulls: false,
    symbol: one.main ? "circle" : "none",
    symbolSize: 7,
    lineStyle: { color: ink, width: one.main ? 2.5 : 1.5, type: one.dashed ? "dashed" : "solid" },
    itemStyle: { color: ink },
    label: { show: Boolean(one.main), position: "top", color: colour("ink"), fontSize: 12 },
    endLabel: {
      show: true,
      formatter: one.main ? one.name : `${one.name} {c}`,
      color: colour(one.main ? "link" : "muted"),
      fontSize: 12,
      distance: 10,
    },
  };
}

function lines(data) {
  return {
    grid: { left: 4, right: 76, top: 18, bottom: 26 },
    xAxis: axis({
      type: "category",
      data: data.labels,
      boundaryGap: ["4%", "4%"],
      axisLabel: { color: colour("muted"), fontSize: 12, interval: 0 },
    }),
    yAxis: { show: false, min: data.min ?? "dataMin", max: data.max ?? "dataMax" },
    series: data.series.map(line),
  };
}

/* The line between before and after of one label. */
function pairLine(params, api) {
  const [x1, y1] = api.coord([api.value(1), api.value(0)]);
  const [x2, y2] = api.coord([api.value(2), api.value(0)]);
  const stroke = roleColour(api.value(1) >= api.value(2) ? "ok" : "late");
  return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 2.5 } };
}

function pairs(data) {
  const up = (n) => data.after[n] >= data.before[n];
  const hollow = { color: colour("surface"), borderColor: colour("muted"), borderWidth: 1.5, opacity: 1 };
  return {
    grid: { left: 4, right: 60, top: 8, bottom: 24, containLabel: true },
    yAxis: axis({
      type: "category",
      data: data.labels,
      axisLabel: { color: colour("ink"), fontSize: 13 },
      axisLine: { show: false },
    }),
    xAxis: axis({
      type: "value",
      min: data.min,
      max: data.max,
      splitLine: { show: true, lineStyle: { color: colour("line") } },
    }),
    series: [
      {
        type: "custom",
        data: data.labels.map((_, n) => [n, data.after[n], data.before[n]]),
        encode: { x: [1, 2], y: 0 },
        renderItem: pairLine,
      },
      { type: "scatter", symbolSize: 9, data: data.before.map((value, n) => [value, n]), itemStyle: hollow },
      {
        type: "scatter",
        symbolSize: 10,
        data: data.after.map((value, n) => ({
          value: [value, n],
          itemStyle: { color: roleColour(up(n) ? "ok" : "late"), opacity: 1 },
          label: { position: up(n) ? "right" : "left" },
        })),
        label: {
          show: true,
          color: colour("ink"),
          fontSize: 12,
          formatter: ({ dataIndex: n }) => signed(data.after[n] - data.before[n]),
        },
      },
    ],
  };
}

/* An option with its "$role" strings put in as colours. */
function option(value) {
  if (typeof value === "string" && value.startsWith("$")) {
    return colour(value.slice(1));
  }
  if (Array.isArray(value)) {
    return value.map(option);
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, option(inner)]));
  }
  return value;
}

/* The viewBox lets print scale the drawing; the figure round it is named. */
function fit(chart) {
  const svg = chart.getDom().querySelector("svg");
  if (svg) {
    svg.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    svg.setAttribute("aria-hidden", "true");
  }
}

function drawOne(box) {
  const source = document.getElementById(box.getAttribute("data-chart"));
  const kind = KINDS[box.getAttribute("data-kind") || "bars"];
  if (!source || !kind) {
    return;
  }
  const chart = window.echarts.init(box, null, { renderer: "svg" });
  /* No tooltip: the content policy forbids its inline styles. */
  const words = { fontFamily: colour("sans"), fontSize: 13, color: colour("muted") };
  chart.setOption({ textStyle: words, animation: false, ...kind(JSON.parse(source.textContent)) });
  fit(chart);
  charts.push(chart);
}

function draw() {
  charts.forEach((chart) => chart.dispose());
  charts = [];
  document.querySelectorAll("[data-chart]").forEach(drawOne);
}

let waiting = null;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const chart of charts) {
      chart.resize();
      fit(chart);
    }
  }, RESIZE);
});
window.addEventListener("dj-theme", draw);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector && event.target.querySelector("[data-chart]")) {
    draw();
  }
});
draw();
