// What the figures share: SVG plots with axes, controls with labels, number formats.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  function append(parent, tag, attributes = {}, text = "") {
    const svg = parent instanceof SVGElement || tag === "svg";
    const node = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text) node.textContent = text;
    parent.append(node);
    return node;
  }

  const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const power = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => SUPERSCRIPTS[d]);

  // Three digits, powers of ten outside of 0.001 to 99,999.
  function format(x, digits = 3) {
    if (Number.isNaN(x)) return "none";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
    const size = Math.abs(x);
    if (size && (size < 1e-3 || size >= 1e5)) {
      const [front, exponent] = x.toExponential(digits - 1).split("e");
      const short = String(Number(front)).replace("-", "−");
      const ten = `10${power(Number(exponent))}`;
      return short === "1" ? ten : `${short} × ${ten}`;
    }
    const text = size >= 1000 ? Math.round(x).toLocaleString("en-US") : String(Number(x.toPrecision(digits)));
    return text.replace("-", "−");
  }

  const percent = (share) => `${format(100 * share, share < 0.1 ? 2 : 3)} %`;

  function linearTicks(low, high, count = 4) {
    const rough = (high - low) / count, ten = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * ten).find((s) => s >= rough * 0.999);
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
    return ticks;
  }
  function logTicks(low, high, count = 6) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const stride = Math.max(1, Math.ceil((last - first) / count));
    const ticks = [];
    for (let n = first; n <= last; n += stride) ticks.push(10 ** n);
    return ticks;
  }

  let clips = 0;
  // One panel with axes. Everything is drawn anew by `clear`, then `line`, `band`, ...
  class Plot {
    constructor(parent, { label, x, y, width = 340, height = 230, left = 46 }) {
      const bottom = height - 36;
      Object.assign(this, { left, top: 16, right: width - 12, bottom, xLabel: x, yLabel: y });
      this.svg = append(parent, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
      const clip = `lipgan-clip-${clips++}`;
      const box = append(append(append(this.svg, "defs"), "clipPath", { id: clip }), "rect");
      for (const [name, value] of Object.entries({ x: left, y: this.top, width: this.right - left, height: bottom - this.top })) box.setAttribute(name, value);
      this.axes = append(this.svg, "g");
      this.marks = append(this.svg, "g", { "clip-path": `url(#${clip})` });
    }
    // ranges: [low, high]; log: {x: true} for logarithmic axes.
    clear(xRange, yRange, { xLog = false, yLog = false, xTicks, yTicks, yText = format } = {}) {
      this.axes.replaceChildren();
      this.marks.replaceChildren();
      const scale = ([low, high], log, from, to) => {
        const f = log ? Math.log10 : (v) => v;
        return (v) => from + ((f(v) - f(low)) / (f(high) - f(low))) * (to - from);
      };
      this.x = scale(xRange, xLog, this.left, this.right);
      this.y = scale(yRange, yLog, this.bottom, this.top);
      const { left, right, top, bottom, axes } = this;
      for (const v of xTicks ?? (xLog ? logTicks : linearTicks)(...xRange)) {
        append(axes, "path", { class: "tick", d: `M${this.x(v)} ${bottom}v4` });
        append(axes, "text", { x: this.x(v), y: bottom + 16, "text-anchor": "middle" }, format(v));
      }
      for (const v of yTicks ?? (yLog ? logTicks : linearTicks)(...yRange)) {
        append(axes, "path", { class: "tick", d: `M${left} ${this.y(v)}h-4` });
        append(axes, "text", { x: left - 7, y: this.y(v) + 4, "text-anchor": "end" }, yText(v));
      }
      append(axes, "path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
      append(axes, "text", { x: (left + right) / 2, y: bottom + 32, "text-anchor": "middle" }, this.xLabel);
      if (this.yLabel) append(axes, "text", { x: 0, y: 0, transform: `translate(11 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, this.yLabel);
    }
    // points: [[x, y]...]; breaks where a coordinate is not finite.
    line(points, className) {
      let d = "", pen = "M";
      for (const [x, y] of points) {
        const px = this.x(x), py = Math.max(-1e4, Math.min(1e4, this.y(y)));
        if (!Number.isFinite(px) || Number.isNaN(py)) { pen = "M"; continue; }
        d += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
        pen = "L";
      }
      return append(this.marks, "path", { class: className, d });
    }
    dot(x, y, className, r = 4) {
      return append(this.marks, "circle", { class: className, cx: this.x(x), cy: this.y(y), r });
    }
    // A band [x, low, high] in order of x.
    band(points, className) {
      const sound = points.filter((p) => p.every(Number.isFinite));
      const there = sound.map(([x, , high]) => [x, high]);
      const back = sound.map(([x, low]) => [x, low]).reverse();
      const path = this.line([...there, ...back], className);
      if (sound.length) path.setAttribute("d", `${path.getAttribute("d")}Z`);
    }
    note(text) {
      append(this.axes, "text", { class: "note", x: this.right, y: this.top - 5, "text-anchor": "end" }, text);
    }
  }

  // A loss term over alpha times the score, the attained part in red. The axis reaches
  // `least` to both sides, or to the ends of the domain while that is below `most`;
  // of a domain farther off or wider it shows a part.
  function drawLoss(plot, term, ends, { least = 4, most = 15 } = {}) {
    const sound = ends?.every(Number.isFinite), [low, high] = sound ? ends : [0, 0];
    const pad = 0.15 * (high - low), grid = window.lipgan.grid;
    let span = [Math.min(-least, low - pad), Math.max(least, high + pad)];
    if (span[1] - span[0] > 2 * most) { // around 0, or what of the domain is next to it
      const half = Math.min(most, Math.max(least, 0.65 * (high - low)));
      const center = high - low < 2 * half ? (low + high) / 2 : Math.max(low, Math.min(high, 0));
      span = [center - half, center + half];
    }
    const inside = (x) => Math.max(span[0], Math.min(span[1], x));
    const curve = (a, b) => grid(a, b, 401).map((x) => [x, term.value(x)]);
    const wide = curve(...span), values = wide.map((p) => p[1]).filter((y) => Math.abs(y) < 1e30);
    const [bottom, top] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1], margin = 0.08 * (top - bottom || 1);
    const far = Math.abs(span[0] + span[1]) > 20 * (span[1] - span[0]); // ticks would look alike
    plot.clear(span, [bottom - margin, top + margin], { yTicks: [], ...(far && { xTicks: [(span[0] + span[1]) / 2] }) });
    plot.line(wide, "curve");
    if (values.length < wide.length) plot.note("overflows");
    if (!sound) return;
    plot.line(curve(inside(low), inside(high)), "omega");
    const middle = (low + high) / 2;
    if (high - low < 0.03 * (span[1] - span[0])) plot.dot(middle, term.value(middle), "omega-dot", 5);
    if (low < span[0] || high > span[1]) plot.note("Ω reaches beyond the axis");
  }

  let names = 0;
  // A labelled slider; `values` makes it run over a list, else from `min` to `max` in
  // logarithms. `text` says the value in words, for the output and screen readers.
  function slider(parent, { label, min, max, value, values, steps = 120, text = format, change }) {
    const id = `lipgan-control-${names++}`, row = append(parent, "div", { class: "control" });
    const top = append(row, "div", { class: "control-head" });
    append(top, "label", { for: id }, label);
    const output = append(top, "output", { for: id });
    const last = values ? values.length - 1 : steps;
    const input = append(row, "input", { id, type: "range", min: 0, max: last, step: 1 });
    const place = (v) => values ? values.indexOf(v)
      : Math.round((last * Math.log(v / min)) / Math.log(max / min));
    // Two digits, so that the numbers shown are the numbers used.
    const read = () => values ? values[input.value]
      : Number((min * (max / min) ** (input.value / last)).toPrecision(2));
    const show = () => {
      output.textContent = text(read());
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.value = place(value);
    input.addEventListener("input", () => { show(); change(); });
    show();
    return { get value() { return read(); }, set value(v) { input.value = place(v); show(); }, input };
  }

  // options: [[value, text]...]
  function choice(parent, { label, options, value, change }) {
    const id = `lipgan-control-${names++}`, row = append(parent, "div", { class: "control" });
    append(append(row, "div", { class: "control-head" }), "label", { for: id }, label);
    const select = append(row, "select", { id });
    for (const [key, text] of options) append(select, "option", { value: key }, text);
    select.value = value;
    select.addEventListener("input", change);
    return select;
  }

  function button(parent, text, action, label = text) {
    const node = append(parent, "button", { type: "button", "aria-label": label }, text);
    node.addEventListener("click", action);
    return node;
  }

  // Lines "name: value" with live numbers; returns a setter by name.
  function readout(parent, rows) {
    const list = append(parent, "dl", { class: "readout" }), outputs = {};
    for (const [key, label] of rows) {
      append(list, "dt", {}, label);
      outputs[key] = append(append(list, "dd"), "output", { "data-name": key, "aria-live": "off" });
    }
    return (key, text) => { outputs[key].textContent = text; };
  }

  Object.assign(window.lipgan, { append, format, percent, Plot, drawLoss, slider, choice, button, readout });
})();
