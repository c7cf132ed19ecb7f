"""Regularizers that act on the discriminator's weights."""

import math
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lipgan.gan.regularizers.base import Regularizer, Strength

TINY = 1e-12


class SpectralNormalization(Regularizer):
    """W -> k W / sigma(W) in every layer, sigma by power iteration.

    The matrix of a convolution is its kernel reshaped to (outputs, inputs x area), as
    published; the operator norm of the convolution is up to twice as large
    (``metrics.conv_norm``). Biases are left alone. One iteration per discriminator
    update after 15 at the start; no gradient flows through the singular vectors.

    Source: Miyato et al. 2018; the factor k_SN is Qin et al. 2020, Eq. 12.
    """

    label: ClassVar[str] = "SN"
    uses_k: ClassVar[bool] = True
    k_per_layer: ClassVar[bool] = True
    warm_up: ClassVar[int] = 15

    def start(self, matrix: Tensor, noise: Tensor) -> Tensor:
        """A left singular vector (E, m) after the warm-up iterations."""
        u = normalize(noise, dim=1, eps=TINY)
        for _ in range(self.warm_up):
            u = self.advance(matrix, u)
        return u

    def advance(self, matrix: Tensor, state: Tensor) -> Tensor:
        """One power iteration: u <- W v / |W v|."""
        return normalize(_times(matrix, self._right(matrix, state)), dim=1, eps=TINY)

    def weight(self, matrix: Tensor, state: Tensor, strength: Strength) -> Tensor:
        """K W / sigma with sigma = u' W v."""
        with torch.no_grad():
            v = self._right(matrix, state)
        sigma = (state * _times(matrix, v)).sum(1)
        return (strength.k / sigma)[:, None, None] * matrix

    @staticmethod
    def _right(matrix: Tensor, u: Tensor) -> Tensor:
        return normalize(_times(matrix.transpose(1, 2), u), dim=1, eps=TINY)


class StableRankNormalization(SpectralNormalization):
    """SRN+SN: spectral normalization that also caps the stable rank of every layer.

    Of W / sigma, the part beside the first singular pair shrinks until the stable rank
    |W|_F^2 / sigma^2 is at most ``share`` times the smaller side of the matrix; layers
    below that are left alone. The largest singular value stays k.

    Qin et al. 2020 use SRN+SN in their supplement and name no share. Here it is 0.3,
    the smallest that its authors tried, because larger ones leave narrow layers as
    they are.

    Source: Sanyal et al. 2020.
    """

    label: ClassVar[str] = "SRN+SN"
    share: ClassVar[float] = 0.3

    def weight(self, matrix: Tensor, state: Tensor, strength: Strength) -> Tensor:
        """K (S1 + c S2), with S1 + S2 = W / sigma and S1 = u v'."""
        with torch.no_grad():
            v = self._right(matrix, state)
            first = state[:, :, None] * v[:, None, :]
        sigma = (state * _times(matrix, v)).sum(1)
        rest = matrix / sigma[:, None, None] - first
        rank = max(1.0, self.share * min(matrix.shape[1:]))
        norm = (rest.square().sum((1, 2)) + TINY).sqrt()
        factor = (math.sqrt(rank - 1) / norm).clamp(max=1)
        return strength.k[:, None, None] * (first + factor[:, None, None] * rest)


class WeightClipping(Regularizer):
    """Every parameter back into [-k, k] after each update of the discriminator.

    Here k is the largest entry, not a Lipschitz constant; published with 0.01.

    Source: Arjovsky et al. 2017 (WGAN).
    """

    label: ClassVar[str] = "clipping"
    uses_k: ClassVar[bool] = True

    def project(self, parameter: Tensor, strength: Strength) -> Tensor:
        """The nearest parameter within the bounds."""
        k = strength.k.view(-1, *[1] * (parameter.ndim - 1))
        return parameter.clamp(-k, k)


def _times(matrix: Tensor, vector: Tensor) -> Tensor:
    """Batched matrix-vector product, (E, m, n) and (E, n) to (E, m)."""
    return torch.bmm(matrix, vector[:, :, None])[:, :, 0]
