// The toy of lipgan's Figure 1 in plain JavaScript: a 2-w-w-w-1 discriminator with
// spectral normalization against one free point, RMSProp for both, all data in each
// batch. Mirrors models.toy_discriminator, regularizers.SpectralNormalization,
// optimizers.RMSProp and gan/step.py in 64-bit arithmetic; tested step by step against them.
(() => {
  "use strict";
  const { normalFrom, scaledValue, scaledSlope, uniformFrom } = window.lipgan;
  const TINY = 1e-12, LEAK = 0.2, WARM_UP = 15;
  const DECAY = 0.99, EPS = 1e-8;

  function normalized(vector) {
    let sum = 0;
    for (const x of vector) sum += x * x;
    const size = Math.max(Math.sqrt(sum), TINY);
    return vector.map((x) => x / size);
  }
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

  class Layer {
    // weight: Float64Array (outputs x inputs), row by row; u: left singular vector.
    constructor(outputs, inputs, weight, bias, u) {
      Object.assign(this, { outputs, inputs, weight, bias, u });
      this.used = new Float64Array(weight.length); // k W / sigma
      this.gradWeight = new Float64Array(weight.length);
      this.gradBias = new Float64Array(outputs);
      this.squareWeight = new Float64Array(weight.length);
      this.squareBias = new Float64Array(outputs);
    }
    times(vector, matrix = this.weight) {
      const out = new Float64Array(this.outputs);
      for (let i = 0, at = 0; i < this.outputs; i++) {
        let sum = 0;
        for (let j = 0; j < this.inputs; j++) sum += matrix[at++] * vector[j];
        out[i] = sum;
      }
      return out;
    }
    transposeTimes(vector, matrix = this.weight) {
      const out = new Float64Array(this.inputs);
      for (let i = 0, at = 0; i < this.outputs; i++) {
        for (let j = 0; j < this.inputs; j++) out[j] += matrix[at++] * vector[i];
      }
      return out;
    }
    right() { return normalized(this.transposeTimes(this.u)); }
    advance() { this.u = normalized(this.times(this.right())); }
    normalize(k) {
      this.v = this.right();
      this.sigma = dot(this.u, this.times(this.v));
      const factor = k / this.sigma;
      for (let i = 0; i < this.weight.length; i++) this.used[i] = factor * this.weight[i];
    }
    // From the gradient of k W / sigma to that of W; u and v count as constants.
    pullBack(k) {
      const { gradWeight: g, weight: w, sigma } = this;
      const along = (k / sigma ** 2) * dot(g, w);
      for (let i = 0, at = 0; i < this.outputs; i++) {
        for (let j = 0; j < this.inputs; j++, at++) {
          g[at] = (k / sigma) * g[at] - along * this.u[i] * this.v[j];
        }
      }
    }
    descend(rate) {
      rmsProp(this.weight, this.gradWeight, this.squareWeight, rate);
      rmsProp(this.bias, this.gradBias, this.squareBias, rate);
    }
  }

  function rmsProp(values, grads, squares, rate) {
    for (let i = 0; i < values.length; i++) {
      squares[i] = DECAY * squares[i] + (1 - DECAY) * grads[i] ** 2;
      values[i] -= (rate * grads[i]) / (Math.sqrt(squares[i]) + EPS);
    }
  }

  function drawLayer(outputs, inputs, uniform) {
    const bound = inputs ** -0.5, normal = normalFrom(uniform);
    const draw = (count, next) => Float64Array.from({ length: count }, next);
    const side = () => bound * (2 * uniform() - 1);
    const weight = draw(outputs * inputs, side), bias = draw(outputs, side);
    const layer = new Layer(outputs, inputs, weight, bias, normalized(draw(outputs, normal)));
    for (let i = 0; i < WARM_UP; i++) layer.advance();
    return layer;
  }

  class Trainer {
    // options: loss (entry of LOSSES), alpha, k, data [[x, y]...], start [x, y],
    // seed and width, or layers [{weight: rows, bias, u}] as they stand in Python.
    constructor(options) {
      const { loss, alpha = 1, k = 1, data, start = [-2, 0.5], seed = 0, width = 64 } = options;
      Object.assign(this, { loss, alpha, k, data: data.map((p) => [...p]), point: [...start] });
      Object.assign(this, { rateD: 1e-3, rateG: 2e-3, step: 0, divergedAt: null });
      this.pointSquare = [0, 0];
      const widths = [2, width, width, width, 1], uniform = uniformFrom(seed + 1);
      this.layers = options.layers
        ? options.layers.map(({ weight, bias, u }) => new Layer(weight.length, weight[0].length,
          Float64Array.from(weight.flat()), Float64Array.from(bias), Float64Array.from(u)))
        : widths.slice(1).map((outputs, i) => drawLayer(outputs, widths[i], uniform));
      this.renew();
    }

    // After a change of k or of the weights.
    renew() { for (const layer of this.layers) layer.normalize(this.k); }

    // Score of one point; `trace` collects the inputs of the layers for backward().
    score(point, trace = null) {
      let x = point;
      this.layers.forEach((layer, i) => {
        const y = layer.times(x, layer.used);
        const last = i === this.layers.length - 1;
        for (let j = 0; j < y.length; j++) {
          y[j] += layer.bias[j];
          if (!last && y[j] <= 0) y[j] *= LEAK;
        }
        trace?.push(x);
        x = y;
      });
      return x[0];
    }

    // Gradient of `slope` times the score with respect to the point; with `train`, the
    // gradients of the used weights and the biases are added up on the way.
    backward(trace, slope, train) {
      let grad = Float64Array.of(slope);
      for (let i = this.layers.length - 1; i >= 0; i--) {
        const layer = this.layers[i], x = trace[i];
        if (train) {
          for (let r = 0, at = 0; r < layer.outputs; r++) {
            layer.gradBias[r] += grad[r];
            for (let c = 0; c < layer.inputs; c++) layer.gradWeight[at++] += grad[r] * x[c];
          }
        }
        grad = layer.transposeTimes(grad, layer.used);
        if (i) for (let c = 0; c < grad.length; c++) if (x[c] <= 0) grad[c] *= LEAK;
      }
      return grad;
    }

    gradient(point) {
      const trace = [];
      this.score(point, trace);
      return this.backward(trace, 1, false);
    }

    note(scores) {
      if (this.divergedAt === null && !scores.every(Number.isFinite)) this.divergedAt = this.step;
    }

    discriminatorStep() {
      const { d_real: real, d_fake: fake } = this.loss.terms, { alpha, k, layers } = this;
      for (const layer of layers) {
        layer.advance();
        layer.normalize(k);
        layer.gradWeight.fill(0);
        layer.gradBias.fill(0);
      }
      const batch = [...this.data.map((x) => [x, real, this.data.length]), [this.point, fake, 1]];
      let total = 0;
      const scores = batch.map(([x, term, count]) => {
        const trace = [], score = this.score(x, trace);
        total += scaledValue(term, alpha, score) / count;
        this.backward(trace, scaledSlope(term, alpha, score) / count, true);
        return score;
      });
      this.omega = [Math.min(...scores), Math.max(...scores)];
      this.lossD = total;
      for (const layer of layers) {
        layer.pullBack(k);
        layer.descend(this.rateD);
      }
      this.note(scores);
    }

    generatorStep() {
      this.renew();
      const term = this.loss.terms.g_fake, trace = [];
      const score = this.score(this.point, trace);
      const grad = this.backward(trace, scaledSlope(term, this.alpha, score), false);
      rmsProp(this.point, grad, this.pointSquare, this.rateG);
      this.note([score]);
    }

    // One update of the discriminator, one of the point; stops at non-finite scores.
    advance() {
      if (this.divergedAt !== null) return;
      this.step++;
      this.discriminatorStep();
      this.generatorStep();
    }
  }

  Object.assign(window.lipgan, { Trainer });
})();
