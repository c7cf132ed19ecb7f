"""Penalties against closed forms: linear critics, bowls, and gradcheck."""

import pytest
import torch
from torch.testing import assert_close

from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Batch, Strength
from lipgan.gan.regularizers.penalties import interpolate

GP, ALP = REGULARIZERS["gp"], REGULARIZERS["alp"]
SLOPE = torch.tensor([[3.0, 4.0], [0.0, 2.0], [0.6, 0.8]])  # norms 5, 2, 1
GIVEN = Strength(torch.tensor([1.0, 2.5, 0.5]), torch.tensor([10.0, 10.0, 2.0]))


def strength(*ks, weight=10.0):
    return Strength(torch.tensor(ks), torch.full((len(ks),), weight))


def linear(w):
    return lambda x: (x * w[:, None]).flatten(2).sum(2)


def bowl(x):
    """|x|^2 / 2, whose gradient is x itself: a penalty shows where it was taken."""
    return x.square().flatten(2).sum(2) / 2


def batch_of(x_real, x_fake, t=None, memory=None):
    """``t``: the random numbers for lines and reaches; directions are drawn."""

    def uniform(*shape, purpose="penalty"):
        if t is None or purpose == "direction":
            return torch.rand(len(x_real), *shape, dtype=x_real.dtype)
        return t.expand(len(x_real), *shape)

    return Batch(x_real, x_fake, uniform, {} if memory is None else memory)


def penalty_of(critic, x_real, x_fake, uniform, given):
    return GP.penalty(critic, batch_of(x_real, x_fake, uniform), given)


def test_gp_of_a_linear_critic_is_its_weights_norm():
    w = torch.tensor([[3.0, 4.0], [0.0, 2.0], [0.6, 0.8]])
    x_real, x_fake, t = torch.randn(3, 5, 2), torch.randn(3, 5, 2), torch.rand(3, 5)
    given = Strength(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 10.0, 0.5]))
    found = penalty_of(lambda x: (x * w[:, None]).sum(2), x_real, x_fake, t, given)
    assert_close(found, torch.tensor([160.0, 0.0, 2.0]), rtol=1e-5, atol=1e-5)


def test_gp_penalizes_on_the_line_from_fake_to_real():
    # grad of |x|^2 / 2 is x itself, so the penalty shows where it was taken.
    x_real, x_fake = torch.randn(2, 4, 3, 2, 2), torch.randn(2, 4, 3, 2, 2)
    t = torch.rand(2, 4)
    mixed = torch.stack(
        [
            torch.stack([t[e, b] * x_real[e, b] + (1 - t[e, b]) * x_fake[e, b]
                         for b in range(4)])
            for e in range(2)
        ]
    )  # fmt: skip
    expected = 10 * (mixed.flatten(2).norm(dim=2) - 1).square().mean(1)

    def critic(x):
        return x.square().flatten(2).sum(2) / 2

    given = strength(1.0, 1.0)
    assert_close(penalty_of(critic, x_real, x_fake, t, given), expected)
    swapped = penalty_of(critic, x_real, x_fake, 1 - t, given)
    assert (swapped - expected).abs().max() > 0.1


def test_interpolation_ends_are_fake_and_real():
    x_real, x_fake = torch.randn(2, 3, 2), torch.randn(2, 3, 2)
    assert_close(interpolate(x_real, x_fake, torch.zeros(2, 3)), x_fake)
    assert_close(interpolate(x_real, x_fake, torch.ones(2, 3)), x_real)


def test_gp_has_a_finite_derivative_where_the_critic_is_flat():
    w = torch.zeros(1, 2, requires_grad=True)
    x = torch.randn(1, 4, 2)
    found = penalty_of(
        lambda x: (x * w[:, None]).sum(2), x, -x, torch.rand(1, 4), strength(1.0)
    )
    assert_close(found, torch.tensor([10.0]), rtol=1e-4, atol=0)
    (grad,) = torch.autograd.grad(found.sum(), w)
    assert torch.isfinite(grad).all()


