"use strict";
// Keeps the page live: parts that changed arrive as HTML, ages and countdowns run here in the desk's clock.
(() => {
  const clock = { event: NaN, wall: NaN, speed: 1, heard: performance.now() };
  const LOST_AFTER_MS = 6000;

  function setClock(eventMs, speed) {
    clock.event = Number(eventMs || NaN);
    clock.speed = Number(speed) || 1;
    clock.wall = performance.now();
  }

  const now = () => clock.event + (performance.now() - clock.wall) * clock.speed;

  function span(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 86400) return `${Math.floor(s / 3600)} h`;
    return `${Math.floor(s / 86400)} d`;
  }

  function countdown(ms) {
    if (ms <= 0) return "closed";
    const s = Math.floor(ms / 1000);
    const two = (n) => String(n).padStart(2, "0");
    if (s >= 86400) return span(ms);
    return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
                     : `${Math.floor(s / 60)}:${two(s % 60)}`;
  }

  function tick() {
    const lost = performance.now() - clock.heard > LOST_AFTER_MS;
    document.getElementById("contact").hidden = !lost;
    const at = now();
    if (Number.isFinite(at)) document.getElementById("clock").textContent = new Date(at).toISOString().slice(11, 19);
    for (const node of document.querySelectorAll("[data-at]")) {
      const age = node.dataset.at === "" ? NaN : at - Number(node.dataset.at);
      const known = Number.isFinite(age);
      node.classList.toggle("old", lost || (known && age > Number(node.dataset.stale) * 1000));
      const told = node.querySelector(".age");
      if (told) told.textContent = known ? span(age) : "";
      else node.title = known ? `${span(age)} old` : "unknown";
    }
    for (const node of document.querySelectorAll("[data-until]")) {
      node.textContent = node.dataset.until && Number.isFinite(at) ? countdown(Number(node.dataset.until) - at) : "–";
    }
  }

  let plot = null;
  function draw(points) {
    const box = document.getElementById("curve");
    if (points[0].length < 2) return;
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--soft").trim();
    const accent = style.getPropertyValue("--accent").trim();
    const line = style.getPropertyValue("--line").trim();
    if (plot) return plot.setData(points);
    box.textContent = "";
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
    const hours = (ts) => new Date(ts * 1000).toISOString().slice(11, 16);
    const days = (ts) => new Date(ts * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
    const seconds = (ts) => new Date(ts * 1000).toISOString().slice(11, 19);
    const times = (u, splits) => splits.map((ts) =>
      ts % 86400 === 0 ? days(ts) : splits[1] - splits[0] < 60 ? seconds(ts) : hours(ts));
    const money = (v) => "$" + v.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    const size = () => ({ width: box.clientWidth, height: 230 });
    plot = new uPlot({
      ...size(),
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { y: false },
      scales: { y: { range: (u, min, max) => { const pad = Math.max((max - min) * 0.1, 0.05); return [min - pad, max + pad]; } } },
      axes: [{ ...axis, values: times }, { ...axis, size: 68, values: (u, vs) => vs.map(money) }],
      series: [{}, { stroke: accent, width: 1.75, fill: accent + "1f", points: { show: false } }],
    }, points, box);
    new ResizeObserver(() => plot.setSize(size())).observe(box);
  }

  function apply(message) {
    clock.heard = performance.now();
    setClock(message.now, message.speed);
    for (const [name, html] of Object.entries(message.parts)) {
      const node = document.getElementById(`part-${name}`);
      const scrolled = [...node.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
      node.innerHTML = html;
      [...node.querySelectorAll(".scroll")].forEach((box, i) => { box.scrollLeft = scrolled[i] || 0; });
    }
    if (message.curve) draw(message.curve);
    tick();
  }

  setClock(document.body.dataset.now, document.body.dataset.speed);
  const source = new EventSource("/events");
  source.onmessage = (event) => apply(JSON.parse(event.data));
  setInterval(tick, 500);
  tick();
})();
