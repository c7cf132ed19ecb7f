// A trained generator: noise to an image, as torch's modules do in evaluation mode.
// The layers are those of lipgan/gan/models.dcgan_generator, written out by
// book/figure_generators.py; tests/book/test_generators_javascript.py holds every
// published generator against PyTorch.
(() => {
  "use strict";

  // Half precision: 1 bit sign, 5 bits exponent, 10 bits fraction. The weights are
  // stored so; DataView.getFloat16 is too young to be relied on.
  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
      : sign * 2 ** -14 * (fraction / 1024);
  }
  function halves(base64) {
    const text = atob(base64), numbers = new Float32Array(text.length / 2);
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = half(text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8));
    }
    return numbers;
  }

  // What a kind of layer holds, in the order of its state in PyTorch.
  const HOLDS = {
    transposed: ({ inputs, outputs, kernel, bias }) =>
      [["weight", inputs * outputs * kernel ** 2], ...(bias ? [["shift", outputs]] : [])],
    normalization: ({ channels }) => ["weight", "bias", "mean", "variance"].map((name) => [name, channels]),
    relu: () => [],
    tanh: () => [],
  };

  // layers: [{kind, ...}], without weights. Returns them with theirs.
  function assemble(layers, base64) {
    const numbers = halves(base64);
    let at = 0;
    const filled = layers.map((layer) => {
      const own = { ...layer };
      for (const [name, count] of HOLDS[layer.kind](layer)) own[name] = numbers.subarray(at, (at += count));
      return own;
    });
    if (at !== numbers.length) throw new Error(`a generator has ${at} numbers, its file ${numbers.length}`);
    return filled;
  }

  // A feature map: {values, channels, side}, channel after channel, row after row.
  const pointwise = (f) => (x) => ({ ...x, values: x.values.map(f) });
  const APPLY = {
    // A strided convolution read backwards: every input pixel stamps its kernel, times
    // its value, onto the output, `stride` pixels from its neighbor's.
    transposed(x, { inputs, outputs, kernel, stride, padding, weight, shift }) {
      const side = (x.side - 1) * stride - 2 * padding + kernel;
      const values = new Float64Array(outputs * side * side);
      if (shift) values.forEach((_, i) => { values[i] = shift[Math.floor(i / side ** 2)]; });
      for (let input = 0, at = 0; input < inputs; input++) {
        for (let row = 0; row < x.side; row++) {
          for (let column = 0; column < x.side; column++) {
            const value = x.values[at++];
            if (value !== 0) stamp(value, input, row * stride - padding, column * stride - padding);
          }
        }
      }
      function stamp(value, input, top, left) {
        for (let output = 0; output < outputs; output++) {
          const from = (input * outputs + output) * kernel ** 2, to = output * side ** 2;
          for (let i = Math.max(0, -top); i < Math.min(kernel, side - top); i++) {
            for (let j = Math.max(0, -left); j < Math.min(kernel, side - left); j++) {
              values[to + (top + i) * side + left + j] += value * weight[from + i * kernel + j];
            }
          }
        }
      }
      return { values, channels: outputs, side };
    },
    // By the running statistics of training, so that an image depends on its own noise
    // alone and not on its batch.
    normalization(x, { epsilon, weight, bias, mean, variance }) {
      const values = x.values.map((value, i) => {
        const c = Math.floor(i / x.side ** 2);
        return ((value - mean[c]) / Math.sqrt(variance[c] + epsilon)) * weight[c] + bias[c];
      });
      return { ...x, values };
    },
    relu: pointwise((value) => Math.max(value, 0)),
    tanh: pointwise(Math.tanh),
  };

  // Pixels in [-1, 1], row after row, of one noise vector.
  function generate(layers, noise) {
    let x = { values: Float64Array.from(noise), channels: noise.length, side: 1 };
    for (const layer of layers) x = APPLY[layer.kind](x, layer);
    return x.values;
  }

  // From a to b on a circle: between two independent draws of N(0, I) every point is
  // such a draw, where the straight line would pass through noise that is too short.
  function between(a, b, share) {
    const angle = (share * Math.PI) / 2;
    return a.map((x, i) => Math.cos(angle) * x + Math.sin(angle) * b[i]);
  }

  Object.assign(window.lipgan, { halves, assemble, generate, between });
})();
