// Figure 1, trained in the reader's browser: one free point against data points that
// can be dragged. The training is in trainer.js, the pictures are here.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { LOSSES, append, format } = lipgan;
  const DATA = [[1.0, 0.0], [1.6, 0.9], [2.2, -0.3], [1.3, -1.0]]; // data/sets.py, toy2d
  const START = [-2.0, 0.5]; // models.POINT_START
  const WORLD = [-2.6, 2.8], SIZE = 340, HEAT = 26, ARROWS = 10;
  const LOW = [45, 110, 190], HIGH = [222, 130, 30]; // scores below and above the middle
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  const toScreen = ([x, y]) => [(SIZE * (x - WORLD[0])) / (WORLD[1] - WORLD[0]), (SIZE * (WORLD[1] - y)) / (WORLD[1] - WORLD[0])];
  const toWorld = (x, y) => [WORLD[0] + (x / SIZE) * (WORLD[1] - WORLD[0]), WORLD[1] - (y / SIZE) * (WORLD[1] - WORLD[0])];
  const inWorld = (point) => point.map((x) => Math.max(WORLD[0] + 0.1, Math.min(WORLD[1] - 0.1, x)));

  // Weiszfeld's iteration: where the sum of distances to the data is least, the best
  // that one point can do for the Wasserstein distance.
  function geometricMedian(points) {
    let center = [0, 1].map((i) => points.reduce((sum, p) => sum + p[i], 0) / points.length);
    for (let round = 0; round < 500; round++) {
      const weights = points.map((p) => 1 / Math.max(Math.hypot(p[0] - center[0], p[1] - center[1]), 1e-9));
      const total = weights.reduce((a, b) => a + b);
      center = [0, 1].map((i) => points.reduce((sum, p, j) => sum + weights[j] * p[i], 0) / total);
    }
    return center;
  }

  function paintScores(canvas, trainer) {
    const context = canvas.getContext("2d"), image = context.createImageData(HEAT, HEAT);
    const scores = [];
    for (let row = 0; row < HEAT; row++) {
      for (let column = 0; column < HEAT; column++) {
        const place = toWorld(((column + 0.5) * SIZE) / HEAT, ((row + 0.5) * SIZE) / HEAT);
        scores.push(trainer.score(place));
      }
    }
    const low = Math.min(...scores), high = Math.max(...scores);
    scores.forEach((score, i) => {
      const share = high > low ? (2 * (score - low)) / (high - low) - 1 : 0;
      image.data.set([...(share < 0 ? LOW : HIGH), Math.round(150 * Math.abs(share))], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  // Where the generator's loss would push a point: -L'(alpha f) grad f, direction only,
  // shorter where the push is weaker than the strongest.
  function pushes(trainer) {
    const found = [];
    for (let i = 0; i < ARROWS ** 2; i++) {
      const at = toWorld(((i % ARROWS) + 0.5) * (SIZE / ARROWS), (Math.floor(i / ARROWS) + 0.5) * (SIZE / ARROWS));
      const slope = lipgan.scaledSlope(trainer.loss.terms.g_fake, trainer.alpha, trainer.score(at));
      const grad = trainer.gradient(at);
      found.push([at, -slope * grad[0], -slope * grad[1]]);
    }
    const most = Math.max(...found.map(([, x, y]) => Math.hypot(x, y)).filter(Number.isFinite));
    return most > 0 ? found.map(([at, x, y]) => [at, x / most, y / most]) : [];
  }

  class Plane {
    constructor(parent, moved) {
      this.box = append(parent, "div", { class: "plane" });
      this.canvas = append(this.box, "canvas", { width: HEAT, height: HEAT, "aria-hidden": "true" });
      this.svg = append(this.box, "svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "aria-label": "Data points, the model point with its path, and the scores of the discriminator as colors" });
      append(this.svg, "rect", { class: "frame", width: SIZE, height: SIZE, fill: "none" });
      this.arrows = append(this.svg, "path", { class: "pull" });
      this.median = append(this.svg, "path", { class: "median" });
      this.path = append(this.svg, "path", { class: "path" });
      this.data = DATA.map((_, i) => this.handle(i, moved));
      this.model = append(this.svg, "circle", { class: "model", r: 8 });
    }
    handle(i, moved) {
      const node = append(this.svg, "circle", { class: "datum", r: 9, tabindex: 0, role: "button" });
      node.addEventListener("pointerdown", (event) => { node.setPointerCapture(event.pointerId); event.preventDefault(); });
      node.addEventListener("pointermove", (event) => {
        if (!node.hasPointerCapture(event.pointerId)) return;
        const box = this.svg.getBoundingClientRect();
        moved(i, inWorld(toWorld(((event.clientX - box.left) * SIZE) / box.width, ((event.clientY - box.top) * SIZE) / box.height)));
      });
      const ways = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
      node.addEventListener("keydown", (event) => {
        const way = ways[event.key];
        if (!way) return;
        event.preventDefault();
        moved(i, inWorld(this.points[i].map((x, j) => x + way[j])));
      });
      return node;
    }
    draw(trainer, trail, median) {
      this.points = trainer.data;
      trainer.data.forEach((point, i) => {
        const [x, y] = toScreen(point);
        this.data[i].setAttribute("cx", x);
        this.data[i].setAttribute("cy", y);
        this.data[i].setAttribute("aria-label", `Data point ${i + 1} at ${format(point[0])}, ${format(point[1])}; arrow keys move it`);
      });
      const [mx, my] = toScreen(median);
      this.median.setAttribute("d", `M${mx - 6} ${my}h12M${mx} ${my - 6}v12`);
      this.path.setAttribute("d", `M${trail.map((p) => toScreen(p).map((x) => x.toFixed(1)).join(" ")).join("L")}`);
      const sound = trainer.point.every(Number.isFinite);
      const [x, y] = toScreen(sound ? trainer.point : trail.at(-1));
      this.model.setAttribute("cx", x);
      this.model.setAttribute("cy", y);
      if (trainer.divergedAt !== null) return this.arrows.setAttribute("d", "");
      paintScores(this.canvas, trainer);
      this.arrows.setAttribute("d", pushes(trainer).map(([at, dx, dy]) => {
        const [ax, ay] = toScreen(at), [tx, ty] = [ax + 13 * dx, ay - 13 * dy];
        return `M${ax.toFixed(1)} ${ay.toFixed(1)}L${tx.toFixed(1)} ${ty.toFixed(1)}m-1 0h2`;
      }).join(""));
    }
  }

  function drawDistance(plot, distances) {
    const last = Math.max(100, distances.at(-1)[0]);
    plot.clear([0, last], [0, Math.max(4, ...distances.map((p) => p[1]).filter(Number.isFinite))]);
    plot.line(distances, "omega");
  }

  lipgan.figures.toy = (panel) => {
    let trainer, trail, distances, median, seed = 0, running = false, timer = 0;
    const data = DATA.map((p) => [...p]), restart = () => { begin(); draw(); };
    const controls = append(panel, "div", { class: "controls" });
    const options = Object.entries(LOSSES).map(([key, { label }]) => [key, label]);
    const loss = lipgan.choice(controls, { label: "Loss", options, value: "cos", change: restart });
    const alpha = lipgan.slider(controls, { label: "α, domain scaling", min: 1e-10, max: 1e10, steps: 40, value: 1, change: restart });
    const k = lipgan.slider(controls, { label: "k, per layer", min: 0.1, max: 10, value: 1, change: restart });
    const speed = lipgan.slider(controls, { label: "Steps per picture", values: [1, 2, 5, 10, 20], value: 5, text: String, change: () => {} });
    const buttons = append(panel, "div", { class: "buttons" });
    const play = lipgan.button(buttons, "Play", () => run(!running));
    lipgan.button(buttons, "Step", () => { run(false); train(1); draw(); }, "Step: one update of both networks");
    lipgan.button(buttons, "Start again", restart);
    lipgan.button(buttons, "Other weights", () => { seed++; restart(); }, "Start again from other initial weights");
    lipgan.button(buttons, "Data as they were", () => { DATA.forEach((p, i) => { data[i] = [...p]; }); restart(); });

    const panels = append(panel, "div", { class: "panels" });
    const left = append(panels, "div"), right = append(panels, "div");
    append(left, "h4", {}, "Data, model, and what the discriminator sees");
    const plane = new Plane(left, (i, point) => {
      data[i] = point;
      trainer.data[i] = [...point];
      median = geometricMedian(data);
      draw();
    });
    append(left, "p", { class: "fine" }, "Dots: data, drag them or use the arrow keys. Orange: the model and its path. Cross: the geometric median, the best place for one point. Orange and blue ground: high and low scores. Lines: where the generator's loss would push.");
    append(right, "h4", {}, "The loss; in red what is in use");
    const curve = new lipgan.Plot(right, { height: 170, left: 24, x: "α f", label: "Real term of the loss over alpha times the score, attained domain in red" });
    append(right, "h4", {}, "Distance from the best place");
    const course = new lipgan.Plot(right, { height: 150, left: 30, x: "step", label: "Distance of the model point from the geometric median over training" });
    const say = lipgan.readout(right, [
      ["step", "step"], ["omega", "Ω"], ["variation", "variation of the slope on Ω"],
      ["steepness", "steepest |∇f| on the grid, at most k⁴"], ["distance", "distance from the best place"],
    ]);
    const state = append(panel, "p", { class: "fine", role: "status", "aria-live": "polite" });

    const gap = () => Math.hypot(trainer.point[0] - median[0], trainer.point[1] - median[1]);
    function begin() {
      trainer = new lipgan.Trainer({ loss: LOSSES[loss.value], alpha: alpha.value, k: k.value, data, start: START, seed });
      median = geometricMedian(data);
      trail = [[...trainer.point]];
      distances = [[0, gap()]];
      state.textContent = "";
    }
    function train(steps) {
      for (let i = 0; i < steps && trainer.divergedAt === null; i++) trainer.advance();
      if (trainer.divergedAt !== null) {
        run(false);
        state.textContent = `Diverged at step ${trainer.divergedAt}: a score is not finite.`;
        return;
      }
      trail.push([...trainer.point]);
      distances.push([trainer.step, gap()]);
      if (trail.length > 1200) { // long trainings keep every other moment
        trail = trail.filter((_, i) => i % 2 === 0);
        distances = distances.filter((_, i) => i % 2 === 0);
      }
    }
    function draw() {
      plane.draw(trainer, trail, median);
      lipgan.drawLoss(curve, trainer.loss.terms.d_real, trainer.omega?.map((f) => trainer.alpha * f));
      drawDistance(course, distances);
      const { omega } = trainer, sound = omega?.every(Number.isFinite);
      say("step", String(trainer.step));
      say("omega", sound ? `${format(omega[0])} to ${format(omega[1])}` : "–");
      say("variation", sound ? format(lipgan.nonlinearity(trainer.loss, ...omega.map((f) => trainer.alpha * f))) : "–");
      say("distance", format(gap()));
      if (trainer.divergedAt === null) say("steepness", `${format(steepest())}, ${format(k.value ** 4)}`);
    }
    function steepest() {
      const place = (i) => WORLD[0] + ((i + 0.5) * (WORLD[1] - WORLD[0])) / ARROWS;
      let most = 0;
      for (let i = 0; i < ARROWS; i++) {
        for (let j = 0; j < ARROWS; j++) most = Math.max(most, Math.hypot(...trainer.gradient([place(i), place(j)])));
      }
      return most;
    }
    // With reduced motion the pictures change twice a second, by as many steps.
    function frame() {
      if (!running) return;
      const calm = still.matches;
      train(calm ? 30 * speed.value : speed.value);
      draw();
      if (running) timer = calm ? setTimeout(frame, 500) : requestAnimationFrame(frame);
    }
    function run(wanted) {
      running = wanted;
      play.textContent = running ? "Pause" : "Play";
      play.setAttribute("aria-label", play.textContent);
      clearTimeout(timer);
      cancelAnimationFrame(timer);
      if (running) frame();
    }
    begin();
    draw();
  };
  Object.assign(lipgan, { geometricMedian });
})();
