"""A penalty on explicit violations of the Lipschitz condition, found adversarially."""

import math
from typing import ClassVar

import torch
from torch import Tensor

from lipgan.gan.regularizers.base import Batch, Critic, Regularizer, Strength
from lipgan.gan.regularizers.samples import over_samples

TINY = 1e-10  # floor of a distance between two samples
PUBLISHED_INPUTS = 32 * 32 * 3  # for which the published reaches are meant


class AdversarialLipschitzPenalty(Regularizer):
    """Weight * E[max(0, |f(x) - f(y)| / |x - y| - k)^2] at adversarial y near x.

    For every real and fake x one step of power iteration finds the direction in which
    |f(x) - f(y)| grows fastest; y lies U[0.1, 10] away from x along it, moved back into
    [-1, 1] for images, and |x - y| is the distance after that. Only first derivatives
    are needed. Where f is flat, the random start of the iteration is the direction.

    Distances are those of 3,072 inputs; others are scaled by the root of their number.

    Source: Terjék 2020 (Adversarial Lipschitz Regularization) and its released code.
    """

    label: ClassVar[str] = "ALP"
    uses_k: ClassVar[bool] = True
    uses_weight: ClassVar[bool] = True
    iterations: ClassVar[int] = 1
    probe: ClassVar[float] = 10.0  # xi, how far the iteration looks
    reach: ClassVar[tuple[float, float]] = (0.1, 10.0)  # epsilon, drawn per sample

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        x = torch.cat([batch.x_real, batch.x_fake], dim=1)
        scale = math.sqrt(math.prod(x.shape[2:]) / PUBLISHED_INPUTS)
        start = batch.uniform(*x.shape[1:], purpose="direction") - 0.5
        direction = _unit(start, start)
        for _ in range(self.iterations):
            direction = _steepest(critic, x, direction, scale * self.probe)
        low, high = self.reach
        far = low + (high - low) * batch.uniform(x.shape[1], purpose="reach")
        y = _within(x, x + scale * over_samples(far, x) * direction)
        distance = (x - y).flatten(2).norm(dim=2).clamp(min=TINY)
        f_x, f_y = critic(torch.cat([x, y], dim=1)).chunk(2, dim=1)
        violation = (f_x - f_y).abs() / distance - strength.k[:, None]
        return strength.weight * violation.clamp(min=0).square().mean(1)


def _steepest(critic: Critic, x: Tensor, direction: Tensor, step: float) -> Tensor:
    """One power iteration: the unit gradient of |f(x) - f(x + step d)| in d."""
    with torch.no_grad():
        f_x = critic(x)
    direction = direction.detach().requires_grad_()
    gap = (f_x - critic(_within(x, x + step * direction))).abs()
    (grad,) = torch.autograd.grad(gap.sum(), direction)
    return _unit(grad, direction.detach())


def _unit(x: Tensor, otherwise: Tensor) -> Tensor:
    """Samples (E, B, *shape) of length 1; those of length 0 are replaced."""
    norm = over_samples(x.flatten(2).norm(dim=2), x)
    return torch.where(norm > 0, x / norm, otherwise)


def _within(x: Tensor, moved: Tensor) -> Tensor:
    """Images stay within [-1, 1]; points of the plane are free."""
    return moved if x.ndim == 3 else moved.clamp(-1, 1)
