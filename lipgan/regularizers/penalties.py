"""Regularizers that add a term to the discriminator's loss."""

from typing import ClassVar

import torch
from torch import Tensor

from lipgan.regularizers.base import Critic, Regularizer, Strength

TINY = 1e-12  # keeps the root's derivative finite where the gradient vanishes


def interpolate(x_real: Tensor, x_fake: Tensor, uniform: Tensor) -> Tensor:
    """One point on the line from each fake to its real sample.

    Args:
        x_real: (E, B, *shape).
        x_fake: (E, B, *shape).
        uniform: position per sample, (E, B), 0 at the fake end.
    """
    t = uniform.view(*uniform.shape, *[1] * (x_real.ndim - 2))
    return t * x_real + (1 - t) * x_fake


def slopes(critic: Critic, x: Tensor) -> Tensor:
    """Norm of the input gradient per sample, (E, B), differentiable once more."""
    x = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (grad.flatten(2).square().sum(2) + TINY).sqrt()


class GradientPenalty(Regularizer):
    """Weight * E[(|grad f(x_hat)| - k)^2], two-sided, on real-fake lines.

    The gradient is that of the raw score f. The paper's Eq. 11 writes D, which its
    Sec. 3.1 defines as L(f); f is what Gulrajani et al. penalize.

    Source: Gulrajani et al. 2017; the target k_GP is Qin et al. 2020, Eq. 11.
    """

    label: ClassVar[str] = "GP"
    uses_k: ClassVar[bool] = True

    def penalty(
        self,
        critic: Critic,
        x_real: Tensor,
        x_fake: Tensor,
        uniform: Tensor,
        strength: Strength,
    ) -> Tensor:
        """The penalty of each member, (E,)."""
        norms = slopes(critic, interpolate(x_real, x_fake, uniform))
        return strength.weight * (norms - strength.k[:, None]).square().mean(1)
