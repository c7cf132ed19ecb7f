"""The two updates by hand, with networks that no engine has touched."""

import torch
from torch.testing import assert_close

from lipgan.gan.losses import RowLosses
from lipgan.gan.optimizers import SGD
from lipgan.gan.players import Discriminators, Generators
from lipgan.gan.push import RowPushes, Setting
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Strength
from lipgan.gan.step import (
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
)

CPU = torch.device("cpu")
REAL = torch.tensor([[[2.0, 0.0], [4.0, 2.0]], [[1.0, 1.0], [1.0, 3.0]]])  # (E, B, 2)
FAKE = torch.zeros(2, 2, 2)


def linear(tensors, x, training=False):
    """f(x) = w x."""
    return (tensors["0.weight"] * x).sum(-1)


def point(tensors, z, training=False):
    """Every noise becomes the same point."""
    return tensors["theta"] + 0 * z


def players(regularizer="none", frozen=False):
    rates = torch.tensor([0.1, 0.5])
    d = Discriminators(
        linear,
        {"0.weight": torch.tensor([[[1.0, 0.0]], [[0.0, 2.0]]], requires_grad=True)},
        REGULARIZERS[regularizer],
        SGD(),
        Strength(k=torch.tensor([0.05, 9.0]), weight=torch.ones(2)),
        rates,
    )
    d.start(lambda name, count: torch.ones(2, count))
    start = {"theta": torch.zeros(2, 1, 2, requires_grad=True)}
    return d, Generators(point, start, {}, SGD(), rates, frozen, ema_decay=0.5)


def pushes():
    losses = RowLosses(["wgan", "wgan"], [1.0, 1.0], CPU)
    return RowPushes(losses, [Setting("own", "own", 0.0)] * 2, CPU)


def test_a_linear_discriminator_climbs_from_generated_to_real_samples():
    d, _ = players()
    scores, penalty = discriminator_step(d, pushes(), REAL, FAKE, torch.rand)
    assert_close(scores, torch.tensor([[2.0, 4.0, 0.0, 0.0], [2.0, 6.0, 0.0, 0.0]]))
    assert penalty.tolist() == [0.0, 0.0]
    # w + rate * (mean of the real samples - mean of the generated ones)
    expected = torch.tensor([[[1.0 + 0.3, 0.1]], [[0.5, 2.0 + 1.0]]])
    assert_close(d.weights["0.weight"].detach(), expected)
    assert_close(
        discriminator_loss(pushes().losses, scores), torch.tensor([-3.0, -4.0])
    )


def test_the_regularizer_has_the_last_word():
    d, _ = players("clip")
    discriminator_step(d, pushes(), REAL, FAKE, torch.rand)
    clipped = d.weights["0.weight"].detach()
    assert_close(clipped[0], torch.tensor([[0.05, 0.05]]))
    assert_close(clipped[1], torch.tensor([[0.5, 3.0]]))


def test_generators_follow_the_gradient_of_their_own_critic():
    d, g = players()
    noise = torch.ones(2, 3, 2)
    x_fake = g.sampler(training=True)(noise)
    scores = generator_step(g, d, pushes(), x_fake, torch.rand)
    assert scores.tolist() == [[0.0] * 3] * 2
    assert generator_loss(pushes().losses, scores).tolist() == [0.0, 0.0]
    expected = torch.tensor([[[0.1, 0.0]], [[0.0, 1.0]]])  # rate * w
    assert_close(g.weights["theta"].detach(), expected)
    assert d.weights["0.weight"].tolist() == [[[1.0, 0.0]], [[0.0, 2.0]]]
    g.average(step=90)
    assert_close(g.averaged["theta"], expected / 2)
    assert_close(g.sampler(training=False, averaged=True)(noise[:, :1]), expected / 2)


def test_frozen_generators_stay():
    d, g = players(frozen=True)
    x_fake = g.sampler(training=True)(torch.ones(2, 3, 2))
    generator_step(g, d, pushes(), x_fake, torch.rand)
    assert g.weights["theta"].abs().max() == 0
