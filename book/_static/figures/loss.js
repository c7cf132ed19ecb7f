// The finding in one picture: a loss, the part of it that k and alpha leave in use
// (red), and whether that part is straight. With the class `with-taylor` also the
// distance from the tangent (Eqs. 8 and 9).
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { LOSSES, append, format, grid, percent } = lipgan;
  const TERMS = { d_real: "discriminator, real", d_fake: "discriminator, generated", g_fake: "generator" };
  const TAYLOR_REACH = 3;

  // Median measured Omega at k: between the seven trained values of k, center and
  // log-width are interpolated in log k. Null where most runs lost their scores.
  function measuredOmega(domains, loss, k) {
    const cells = domains.cells[loss], ks = domains.ks;
    let i = 0;
    while (i < ks.length - 2 && k > ks[i + 1]) i++;
    const near = k <= ks[i] * 1.0001 ? [i] : k >= ks[i + 1] * 0.9999 ? [i + 1] : [i, i + 1];
    const ends = near.map((j) => cells[j].omega);
    if (ends.includes(null)) return null;
    if (near.length === 1) return ends[0];
    const share = Math.log(k / ks[i]) / Math.log(ks[i + 1] / ks[i]);
    const mix = (f) => f(ends[0]) * (1 - share) + f(ends[1]) * share;
    const center = mix(([low, high]) => (low + high) / 2);
    const half = Math.exp(mix(([low, high]) => Math.log(high - low))) / 2;
    return [center - half, center + half];
  }

  function boundOmega(domains, k) {
    const half = lipgan.domainBound(k ** domains.layers, domains.inputs) / 2;
    return [-half, half];
  }

  // Stated measure and thresholds: domains.nonlinearity, book/figure_data.py.
  function judge(domains, loss, alpha, omega) {
    const bend = lipgan.nonlinearity(LOSSES[loss], alpha * omega[0], alpha * omega[1]);
    const zone = bend <= domains.straight ? "straight" : bend >= domains.bent ? "bent" : "between";
    return { bend, zone };
  }

  const VERDICTS = {
    straight: "Nearly straight: here this loss pushes like WGAN.",
    between: "Neither straight nor bent.",
    bent: "Bent: expect it to get worse or to break.",
  };

  function verdictText(domains, { bend, zone }) {
    const { cells, broken, worse } = domains.counts[zone];
    const limit = zone === "straight" ? `up to ${percent(domains.straight)}`
      : zone === "bent" ? `${percent(domains.bent)} and more` : "in between";
    return `The slope varies by ${percent(bend)} of its largest value over Ω. Of ${cells} `
      + `published cells with ${limit}, ${broken} broke and ${worse} more ended over `
      + `${domains.worse} times as far from the data as WGAN at k = 1.`;
  }

  // L_alpha over Omega, from its value at the center: summed up from slopes where the
  // difference of values would drown in rounding.
  function overOmega(term, alpha, [low, high]) {
    const count = alpha * (high - low) > 1 ? 4001 : 401;
    const scores = grid(low, high, count), center = (low + high) / 2;
    if (alpha * (high - low) > 1) {
      const start = lipgan.scaledValue(term, alpha, center);
      return scores.map((f) => [f, lipgan.scaledValue(term, alpha, f) - start]);
    }
    let value = 0;
    const step = (high - low) / (count - 1), curve = [[low, 0]];
    for (let i = 1; i < count; i++) {
      value += step * lipgan.scaledSlope(term, alpha, (scores[i - 1] + scores[i]) / 2);
      curve.push([scores[i], value]);
    }
    const middle = curve[(count - 1) / 2][1];
    return curve.map(([f, y]) => [f, y - middle]);
  }

  function drawZoom(plot, term, alpha, omega) {
    const curve = overOmega(term, alpha, omega), center = (omega[0] + omega[1]) / 2;
    const slope = lipgan.scaledSlope(term, alpha, center);
    const values = curve.map((p) => p[1]).filter((y) => Number.isFinite(y) && Math.abs(y) < 1e30);
    let low = Math.min(...values), high = Math.max(...values);
    if (!(high > low)) [low, high] = [-1, 1];
    const margin = 0.12 * (high - low);
    const xTicks = [omega[0] + 0.12 * (omega[1] - omega[0]), omega[1] - 0.12 * (omega[1] - omega[0])];
    plot.clear(omega, [low - margin, high + margin], { yTicks: [], xTicks });
    plot.line(curve, "omega");
    plot.line(omega.map((f) => [f, slope * (f - center)]), "tangent");
    if (values.length < curve.length) plot.note("overflows");
  }

  function drawTaylor(plot, term, alpha) {
    const alphas = grid(-11, 3, 57).map((n) => 10 ** n);
    const points = alphas.map((a) => [a, Math.max(lipgan.tangentDistance(term, a, TAYLOR_REACH), 1e-17)]);
    plot.clear([1e-11, 1e3], [1e-13, 1e3], { xLog: true, yLog: true });
    plot.line(points.filter((p) => p[1] > 1e-16), "curve");
    plot.line([[alpha, 1e-13], [alpha, 1e3]], "here");
    const now = lipgan.tangentDistance(term, alpha, TAYLOR_REACH);
    if (now > 1e-16) plot.dot(alpha, now, "here-dot");
    else plot.note("this loss is its own tangent");
    return now;
  }

  lipgan.figures.loss = (panel, figure) => {
    const domains = lipgan.data.domains, taylor = figure.classList.contains("with-taylor");
    const controls = append(panel, "div", { class: "controls" });
    const change = () => update();
    const names = Object.keys(domains.cells).map((key) => [key, LOSSES[key].label]);
    const loss = lipgan.choice(controls, { label: "Loss", options: names, value: "cos", change });
    const k = lipgan.slider(controls, { label: "k, per layer", min: 0.2, max: 50, value: 1, change });
    const alpha = lipgan.slider(controls, { label: "α, domain scaling", min: 1e-11, max: 1e3, steps: 56, value: 1, change });
    const term = taylor && lipgan.choice(controls, { label: "Term", options: Object.entries(TERMS), value: "d_real", change });
    const source = lipgan.choice(controls, {
      label: "Ω from", value: "runs", change,
      options: [["runs", `our runs: digits, ${domains.seeds} seeds`], ["bound", "Theorem 1's bound, K = kⁿ"]],
    });
    const buttons = append(panel, "div", { class: "buttons" });
    const preset = (kValue, alphaValue) => () => { k.value = kValue; alpha.value = alphaValue; update(); };
    lipgan.button(buttons, "Tight k", preset(1, 1), "Tight k: k = 1, α = 1");
    lipgan.button(buttons, "Loose k", preset(50, 1), "Loose k: k = 50, α = 1");
    lipgan.button(buttons, "Loose k, small α", preset(50, 1e-7), "Loose k, small α: k = 50, α = 10⁻⁷");

    const verdict = append(panel, "div", { class: "verdict-line", role: "status", "aria-live": "polite" });
    const word = append(verdict, "strong"), reason = append(verdict, "div");
    const panels = append(panel, "div", { class: "panels" });
    const view = (title, options) => {
      const box = append(panels, "div");
      append(box, "h4", {}, title);
      return new lipgan.Plot(box, { left: 24, ...options });
    };
    const curve = view("The loss; in red what is in use", { label: "The loss over α times the score, the attained domain in red", x: "α f" });
    const zoom = view("Only the red part, enlarged", { label: "The scaled loss on the attained domain and its tangent", x: "score f, from end to end of Ω" });
    const bend = taylor && view("Distance from the tangent at 0", { left: 46, label: "Distance of the scaled loss from its tangent against alpha", x: "α", y: "" });
    const say = lipgan.readout(panel, [
      ["omega", "Ω"], ["slopes", "slopes on Ω, all three terms"], ["variation", "relative variation of the slope"],
      ...(taylor ? [["taylor", `distance from the tangent, |f| ≤ ${TAYLOR_REACH}`]] : []),
    ]);
    const origin = append(panel, "p", { class: "fine" });

    function update() {
      const measured = source.value === "runs" ? measuredOmega(domains, loss.value, k.value) : null;
      const omega = measured ?? boundOmega(domains, k.value);
      const ends = omega.map((f) => alpha.value * f);
      const chosen = LOSSES[loss.value].terms[term ? term.value : "d_real"];
      const found = judge(domains, loss.value, alpha.value, omega);
      verdict.className = `verdict-line ${found.zone}`;
      word.textContent = VERDICTS[found.zone];
      reason.textContent = verdictText(domains, found);
      lipgan.drawLoss(curve, chosen, ends);
      drawZoom(zoom, chosen, alpha.value, omega);
      if (bend) say("taylor", format(drawTaylor(bend, chosen, alpha.value)));
      const slopes = Object.values(LOSSES[loss.value].terms).map((t) => lipgan.attainedSlopes(t, ...ends));
      say("omega", `${format(omega[0])} to ${format(omega[1])}, width ${format(omega[1] - omega[0])}`);
      say("slopes", slopes.map(([a, b]) => `${format(a)} to ${format(b)}`).join("; "));
      say("variation", format(found.bend));
      origin.textContent = measured
        ? `Ω: median over ${domains.seeds} seeds of our SN-GANs on digits at α = 1, second half of training; `
          + "interpolated between the seven trained k. A network trained at another α would have a domain of its own."
        : (source.value === "runs" ? "Most of our runs here ended in scores that are not finite; drawn instead: " : "")
          + `Theorem 1's bound 2 K √d for d = ${domains.inputs} and K = k^${domains.layers}, centered at 0.`;
    }
    update();
  };
  Object.assign(lipgan, { measuredOmega, judge });
})();
