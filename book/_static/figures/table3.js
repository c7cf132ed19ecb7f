// Table 3 cell by cell: the paper's columns and ours. A cell opens samples, Omega over
// training, the loss on it, configuration, provenance and the command that trains it.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { append, format, LOSSES } = lipgan;

  const value = (cell) => (typeof cell === "number" ? cell : cell.median);
  const words = lipgan.outcome;

  function drawTable(place, data, table, open) {
    const pairs = (values) => values.map(([key, label]) => [String(key), label]);
    return lipgan.cells(place, {
      name: `Table 3, ${table.title}; ${table.metric}`, corner: "loss \\ k", constant: table.constant, open,
      rows: pairs(Object.entries(data.losses)), columns: pairs(data.ks.map((k) => [k, format(k)])),
      distance: (loss, k) => value(table.cells[`${loss} ${k}`]),
      title: (loss, k) => `${data.losses[loss]}, k = ${k}`,
    });
  }

  function drawHistory(box, run) {
    const points = run.omega.filter((p) => p[1] !== null && p[2] !== null);
    append(box, "h4", {}, "Ω over training");
    if (points.length < 2) return append(box, "p", {}, "No finite scores were recorded.");
    const low = Math.min(...points.map((p) => p[1])), high = Math.max(...points.map((p) => p[2]));
    const plot = new lipgan.Plot(box, { height: 170, left: 66, x: "step", label: "Lowest and highest score over training" });
    plot.clear([0, points.at(-1)[0]], [low, high === low ? low + 1 : high]);
    plot.band(points, "band");
    plot.line(points.map((p) => [p[0], p[1]]), "omega");
    plot.line(points.map((p) => [p[0], p[2]]), "omega");
  }

  function drawLoss(box, loss, run) {
    const last = run.omega.filter((p) => p[1] !== null && p[2] !== null).at(-1);
    append(box, "h4", {}, "The loss on the last Ω");
    if (!last) return append(box, "p", {}, "There is no finite domain.");
    const term = LOSSES[loss].terms.d_real, [, low, high] = last;
    const plot = new lipgan.Plot(box, { height: 170, left: 24, x: "score f", label: "Real term of the loss, the attained domain in red" });
    lipgan.drawLoss(plot, term, [low, high]);
    append(box, "p", { class: "fine" }, `Relative variation of the slope there: ${format(lipgan.nonlinearity(LOSSES[loss], low, high))}.`);
  }

  function drawRun(place, table, loss, run) {
    place.replaceChildren();
    const [pictures, history, curve, facts] = Array.from({ length: 4 }, () => append(place, "div"));
    append(pictures, "h4", {}, "Samples");
    if (run.samples) append(pictures, "img", { src: `${lipgan.assets}samples/${run.id}.png`, alt: `Generated ${table.config.dataset} of this run`, loading: "lazy" });
    else append(pictures, "p", {}, "None: the run ended in scores that are not finite.");
    drawHistory(history, run);
    drawLoss(curve, loss, run);
    append(facts, "h4", {}, "To train it again");
    append(facts, "pre", { tabindex: 0, "aria-label": "Command" }, run.command);
    append(facts, "p", { class: "fine" }, `Record ${run.id}, finished ${run.finished}, commit ${run.from[0]}, ${run.from[1]}, torch ${run.from[2]}.`);
    const more = append(facts, "details");
    append(more, "summary", {}, "Configuration");
    append(more, "pre", { tabindex: 0, "aria-label": "Configuration" }, Object.entries(table.config).map(([k, v]) => `${k} = ${v}`).join("\n"));
  }

  lipgan.figures.table3 = (panel) => {
    const data = lipgan.data.table3, tables = [...data.ours, ...data.paper];
    const controls = append(panel, "div", { class: "controls" });
    const options = tables.map((table, i) => [String(i), table.title]);
    const chosen = lipgan.choice(controls, { label: "Table", options, value: "0", change: () => update() });
    const wrap = append(panel, "div", { class: "table-wrap" });
    const scale = append(panel, "div", { class: "scale" });
    const details = append(panel, "section", { "aria-live": "polite", "aria-label": "The chosen cell" });

    function open(loss, k) {
      const table = tables[chosen.value], cell = table.cells[`${loss} ${k}`], name = `${data.losses[loss]}, k = ${k}`;
      details.replaceChildren();
      append(details, "h4", {}, `${name}: ${words(value(cell))}`);
      if (typeof cell === "number") {
        append(details, "p", {}, `Published in Table 3; ${table.metric}. The paper gives no samples or histories of its cells.`);
        const ours = data.ours.map((own) => `${own.title}: ${words(value(own.cells[`${loss} ${k}`]))}`);
        append(details, "p", {}, `The same cell in ${ours.join("; ")}. The features differ: compare patterns, not numbers.`);
        return;
      }
      const paper = data.paper.map((theirs) => `${theirs.title.replace("the paper: ", "")} ${format(theirs.cells[`${loss} ${k}`])}`);
      append(details, "p", {}, `Median of ${cell.runs.length} seeds; ${table.metric}. FID in the paper: ${paper.join(", ")}.`);
      const seeds = append(details, "div", { class: "controls" }), place = append(details, "div", { class: "details" });
      const show = () => drawRun(place, table, loss, cell.runs[seed.value]);
      const seed = lipgan.choice(seeds, {
        label: "Seed", value: "0", change: show,
        options: cell.runs.map((run, i) => [String(i), `${run.seed}: ${run.diverged ? `diverged at step ${run.diverged}` : format(run.distance)}`]),
      });
      show();
    }

    function update() {
      const table = tables[chosen.value];
      details.replaceChildren();
      append(details, "p", { class: "fine" }, "Choose a cell: click, or arrow keys and Enter.");
      lipgan.scale(scale, table.metric, drawTable(wrap, data, table, open), table.constant);
    }
    update();
  };
})();
