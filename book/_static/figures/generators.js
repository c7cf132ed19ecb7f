// Trained generators of Table 3, two side by side on the same noise. The weights of a
// cell are a script of their own, loaded when the cell is first shown.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { append, format } = lipgan;
  const ROWS = 6, GAP = 1, STEPS = 40; // of the grid of images, and of the walk
  const START = { Left: ["wgan", 1], Right: ["cos", 10] };

  // Two noise vectors per image, the ends of its walk.
  function draw(number, length) {
    const normal = lipgan.normalFrom(lipgan.uniformFrom(number));
    const vector = () => Float64Array.from({ length }, normal);
    return Array.from({ length: ROWS ** 2 }, () => [vector(), vector()]);
  }

  const ready = new Map(); // generators by the id of their run
  async function generator(data, id) {
    if (!ready.has(id)) {
      await lipgan.load(`generators/${id}`);
      ready.set(id, lipgan.assemble(data.layers, lipgan.data[`generators/${id}`]));
    }
    return ready.get(id);
  }

  // Gray images in [-1, 1], as lipgan.data.to_uint8 rounds them.
  function paint(canvas, images) {
    const size = Math.sqrt(images[0].length), pitch = size + GAP;
    canvas.width = canvas.height = ROWS * pitch - GAP;
    const context = canvas.getContext("2d"), tile = context.createImageData(size, size);
    images.forEach((pixels, number) => {
      pixels.forEach((x, i) => tile.data.set([...Array(3).fill((x + 1) * 127.5), 255], 4 * i));
      context.putImageData(tile, (number % ROWS) * pitch, Math.floor(number / ROWS) * pitch);
    });
  }

  const outcome = ({ diverged, broken }) => (diverged !== null ? "diverged" : broken ? "broken" : "works");

  class Side {
    constructor(parent, name, data, noise) {
      const [loss, k] = START[name], box = append(parent, "div", { role: "group", "aria-label": name });
      Object.assign(this, { name, data, noise });
      const change = () => this.choose();
      this.loss = lipgan.choice(box, { label: "Loss", options: Object.entries(data.losses), value: loss, change });
      this.k = lipgan.choice(box, { label: "k", options: data.ks.map((x) => [String(x), ""]), value: String(k), change });
      this.canvas = append(box, "canvas", { role: "img" });
      this.words = append(box, "p", { role: "status", "aria-live": "polite" });
      this.choose();
    }
    // The published outcome of the chosen loss and k.
    get cell() { return this.data.cells[`${this.loss.value} ${this.k.value}`]; }

    choose() {
      for (const option of this.k.options) {
        const way = outcome(this.data.cells[`${this.loss.value} ${option.value}`]);
        option.textContent = option.value + (way === "works" ? "" : `, ${way}`);
      }
      const { cell } = this, title = `${this.data.losses[this.loss.value]}, k = ${this.k.value}`;
      this.words.textContent = cell.diverged === null ? `${title} ${outcome(cell) === "works" ? "works" : "is broken"}: FD ${format(cell.distance)}`
        : `${title} diverged at step ${cell.diverged}: there is no generator`;
      this.canvas.setAttribute("aria-label", `${ROWS ** 2} images by ${title}`);
      this.canvas.hidden = cell.diverged !== null;
      this.show();
    }
    async show() {
      const { cell } = this;
      if (cell.diverged !== null || !this.noise()) return;
      try {
        const layers = await generator(this.data, cell.id);
        if (cell === this.cell) paint(this.canvas, this.noise().map((z) => lipgan.generate(layers, z)));
      } catch (error) {
        this.words.textContent = `${error.message}.`;
        this.canvas.hidden = true; // it shows another cell
      }
    }
  }

  lipgan.figures.generators = (panel, figure) => {
    const data = lipgan.data.generators;
    let number = 1, ends = null; // no noise, and so no weights, before the figure is seen
    const noise = () => ends?.map(([a, b]) => lipgan.between(a, b, walk.value));
    const controls = append(panel, "div", { class: "controls" });
    const again = () => sides.forEach((side) => side.show());
    lipgan.button(append(controls, "div", { class: "control" }), "Sample", () => { number++; begin(); }, "Sample: new noise for both");
    const walk = lipgan.slider(controls, {
      label: "Walk between two noise vectors", value: 0, change: again,
      values: Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS), text: (share) => `${format(100 * share)} %`,
    });
    const pair = append(panel, "div", { class: "pair" });
    const sides = Object.keys(START).map((name) => new Side(pair, name, data, noise));
    append(panel, "p", { class: "fine" }, `${data.metric}; a constant image has ${format(data.constant)}.`);
    const state = append(panel, "p", { class: "fine", role: "status", "aria-live": "polite" });

    function begin() {
      ends = draw(number, data.noise);
      state.textContent = `Draw ${number}: ${ROWS ** 2} pairs of noise vectors, the same on both sides.`;
      again();
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      if (!ends) begin();
    }, { rootMargin: "200px" });
    seen.observe(figure);
  };
})();