def test_gp_derivative_reaches_the_weights():
    w = torch.tensor([[3.0, 4.0]], requires_grad=True)
    x = torch.randn(1, 4, 2)
    found = penalty_of(
        lambda x: (x * w[:, None]).sum(2), x, -x, torch.rand(1, 4), strength(1.0)
    )
    (grad,) = torch.autograd.grad(found.sum(), w)
    assert_close(grad, 2 * 10 * 4 * torch.tensor([[0.6, 0.8]]))  # 2 lambda (n-k) w/n


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("gp0", [250.0, 40.0, 2.0]),  # weight |w|^2
        ("r1", [125.0, 20.0, 1.0]),  # weight / 2 |w|^2
        ("r2", [125.0, 20.0, 1.0]),
        ("maxgp", [250.0, 40.0, 2.0]),
        ("maxgp_memory", [250.0, 40.0, 2.0]),
        ("alp", [160.0, 0.0, 0.5]),  # weight max(0, |w| - k)^2
    ],
)
def test_penalty_of_a_linear_critic(key, expected):
    x = torch.randn(3, 8, 2)
    found = REGULARIZERS[key].penalty(linear(SLOPE), batch_of(x, -x), GIVEN)
    assert_close(found, torch.tensor(expected), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("r1", lambda real, fake, t: real),
        ("r2", lambda real, fake, t: fake),
        ("gp0", lambda real, fake, t: interpolate(real, fake, t)),
    ],
)
def test_zero_centered_penalties_are_taken_where_they_say(key, place):
    real, fake, t = torch.randn(2, 4, 3), torch.randn(2, 4, 3), torch.rand(2, 4)
    expected = place(real, fake, t).square().sum(2).mean(1)
    factor = 10.0 if key == "gp0" else 5.0
    batch = batch_of(real, fake, t)
    found = REGULARIZERS[key].penalty(bowl, batch, strength(1.0, 1.0))
    assert_close(found, factor * expected)
    swapped = batch_of(fake, real, t)
    found = REGULARIZERS[key].penalty(bowl, swapped, strength(1.0, 1.0))
    assert not torch.allclose(found, factor * expected)


def test_maxgp_takes_the_largest_slope_of_each_member():
    real = torch.tensor([[[1.0], [-3.0], [2.0]], [[0.5], [0.1], [0.2]]])
    batch = batch_of(real, torch.zeros_like(real), torch.ones(2, 3))
    found = REGULARIZERS["maxgp"].penalty(bowl, batch, strength(1.0, 1.0, weight=2.0))
    assert_close(found, torch.tensor([18.0, 0.5]))


def test_maxgp_memory_keeps_the_steepest_samples_of_each_member():
    maxgp, memory = REGULARIZERS["maxgp_memory"], {}
    given, ones = strength(1.0, 1.0, weight=1.0), torch.ones(2, 4)
    steep = torch.tensor([[1.0, -9.0, 2.0, 3.0], [5.0, 1.0, 2.0, 3.0]])[..., None]
    for real in (steep, torch.full((2, 4, 1), 0.1)):
        batch = batch_of(real, torch.zeros_like(real), ones, memory)
        found = maxgp.penalty(bowl, batch, given)
        assert_close(memory["steepest"], torch.tensor([[[-9.0]], [[5.0]]]))
        assert_close(found, torch.tensor([81.0, 25.0]))


def test_without_memory_the_steepest_samples_are_forgotten():
    memory = {}
    x = torch.randn(1, 4, 1)
    REGULARIZERS["maxgp"].penalty(bowl, batch_of(x, x, memory=memory), strength(1.0))
    assert memory == {}


