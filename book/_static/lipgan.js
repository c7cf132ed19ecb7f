// Finds the interactive figures of a page and loads what each of them needs.
//
// Classic scripts alone: browsers refuse ES modules, and files read by a script, to
// pages that are opened from disk, and this book must work from a memory stick. Data
// are scripts too (book/figure_data.py). Until its scripts have run, and in print, a
// figure is the static picture that the page holds.
(() => {
  "use strict";
  const here = new URL("figures/", document.currentScript.src);
  const lipgan = (window.lipgan = { figures: {}, data: {}, assets: here.href });
  const NEEDS = {
    loss: ["losses", "svg", "data-domains", "loss"],
    bound: ["losses", "svg", "data-domains", "bound"],
    table3: ["losses", "svg", "cells", "data-table3", "table3"],
    plane: ["svg", "cells", "data-plane", "plane"],
    toy: ["losses", "svg", "random", "trainer", "toy"],
    generators: ["svg", "random", "network", "data-generators", "generators"],
  };
  const loading = new Map();

  function load(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(`${name}.js`, here).href;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${name}.js could not be loaded`));
        document.head.append(script);
      }));
    }
    return loading.get(name);
  }
  lipgan.load = load; // for what a figure needs only once it is used

  // A figure says what it is by its class, `interactive-loss` for instance: that is
  // what MyST's figures can carry.
  async function start(figure) {
    const name = /\binteractive-([a-z0-9]+)/.exec(figure.className)?.[1];
    if (!NEEDS[name]) return;
    try {
      for (const script of NEEDS[name]) await load(script);
      const panel = document.createElement("div");
      panel.className = "live";
      figure.prepend(panel);
      lipgan.figures[name](panel, figure);
      figure.classList.add("is-live");
    } catch (error) {
      figure.querySelector(".live")?.remove(); // the static picture stays
      console.error(`figure ${name}:`, error);
    }
  }

  // What scrolls must be reachable by keyboard, and the slider of a matplotlib
  // animation has no name of its own.
  function name() {
    const boxes = ".cell_output, .output, .pst-scrollable-table-container, pre, div.math, mjx-container";
    for (const box of document.querySelectorAll(boxes)) {
      const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      const style = getComputedStyle(box);
      const boxed = [style.overflowX, style.overflowY].some((x) => x === "auto" || x === "scroll");
      if (scrolls && boxed) box.tabIndex = 0;
    }
    for (const slider of document.querySelectorAll("input.anim-slider")) {
      slider.setAttribute("aria-label", "Frame of the animation");
    }
  }

  // A link to evidence that is folded opens its box.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const box = target?.closest("details");
    if (!box || box.open) return;
    box.open = true;
    box.scrollIntoView();
  }

  // Solutions that are folded on the screen are open on paper.
  function unfold() {
    for (const box of document.querySelectorAll("details:not([open])")) {
      box.open = true;
      addEventListener("afterprint", () => { box.open = false; }, { once: true });
    }
  }

  function all() {
    document.querySelectorAll('figure[class*="interactive-"]').forEach(start);
    name();
    addEventListener("load", name); // pictures have their sizes
    addEventListener("load", () => window.MathJax?.startup?.promise?.then(name));
    addEventListener("resize", name);
    addEventListener("beforeprint", unfold);
    addEventListener("hashchange", reveal);
    reveal();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
