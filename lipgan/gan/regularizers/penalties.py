"""Regularizers that add a term on the input gradient to the discriminator's loss."""

from typing import ClassVar

import torch
from torch import Tensor

from lipgan.gan.regularizers.base import Batch, Critic, Regularizer, Strength
from lipgan.gan.regularizers.samples import norms, over_samples, squared_norms


def interpolate(x_real: Tensor, x_fake: Tensor, uniform: Tensor) -> Tensor:
    """One point on the line from each fake to its real sample.

    Args:
        x_real: (E, B, *shape).
        x_fake: (E, B, *shape).
        uniform: position per sample, (E, B), 0 at the fake end.
    """
    t = over_samples(uniform, x_real)
    return t * x_real + (1 - t) * x_fake


def gradients(critic: Critic, x: Tensor) -> Tensor:
    """Input gradients (E, B, *shape), differentiable once more in the weights."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]


class GradientPenalty(Regularizer):
    """Weight * E[(|grad f(x_hat)| - k)^2], two-sided, on real-fake lines.

    The gradient is that of the raw score f. The paper's Eq. 11 writes D, which its
    Sec. 3.1 defines as L(f); f is what Gulrajani et al. penalize.

    Source: Gulrajani et al. 2017; the target k_GP is Qin et al. 2020, Eq. 11.
    """

    label: ClassVar[str] = "GP"
    uses_k: ClassVar[bool] = True
    uses_weight: ClassVar[bool] = True

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        slopes = norms(gradients(critic, _on_lines(batch)))
        return strength.weight * (slopes - strength.k[:, None]).square().mean(1)


class ZeroCenteredPenalty(Regularizer):
    """Weight * E[|grad f(x_hat)|^2] on real-fake lines: slopes are pulled to 0.

    Source: Mescheder et al. 2018 (released code, "wgangp0").
    """

    label: ClassVar[str] = "GP-0"
    uses_weight: ClassVar[bool] = True

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        return strength.weight * _mean_square(critic, _on_lines(batch))


class R1(Regularizer):
    """Weight / 2 * E[|grad f|^2] on real samples.

    The weight is the gamma of the formula; the authors' code leaves out the half, so
    its 10 is 20 here.

    Source: Mescheder et al. 2018.
    """

    label: ClassVar[str] = "R1"
    uses_weight: ClassVar[bool] = True

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        return strength.weight / 2 * _mean_square(critic, batch.x_real)


class R2(R1):
    """Weight / 2 * E[|grad f|^2] on generated samples. Source: as ``R1``."""

    label: ClassVar[str] = "R2"

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        return strength.weight / 2 * _mean_square(critic, batch.x_fake)


class MaxGradientPenalty(Regularizer):
    """Weight * (max |grad f(x_hat)|)^2 over the points of a batch on real-fake lines.

    With ``share`` above 0, that share of a batch is kept from one update to the next:
    the steepest points so far, shown again beside the fresh ones.

    Source: Zhou et al. 2019 (Lipschitz GANs) and their released code.
    """

    label: ClassVar[str] = "MaxGP"
    uses_weight: ClassVar[bool] = True

    def __init__(self, share: float = 0.0) -> None:
        """Keep ``share`` (0 to 1) of a batch in memory."""
        self.share = share
        if share:
            self.label = "MaxGP with memory"  # type: ignore[misc]

    def penalty(self, critic: Critic, batch: Batch, strength: Strength) -> Tensor:
        """The penalty of each member, (E,)."""
        x = _on_lines(batch)
        kept = round(self.share * x.shape[1])
        if kept:
            middle = (batch.x_real + batch.x_fake)[:, :kept] / 2
            x = torch.cat([x, batch.memory.get("steepest", middle)], dim=1)
        squares = squared_norms(gradients(critic, x))
        if kept:
            rows = torch.arange(len(x), device=x.device)[:, None]
            batch.memory["steepest"] = x[rows, squares.topk(kept, dim=1).indices]
        return strength.weight * squares.amax(1)


def _mean_square(critic: Critic, x: Tensor) -> Tensor:
    """E[|grad f|^2], (E,)."""
    return squared_norms(gradients(critic, x)).mean(1)


def _on_lines(batch: Batch) -> Tensor:
    uniform = batch.uniform(batch.x_real.shape[1])
    return interpolate(batch.x_real, batch.x_fake, uniform)
