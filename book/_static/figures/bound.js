// Theorem 1: image size and k to a bound on the width of Omega, with the widths that
// our runs attained.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { append, format } = lipgan;
  const K_RANGE = [0.18, 56], LEAST_WIDTH = 1e-3;

  function draw(plot, measured, { k, layers, inputs, loss }) {
    const nominal = (x) => lipgan.domainBound(x ** layers, inputs);
    const widths = [LEAST_WIDTH, Math.max(1e7, 3 * nominal(K_RANGE[1]))];
    plot.clear(K_RANGE, widths, { xLog: true, yLog: true, xTicks: [0.2, 0.5, 1, 5, 10, 50] });
    plot.line(K_RANGE.map((x) => [x, nominal(x)]), "bound");
    const cells = measured.cells[loss];
    plot.line(cells.map((cell, i) => [measured.ks[i], cell.exact === null ? NaN : lipgan.domainBound(cell.exact, measured.inputs)]), "nominal");
    cells.forEach((cell, i) => cell.widths.forEach((width) => plot.dot(measured.ks[i], width, "omega-dot", 3.5)));
    plot.line(widths.map((width) => [k, width]), "here");
    plot.dot(k, nominal(k), "here-dot", 5);
  }

  lipgan.figures.bound = (panel) => {
    const { domains } = lipgan.data, sets = [domains, ...(domains.others ?? [])], change = () => update();
    const controls = append(panel, "div", { class: "controls" });
    const data = lipgan.choice(controls, { label: "Measured on", options: sets.map((set, i) => [String(i), set.title]), value: "0", change: () => fit() });
    const side = lipgan.slider(controls, { label: "Image side", values: [8, 16, 32, 64, 128, 256], value: domains.side, text: (n) => `${n} pixels`, change });
    const colors = lipgan.choice(controls, { label: "Channels", options: [["1", "1, gray"], ["3", "3, color"]], value: "1", change });
    const layers = lipgan.slider(controls, { label: "Layers n", values: [1, 2, 3, 4, 5, 6], value: domains.layers, text: String, change });
    const k = lipgan.slider(controls, { label: "k, per layer", min: 0.2, max: 50, value: 1, change });
    const options = Object.keys(domains.cells).map((key) => [key, lipgan.LOSSES[key].label]);
    const loss = lipgan.choice(controls, { label: "Measured with loss", options, value: "ns", change });
    const plot = new lipgan.Plot(panel, { width: 620, height: 300, left: 58, x: "k, per layer", y: "width of Ω", label: "Width of the domain against k: Theorem 1's bound and the measured widths of our runs" });
    const key = append(panel, "p", { class: "fine" });
    for (const [color, text, dashed] of [
      ["var(--ink)", "bound 2 kⁿ √d of the image chosen", ""],
      ["var(--ink)", "bound of our networks, exact norms", "dashed"],
      ["var(--red)", "measured Ω of our runs, one dot per seed", ""],
    ]) append(key, "span", { class: `key ${dashed}`, style: `--swatch: ${color}` }, text);
    const say = lipgan.readout(panel, [
      ["inputs", "numbers per image, d"], ["lipschitz", "K = kⁿ"], ["bound", "bound on the width of Ω, 2 K √d"],
      ["formula", "as in the paper"], ["measured", "our runs"],
    ]);

    function fit() {
      const { side: own, channels, layers: depth } = sets[data.value];
      [side.value, colors.value, layers.value] = [own, String(channels), depth];
      update();
    }

    function update() {
      const measured = sets[data.value];
      const inputs = side.value ** 2 * Number(colors.value), steep = k.value ** layers.value;
      const bound = lipgan.domainBound(steep, inputs);
      draw(plot, measured, { k: k.value, layers: layers.value, inputs, loss: loss.value });
      say("inputs", `${side.value} × ${side.value} × ${colors.value} = ${format(inputs, 6)}`);
      say("lipschitz", format(steep));
      say("bound", format(bound));
      say("formula", colors.value === "3" ? `K √(12 · ${side.value} · ${side.value}) = ${format(steep * Math.sqrt(12 * side.value ** 2))}`
        : "the paper's K √(12 m n) is for color images");
      const near = measured.ks.reduce((a, b) => Math.abs(Math.log(b / k.value)) < Math.abs(Math.log(a / k.value)) ? b : a);
      const cell = measured.cells[loss.value][measured.ks.indexOf(near)], middle = cell.widths[Math.floor(cell.widths.length / 2)];
      const name = `${lipgan.LOSSES[loss.value].label} at k = ${format(near)}, ${measured.title}`;
      say("measured", cell.exact === null ? `${name}: scores were not finite in most runs`
        : `${name}: width ${format(middle)}, ${format((100 * middle) / lipgan.domainBound(cell.exact, measured.inputs))} % of the bound with exact norms`);
    }
    update();
  };
})();
