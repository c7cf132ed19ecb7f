// Random numbers from a seed, so that a picture can be had again.
(() => {
  "use strict";

  // Uniform in [0, 1): 32-bit mulberry.
  function uniformFrom(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let x = Math.imul(state ^ (state >>> 15), state | 1);
      x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
      return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
    };
  }
  // Normal with mean 0 and variance 1, after Box and Muller.
  function normalFrom(uniform) {
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

  Object.assign(window.lipgan, { uniformFrom, normalFrom });
})();
