// Draws a report's table as a chart above it. Without this file the table says the same.
(() => {
  const box = document.querySelector("[data-chart]");
  if (!box || typeof Chart === "undefined") return;
  const { kind, labels, series } = JSON.parse(box.dataset.chart);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const across = kind === "bar" || kind === "stacked";
  let drawn;

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function options() {
    const text = token("--desk-muted");
    const axis = { stacked: kind === "stacked", ticks: { color: text, precision: 0 }, grid: { color: token("--desk-line") } };
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: across ? "y" : "x",
      scales: { x: { ...axis, beginAtZero: true }, y: { ...axis, beginAtZero: true } },
      plugins: { legend: { display: series.length > 1, labels: { color: text } } },
      transitions: calm ? { active: { animation: { duration: 0 } } } : {},
    };
  }

  function draw() {
    drawn?.destroy();
    const colours = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"].map(token);
    drawn = new Chart(box.querySelector("canvas"), {
      type: kind === "line" ? "line" : "bar",
      data: {
        labels,
        datasets: series.map(({ label, values }, place) => ({
          label,
          data: values,
          backgroundColor: colours[place % colours.length],
          borderColor: colours[place % colours.length],
          borderWidth: kind === "line" ? 2 : 0,
          pointRadius: labels.length > 60 ? 0 : 2,
        })),
      },
      options: options(),
    });
  }

  box.hidden = false;
  const rows = labels.length * (kind === "stacked" ? 1 : series.length);
  box.dataset.size = !across ? "m" : rows <= 8 ? "s" : rows <= 20 ? "m" : rows <= 45 ? "l" : "xl";
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
