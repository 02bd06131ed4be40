"use strict";
(() => {
  const series = JSON.parse(document.getElementById("series").textContent);
  const points = series.points;
  const at = points.map(point => Date.parse(point.at) / 1000);
  const column = name => points.map(point => point[name]);
  const perSecond = name => points.map(point => point[name] / series.width_s);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [];

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = value => value == null ? "–" : value.toLocaleString("en", {maximumSignificantDigits: 4});
  const bars = uPlot.paths.bars({size: [1, 40], align: 1});

  function line(label, stroke, more) {
    return Object.assign({
      label, stroke: colour(stroke), width: 1.5, points: {show: true, size: 4, fill: colour(stroke)},
      value: (chart, value) => number(value)
    }, more);
  }

  function filled(label, stroke) {
    return Object.assign(line(label, stroke), {fill: colour(stroke), width: 0, paths: bars, points: {show: false}});
  }

  function times(chart, ticks, axis, space, step) {
    const [from, to] = step >= 86400 ? [5, 10] : step >= 60 ? [11, 16] : step >= 1 ? [11, 19] : [14, 22];
    return ticks.map(tick => new Date(tick * 1000).toISOString().slice(from, to));
  }

  function draw(id, title, scale, lines, data) {
    const place = document.getElementById(id);
    const axis = {stroke: colour("--faint"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1}};
    const last = at[at.length - 1];
    // The last point stands for the time behind it; whoever zooms in gets what was chosen.
    const range = (chart, from, to) => from === at[0] && to === last ? [from, last + series.width_s] : [from, to];
    charts.push([place, new uPlot({
      width: place.clientWidth,
      height: 240,
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: {x: {time: true, range}, y: scale},
      axes: [Object.assign({values: times}, axis), Object.assign({label: title, labelSize: 22, size: 64,
        values: (chart, ticks) => ticks.map(tick => tick == null ? "" : number(tick))}, axis)],
      series: [{label: "Time", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}"}].concat(lines),
      cursor: {drag: {x: true, y: false}}
    }, [at].concat(data), place)]);
  }

  function drawAll() {
    charts.splice(0).forEach(([place, chart]) => chart.destroy());
    const calls = perSecond("calls");
    const top = Math.max(...calls) || 1;
    draw("calls", "calls a second", {range: [0, top * 1.1]},
      [filled("Calls", "--good"), filled("Failures", "--bad")], [calls, perSecond("failures")]);
    const some = points.some(point => point.p50_ms > 0);
    draw("times", "milliseconds", some ? {distr: 3} : {range: [0, 1]},
      [line("p50", "--good"), line("p99", "--other"), line("Longest", "--bad", {dash: [4, 4]})],
      ["p50_ms", "p99_ms", "longest_ms"].map(name => column(name).map(value => value > 0 ? value : null)));
  }

  drawAll();
  dark.addEventListener("change", drawAll);
  addEventListener("resize", () =>
    charts.forEach(([place, chart]) => chart.setSize({width: place.clientWidth, height: 240})));
})();
