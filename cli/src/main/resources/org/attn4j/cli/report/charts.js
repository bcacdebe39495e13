// Reads the values of a chart at the pointer, or at the slider below it, out of the chart's table.
const points = (chart) => {
  const rows = [...chart.querySelectorAll("tbody tr")];
  return rows.map((row) => ({
    x: Number(row.dataset.x),
    step: row.cells[0].textContent,
    values: [...row.cells].slice(1).map((cell) => ({ y: cell.dataset.y, text: cell.textContent })),
  }));
};

// The point of a curve that lies nearest to a row; not every curve has one at every step.
const nearest = (all, at, curve) => {
  for (let away = 0; ; away++) {
    for (const index of [at - away, at + away]) {
      if (all[index]?.values[curve].y) return all[index];
    }
  }
};

for (const chart of document.querySelectorAll("figure.chart")) {
  const svg = chart.querySelector(":scope > svg"); // those of the legend lie deeper
  const slider = chart.querySelector("input");
  const readout = chart.querySelector(".readout");
  const cursor = svg.querySelector(".cursor");
  const dots = [...svg.querySelectorAll(".dot")];
  const head = [...chart.querySelectorAll("thead th")].map((cell) => cell.textContent);
  const all = points(chart);

  const show = (index) => {
    const here = all[index];
    const parts = dots.map((dot, curve) => {
      const point = nearest(all, index, curve);
      dot.setAttribute("cx", point.x);
      dot.setAttribute("cy", point.values[curve].y);
      const from = point === here ? "" : ` (${head[0]} ${point.step})`;
      return `${head[curve + 1]} ${point.values[curve].text}${from}`;
    });
    cursor.setAttribute("transform", `translate(${here.x} 0)`);
    svg.classList.add("read");
    slider.value = index;
    readout.textContent = `${head[0]} ${here.step}: ${parts.join(", ")}`;
    slider.setAttribute("aria-valuetext", readout.textContent);
  };

  slider.hidden = readout.hidden = false;
  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.addEventListener("focus", () => show(Number(slider.value)));
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const away = all.map((row) => Math.abs(row.x - x));
    show(away.indexOf(Math.min(...away)));
  });
}
