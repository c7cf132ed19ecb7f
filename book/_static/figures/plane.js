// The plane of k and alpha k^n, one loss at a time. A cell opens the samples of every seed.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { append, format, outcome } = lipgan;

  function drawRun(place, run) {
    const box = append(place, "div");
    append(box, "h4", {}, `Seed ${run.seed}: ${run.diverged ? `diverged at step ${run.diverged}` : format(run.distance)}`);
    if (run.samples) append(box, "img", { src: `${lipgan.assets}samples/${run.id}.png`, alt: `Generated digits, seed ${run.seed}`, loading: "lazy" });
    else append(box, "p", {}, "No samples: the run ended in scores that are not finite.");
  }

  lipgan.figures.plane = (panel) => {
    const data = lipgan.data.plane;
    const controls = append(panel, "div", { class: "controls" });
    const loss = lipgan.choice(controls, { label: "Loss", options: Object.entries(data.losses), value: "cos", change: () => update() });
    const wrap = append(panel, "div", { class: "table-wrap" }), scale = append(panel, "div", { class: "scale" });
    const details = append(panel, "section", { "aria-live": "polite", "aria-label": "The chosen cell" });
    const rows = data.knobs.map(([key, knob]) => [key, format(knob)]).reverse();
    const columns = data.ks.map((k) => [String(k), format(k)]);
    const knobs = new Map(data.knobs);
    const cell = (knob, k) => data.cells[`${loss.value} ${k} ${knob}`];
    const title = (knob, k) => `${data.losses[loss.value]}, k = ${k}, α kⁿ = ${format(knobs.get(knob))}`;

    function open(knob, k) {
      const found = cell(knob, k), broken = found.median === null || found.median >= data.broken;
      details.replaceChildren();
      append(details, "h4", {}, `${title(knob, k)}: ${outcome(found.median)}, ${broken ? "broken" : "works"}`);
      append(details, "p", {}, `α = ${format(found.alpha)}; median of ${found.runs.length} seeds, broken from ${format(data.broken)}.`);
      const place = append(details, "div", { class: "details" });
      for (const run of found.runs) drawRun(place, run);
      append(details, "h4", {}, "To train the first of them again");
      append(details, "pre", { tabindex: 0, "aria-label": "Command" }, found.command);
    }

    function update() {
      details.replaceChildren();
      append(details, "p", { class: "fine" }, "Choose a cell: click, or arrow keys and Enter.");
      const name = `${data.losses[loss.value]} over k and α kⁿ; ${data.metric}`, { constant } = data;
      const distance = (knob, k) => cell(knob, k).median;
      const best = lipgan.cells(wrap, { name, corner: "α kⁿ \\ k", rows, columns, constant, distance, title, open });
      lipgan.scale(scale, data.metric, best, constant);
    }
    update();
  };
})();
