"""Regularizers that act on the discriminator's output, by its input gradient.

Both are exact for piecewise linear networks (ReLU, LeakyReLU), whose gradient norm is
constant on each piece; with a smooth activation their bounds do not hold.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor

from lipgan.gan.regularizers.base import Critic, Regularizer, Strength
from lipgan.gan.regularizers.samples import norms, over_samples


class _GivenGradient(torch.autograd.Function):
    """Scores (E, B) of samples x whose gradient (E, B, *shape) is known already."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scores: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return scores.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return over_samples(grads[0], gradient) * gradient, None, None


class _OutputNormalization(Regularizer):
    """f -> F(f, n) with n = |grad_x f|, for the steps of both players."""

    uses_k: ClassVar[bool] = True
    normalizes_scores: ClassVar[bool] = True

    def normalized(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """F(f, n), (E, B)."""
        raise NotImplementedError

    def slope(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """dF/df at fixed n, (E, B): on a piece the score moves by this times f."""
        raise NotImplementedError

    def scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """Normalized scores, differentiable through the gradient norm."""
        trains = torch.is_grad_enabled()
        with torch.enable_grad():
            x = x if x.requires_grad else x.detach().requires_grad_()
            f = raw(x)
            (grad,) = torch.autograd.grad(f.sum(), x, create_graph=trains)
        return self.normalized(f, norms(grad), strength)

    def generator_scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """The same for the price of plain scores.

        On a linear piece n does not depend on x, so the input gradient of the score is
        that of f times ``slope``: no pass beside the one that finds grad f.
        """
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            f = raw(leaf)
            (grad,) = torch.autograd.grad(f.sum(), leaf)
        f, n = f.detach(), norms(grad)
        grad = over_samples(self.slope(f, n, strength), grad) * grad
        return _GivenGradient.apply(x, self.normalized(f, n, strength), grad)


class GraN(_OutputNormalization):
    """f -> k f n / (n^2 + eps) with n = |grad f|: slope below k on every linear piece.

    The output is not bounded, and jumps where n does, between pieces. ``eps`` = 0.1
    could not be confirmed from the paper; ``GraNTinyEps`` shows what it decides.

    Source: Bhaskara et al. 2022 (GraN-GAN).
    """

    label: ClassVar[str] = "GraN"
    eps: ClassVar[float] = 0.1

    def normalized(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """K f n / (n^2 + eps), (E, B)."""
        return self.slope(f, n, strength) * f

    def slope(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """K n / (n^2 + eps), (E, B)."""
        return strength.k[:, None] * n / (n.square() + self.eps)


class GraNTinyEps(GraN):
    """GraN with ``eps`` = 1e-6: the slope is K wherever n is above a hundredth."""

    label: ClassVar[str] = "GraN, ε = 1e-6"
    eps: ClassVar[float] = 1e-6


class GradientNormalization(_OutputNormalization):
    """f -> k f / (n + |f|) with n = |grad f|: within [-k, k], slope at most k.

    As published k is 1; another k scales the output.

    Source: Wu et al. 2021 (GN-GAN).
    """

    label: ClassVar[str] = "GN"

    def normalized(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """K f / (n + |f|), (E, B)."""
        return strength.k[:, None] * f / (n + f.abs())

    def slope(self, f: Tensor, n: Tensor, strength: Strength) -> Tensor:
        """K n / (n + |f|)^2, (E, B)."""
        return strength.k[:, None] * n / (n + f.abs()).square()
