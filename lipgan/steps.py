"""The two updates that training alternates: discriminators, then generators."""

import torch
from torch import Tensor

from lipgan.cohort import Cohort
from lipgan.lifting import Tensors
from lipgan.regularizers.base import Batch, Uniform


def discriminator_step(
    cohort: Cohort, x_real: Tensor, x_fake: Tensor, uniform: Uniform, step: int
) -> tuple[Tensor, Tensor]:
    """Update all discriminators once.

    Args:
        cohort: E members.
        x_real: real samples, (E, B, *shape).
        x_fake: generated samples, (E, B, *shape), without gradient.
        uniform: random numbers for the penalty.
        step: present step, noted for members that diverge.

    Returns:
        Loss and penalty per member, (E,) each.
    """
    cohort.advance_regularizer()
    critic, losses = cohort.critic(), cohort.losses
    scores = critic(torch.cat([x_real, x_fake], dim=1))
    real, fake = scores.chunk(2, dim=1)
    loss = losses.value("d_real", real).mean(1) + losses.value("d_fake", fake).mean(1)
    batch = Batch(x_real, x_fake, uniform, cohort.memory)
    penalty = cohort.regularizer.penalty(critic, batch, cohort.strength)
    total = loss if penalty is None else loss + penalty
    _update(cohort, cohort.d, cohort.d_moments, total, cohort.lr_d)
    cohort.project()
    cohort.note_divergence(scores.detach(), step)
    return loss.detach(), torch.zeros_like(
        loss
    ) if penalty is None else penalty.detach()


def generator_step(cohort: Cohort, x_fake: Tensor, step: int) -> Tensor:
    """Update all generators once; returns the loss per member, (E,).

    The discriminators have their new weights; the regularizer's state stays.

    Args:
        cohort: E members.
        x_fake: generated samples, (E, B, *shape), with gradient.
        step: present step, noted for members that diverge.
    """
    with torch.no_grad():
        critic = cohort.critic(for_generators=True)
    scores = critic(x_fake)
    loss = cohort.losses.value("g_fake", scores).mean(1)
    _update(cohort, cohort.g, cohort.g_moments, loss, cohort.lr_g)
    cohort.note_divergence(scores.detach(), step)
    return loss.detach()


def _update(
    cohort: Cohort, parameters: Tensors, moments: Tensors, loss: Tensor, lr: Tensor
) -> None:
    """Descend the sum over members: no member's gradient sees another member."""
    grads = torch.autograd.grad(loss.sum(), list(parameters.values()))
    cohort.optimizer.step(
        parameters, dict(zip(parameters, grads, strict=True)), moments, lr
    )
