// The losses of lipgan/gan/losses.py, their slopes, and what
// lipgan/metrics/slopes.py and lipgan/claims/domains.py measure on them.
// tests/book/test_browser_figures.py
// holds every function here against its Python original.
(() => {
  "use strict";
  const { abs, cos, exp, expm1, hypot, log1p, max, min, sin } = Math;

  const sigmoid = (x) => (x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)));
  const softplus = (x) => max(x, 0) + log1p(exp(-abs(x)));
  const softplusAboveZero = (x) => max(x, 0) + log1p(expm1(-abs(x)) / 2);
  const root = (x) => hypot(x, 1);
  const rootAboveZero = (x) => x * (x / (root(x) + 1));
  const cosAboveZero = (x, shift) => 2 * sin(x / 2 + shift) * sin(x / 2);

  // A term: value L(x), aboveZero L(x) - L(0) without cancellation, slope.
  const term = (value, aboveZero, slope) => ({ value, aboveZero, slope });
  const parabola = (target) => term(
    (f) => (f - target) ** 2, (f) => f * (f - 2 * target), (f) => 2 * (f - target));
  const linear = (way) => term((f) => way * f, (f) => way * f, () => way);
  const cosine = (shift) => term(
    (f) => -cos(f + shift), (f) => cosAboveZero(f, shift),
    (f) => sin(f + shift));
  const NS_UP = term((f) => softplus(-f), (f) => softplusAboveZero(-f), (f) => -sigmoid(-f));
  const NS_DOWN = term(softplus, softplusAboveZero, sigmoid);
  const EXP_UP = term((f) => exp(-f), (f) => expm1(-f), (f) => -exp(-f));
  const EXP_DOWN = term(exp, expm1, exp);
  const SQRT_UP = term((f) => root(f) - f, (f) => rootAboveZero(f) - f,
    (f) => f / root(f) - 1);
  const SQRT_DOWN = term((f) => root(f) + f, (f) => rootAboveZero(f) + f,
    (f) => f / root(f) + 1);
  const HINGE_UP = term((f) => max(1 - f, 0), (f) => max(-f, -1),
    (f) => (f < 1 ? -1 : 0));
  const HINGE_DOWN = term((f) => max(1 + f, 0), (f) => max(f, -1),
    (f) => (f > -1 ? 1 : 0));
  const UP = linear(-1), DOWN = linear(1), COS_UP = cosine(-1), COS_DOWN = cosine(1);
  const TO_ONE = parabola(1), TO_ZERO = parabola(0), TO_MINUS_ONE = parabola(-1);

  const loss = (label, d_real, d_fake, g_fake) => ({ label, terms: { d_real, d_fake, g_fake } });
  const LOSSES = {
    ns: loss("NS", NS_UP, NS_DOWN, NS_UP),
    ls: loss("LS", TO_ONE, TO_ZERO, TO_ONE),
    ls_sharp: loss("LS#", TO_ONE, TO_MINUS_ONE, TO_ONE),
    wgan: loss("WGAN", UP, DOWN, UP),
    cos: loss("COS", COS_UP, COS_DOWN, COS_UP),
    exp: loss("EXP", EXP_UP, EXP_DOWN, EXP_UP),
    lgan_log: loss("LGAN-log", NS_UP, NS_DOWN, UP),
    lgan_sqrt: loss("LGAN-sqrt", SQRT_UP, SQRT_DOWN, UP),
    lgan_exp: loss("LGAN-exp", EXP_UP, EXP_DOWN, UP),
    hinge: loss("hinge", HINGE_UP, HINGE_DOWN, UP),
  };

  // L_alpha(f) = (L(alpha f) - L(0)) / alpha, slope L'(alpha f) (Eq. 8).
  const scaledValue = (term, alpha, f) => term.aboveZero(alpha * f) / alpha;
  const scaledSlope = (term, alpha, f) => term.slope(alpha * f);

  const POINTS = 2001;
  function grid(low, high, points = POINTS) {
    return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  }

  function attainedSlopes(term, low, high) {
    let least = Infinity, most = -Infinity;
    for (const x of grid(low, high)) {
      const slope = term.slope(x);
      least = min(least, slope);
      most = max(most, slope);
    }
    return [least, most];
  }

  // Relative variation of the slope, 0 to 2: domains.nonlinearity at one moment.
  const LARGEST = 1e300;
  function variation(least, most) {
    const [a, b] = [least, most].map((x) => min(max(x, -LARGEST), LARGEST));
    const size = max(abs(a), abs(b));
    return size ? b / size - a / size : 0;
  }
  function nonlinearity(loss, low, high) {
    const terms = Object.values(loss.terms);
    return max(...terms.map((term) => variation(...attainedSlopes(term, low, high))));
  }

  // Largest distance of L_alpha from its tangent at 0 over |f| <= reach, by reach.
  function tangentDistance(term, alpha, reach) {
    const start = term.slope(0);
    const gaps = grid(-reach, reach).map((f) => abs(scaledValue(term, alpha, f) - start * f));
    return max(...gaps) / reach;
  }

  // Theorem 1: a K-Lipschitz function on [-1, 1]^d has a range of width 2 K sqrt(d).
  const domainBound = (k, inputs) => 2 * k * Math.sqrt(inputs);

  Object.assign(window.lipgan, {
    LOSSES, scaledValue, scaledSlope, attainedSlopes, variation, nonlinearity,
    tangentDistance, domainBound, grid,
  });
})();
