"""The two updates that training alternates: discriminators, then generators."""

import torch
from torch import Tensor

from lipgan.engine.cohort import Cohort
from lipgan.gan.optimizers import Rates
from lipgan.gan.regularizers.base import Batch, Uniform

Tensors = dict[str, Tensor]


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
        Scores before the update, (E, 2 B), real samples first; penalty, (E,).
    """
    cohort.advance_regularizer()
    critic = cohort.critic()
    scores = critic(torch.cat([x_real, x_fake], dim=1))
    real, fake = scores.detach().chunk(2, dim=1)
    count = x_real.shape[1]
    pull = cohort.pushes.discriminator(
        real, fake, lambda: uniform(2 * count, purpose="push d")
    )
    pull /= count
    batch = Batch(x_real, x_fake, uniform, cohort.memory)
    penalty = cohort.regularizer.penalty(critic, batch, cohort.strength)
    _update(cohort, cohort.d, cohort.d_moments, scores, pull, cohort.lr_d, penalty)
    cohort.project()
    cohort.note_divergence(scores.detach(), step)
    penalty = scores.new_zeros(len(scores)) if penalty is None else penalty
    return scores.detach(), penalty.detach()


def generator_step(cohort: Cohort, x_fake: Tensor, step: int) -> Tensor:
    """Update all generators once; returns the scores before the update, (E, B).

    Frozen ones are left as they are.

    The discriminators have their new weights; the regularizer's state stays.

    Args:
        cohort: E members.
        x_fake: generated samples, (E, B, *shape), with gradient.
        step: present step, noted for members that diverge.
    """
    with torch.no_grad():
        critic = cohort.critic(for_generators=True)
    scores = critic(x_fake)
    if not cohort.configs[0].frozen:
        count = x_fake.shape[1]
        pull = cohort.pushes.generator(
            scores.detach(), lambda: cohort.noise.uniform("push g", step - 1, count)
        )
        pull /= count
        _update(cohort, cohort.g, cohort.g_moments, scores, pull, cohort.lr_g)
    cohort.note_divergence(scores.detach(), step)
    return scores.detach()


def discriminator_loss(cohort: Cohort, scores: Tensor) -> Tensor:
    """Loss per member, (E,), of scores (E, 2 B), real samples first."""
    real, fake = scores.chunk(2, dim=1)
    value = cohort.losses.value
    return value("d_real", real).mean(1) + value("d_fake", fake).mean(1)


def generator_loss(cohort: Cohort, scores: Tensor) -> Tensor:
    """Loss per member, (E,), of the scores of generated samples, (E, B)."""
    return cohort.losses.value("g_fake", scores).mean(1)


def _update(
    cohort: Cohort,
    parameters: Tensors,
    moments: Tensors,
    scores: Tensor,
    pull: Tensor,
    lr: Rates,
    penalty: Tensor | None = None,
) -> None:
    """Descend the sum of all members' losses: none of them sees another member.

    ``pull`` is the derivative of the losses by each score; their values, which only
    the history needs, are not computed here.
    """
    outputs, weights = [scores], [pull]
    if penalty is not None:
        outputs, weights = [scores, penalty], [pull, torch.ones_like(penalty)]
    grads = torch.autograd.grad(outputs, list(parameters.values()), weights)
    cohort.optimizer.step(
        parameters, dict(zip(parameters, grads, strict=True)), moments, lr
    )