@pytest.mark.parametrize("outwards", [True, False])
def test_alp_of_a_bowl_is_a_difference_quotient(outwards):
    # In one dimension a direction is a sign: that of the start, for there |f(x) - f(y)|
    # grows either way. The quotient of the bowl is |x + y| / 2.
    x = torch.tensor([[[5.0], [-7.0]]])
    sign = 1 if outwards else -1

    def uniform(*shape, purpose):
        if purpose == "direction":
            return 0.5 + sign * torch.cat([x, x], dim=1).sign() / 2
        return torch.full((1, *shape), 0.25)

    far = (1 / 3072) ** 0.5 * (0.1 + 0.25 * 9.9)
    slopes = [5 + sign * far / 2, 7 + sign * far / 2]
    expected = 10 * sum((slope - 1) ** 2 for slope in slopes) / 2
    found = ALP.penalty(bowl, Batch(x, x, uniform, {}), strength(1.0))
    assert_close(found, torch.tensor([expected]), rtol=1e-4, atol=0)


def test_alp_divides_by_the_distance_that_clipping_leaves():
    w = torch.ones(1, 1, 4, 4).flatten(1)  # |w| = 4: steepest towards all corners

    def critic(x):
        return linear(w)(x.flatten(2)[:, :, None])

    x = torch.full((1, 3, 1, 4, 4), 0.99)
    batch = Batch(x, x, lambda *shape, purpose: torch.ones(1, *shape), {})
    below = ALP.penalty(critic, batch, strength(4.01))
    assert_close(below, torch.zeros(1))
    above = ALP.penalty(critic, batch, strength(3.0))
    assert_close(above, torch.tensor([10.0]), rtol=1e-3, atol=0)


def test_alp_of_a_flat_critic_is_zero_and_so_is_its_derivative():
    w = torch.zeros(1, 2, requires_grad=True)
    x = torch.randn(1, 4, 2)
    found = ALP.penalty(linear(w), batch_of(x, -x), strength(1.0))
    (grad,) = torch.autograd.grad(found.sum(), w)
    assert_close((found.detach(), grad), (torch.zeros(1), torch.zeros(1, 2)))


def test_alp_needs_no_second_derivative():
    class FirstOnly(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            ctx.save_for_backward(x, w)
            return x @ w

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, grad):
            x, w = ctx.saved_tensors
            return grad[..., None] * w, torch.einsum("eb,ebd->d", grad, x)

    w = torch.tensor([3.0, 4.0], requires_grad=True)
    x = torch.randn(1, 8, 2)

    def penalty(key):
        critic = lambda x: FirstOnly.apply(x, w)  # noqa: E731
        given = strength(1.0)
        return REGULARIZERS[key].penalty(critic, batch_of(x, -x), given).sum()

    (grad,) = torch.autograd.grad(penalty("alp"), w)
    assert_close(grad, 2 * 10 * 4 * w.detach() / 5, rtol=1e-4, atol=0)
    with pytest.raises(RuntimeError):
        torch.autograd.grad(penalty("gp"), w)


@pytest.mark.parametrize("key", ["gp", "gp0", "r1", "r2", "maxgp", "alp"])
def test_derivative_in_the_weights_by_gradcheck(key):
    torch.manual_seed(3)
    x = torch.randn(2, 3, 2, dtype=torch.float64)
    t = torch.rand(2, 1, dtype=torch.float64)
    given = Strength(torch.full((2,), 0.3).double(), torch.full((2,), 2.0).double())
    w = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)

    def penalty(w):
        torch.manual_seed(5)
        smooth = lambda x: torch.tanh(linear(w)(x))  # noqa: E731
        return REGULARIZERS[key].penalty(smooth, batch_of(x, 0.5 * x, t), given)

    if key == "alp":  # the direction is a constant by definition; linear f has one only
        assert torch.autograd.gradcheck(
            lambda w: ALP.penalty(linear(w), batch_of(x, 0.5 * x, t), given), w
        )
    else:
        assert torch.autograd.gradcheck(penalty, w)
