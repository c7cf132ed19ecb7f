"""The two updates that training alternates: discriminators, then generators."""

from collections.abc import Callable

import torch
from torch import Tensor

from lipgan.gan.losses import RowLosses
from lipgan.gan.players import Discriminators, Generators
from lipgan.gan.push import RowPushes
from lipgan.gan.regularizers.base import Batch, Uniform


def discriminator_step(
    discriminators: Discriminators,
    pushes: RowPushes,
    x_real: Tensor,
    x_fake: Tensor,
    uniform: Uniform,
) -> tuple[Tensor, Tensor]:
    """Update all discriminators once.

    Args:
        discriminators: of E members.
        pushes: what the members' losses make of their scores.
        x_real: real samples, (E, B, *shape).
        x_fake: generated samples, (E, B, *shape), without gradient.
        uniform: random numbers for the penalty.

    Returns:
        Scores before the update, (E, 2 B), real samples first; penalty, (E,).
    """
    discriminators.advance()
    critic = discriminators.critic()
    scores = critic(torch.cat([x_real, x_fake], dim=1))
    real, fake = scores.detach().chunk(2, dim=1)
    count = x_real.shape[1]
    pull = pushes.discriminator(
        real, fake, lambda: uniform(2 * count, purpose="push d")
    )
    batch = Batch(x_real, x_fake, uniform, discriminators.memory)
    penalty = discriminators.regularizer.penalty(critic, batch, discriminators.strength)
    _update(discriminators, scores, pull / count, penalty)
    discriminators.project()
    penalty = scores.new_zeros(len(scores)) if penalty is None else penalty
    return scores.detach(), penalty.detach()


def generator_step(
    generators: Generators,
    discriminators: Discriminators,
    pushes: RowPushes,
    x_fake: Tensor,
    uniform: Callable[[int], Tensor],
) -> Tensor:
    """Update all generators once; returns the scores before the update, (E, B).

    Frozen ones are left as they are. The discriminators have their new weights; the
    regularizer's state stays.

    Args:
        generators: of E members.
        discriminators: theirs.
        pushes: what the members' losses make of their scores.
        x_fake: generated samples, (E, B, *shape), with gradient.
        uniform: a number n to U[0, 1) numbers (E, n).
    """
    with torch.no_grad():
        critic = discriminators.critic(for_generators=True)
    scores = critic(x_fake)
    if not generators.frozen:
        count = x_fake.shape[1]
        pull = pushes.generator(scores.detach(), lambda: uniform(count))
        _update(generators, scores, pull / count)
    return scores.detach()


def discriminator_loss(losses: RowLosses, scores: Tensor) -> Tensor:
    """Loss per member, (E,), of scores (E, 2 B), real samples first."""
    real, fake = scores.chunk(2, dim=1)
    return losses.value("d_real", real).mean(1) + losses.value("d_fake", fake).mean(1)


def generator_loss(losses: RowLosses, scores: Tensor) -> Tensor:
    """Loss per member, (E,), of the scores of generated samples, (E, B)."""
    return losses.value("g_fake", scores).mean(1)


def _update(
    player: Discriminators | Generators,
    scores: Tensor,
    pull: Tensor,
    penalty: Tensor | None = None,
) -> None:
    """Descend the sum of all members' losses: none of them sees another member.

    ``pull`` is the derivative of the losses by each score; their values, which only
    the history needs, are not computed here.
    """
    outputs, weights = [scores], [pull]
    if penalty is not None:
        outputs, weights = [scores, penalty], [pull, torch.ones_like(penalty)]
    own = player.weights
    grads = torch.autograd.grad(outputs, list(own.values()), weights)
    named = dict(zip(own, grads, strict=True))
    player.optimizer.step(own, named, player.moments, player.rates)
