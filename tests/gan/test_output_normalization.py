"""GraN and gradient normalization: their bounds, where they end, and the shortcut."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Strength

GRAN, GN = REGULARIZERS["gran"], REGULARIZERS["gn"]
BOTH = pytest.mark.parametrize("own", [GRAN, GN], ids=["gran", "gn"])


def given(*ks):
    return Strength(torch.tensor(ks).double(), torch.ones(len(ks)).double())


def network(activation, seed=0):
    """Two members with the same steep network."""
    torch.manual_seed(seed)
    layers = [nn.Linear(2, 32), activation(), nn.Linear(32, 32), activation()]
    net = nn.Sequential(*layers, nn.Linear(32, 1)).double()
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(4)
    return net, lambda x: net(x)[..., 0]


def leaky():
    return nn.LeakyReLU(0.2)


def steepest(own, raw, x, strength):
    x = x.clone().requires_grad_()
    (grad,) = torch.autograd.grad(own.scores(raw, x, strength).sum(), x)
    return grad.norm(dim=2).amax(1)


@BOTH
def test_slopes_stay_below_k_on_leaky_relu_and_not_on_tanh(own):
    x, ks = torch.randn(2, 4000, 2).double(), given(1.0, 0.5)
    _, raw = network(leaky)
    assert (steepest(own, raw, x, ks) <= ks.k).all()
    assert (steepest(own, raw, x, ks) > 0.9 * ks.k).all()
    _, smooth = network(nn.Tanh)
    assert (steepest(own, smooth, x, ks) > 1.05 * ks.k).all()


def test_gran_of_a_linear_score():
    w = torch.tensor([[3.0, 4.0], [0.0, 0.5]]).double()
    x = torch.randn(2, 5, 2).double()
    f = (x * w[:, None]).sum(2)
    found = GRAN.scores(lambda x: (x * w[:, None]).sum(2), x, given(2.0, 1.0))
    factors = torch.tensor([2 * 5 / 25.1, 0.5 / 0.35], dtype=torch.float64)
    assert_close(found, factors[:, None] * f, rtol=1e-9, atol=0)


def test_gn_of_a_linear_score_is_bounded():
    w = torch.tensor([[3.0, 4.0], [0.0, 0.5]]).double()
    x = 100 * torch.randn(2, 500, 2).double()
    f = (x * w[:, None]).sum(2)
    found = GN.scores(lambda x: (x * w[:, None]).sum(2), x, given(1.0, 2.0))
    assert_close(found[0], f[0] / (5 + f[0].abs()), rtol=1e-9, atol=0)
    assert (found.abs().amax(1) <= torch.tensor([1.0, 2.0])).all()
    assert (found.abs().amax(1) > torch.tensor([0.9, 1.8])).all()


@BOTH
def test_shortcut_of_the_generator_step_is_exact_on_leaky_relu_only(own):
    x = torch.randn(2, 500, 2).double().requires_grad_()

    def both(activation):
        _, raw = network(activation)
        scores = [
            f(raw, x, given(1.0, 0.7)) for f in (own.scores, own.generator_scores)
        ]
        grads = [torch.autograd.grad(s.square().sum(), x)[0] for s in scores]
        return scores, grads

    (exact, quick), (exact_grad, quick_grad) = both(leaky)
    assert_close(quick, exact)
    assert_close(quick_grad, exact_grad, rtol=1e-10, atol=1e-12)
    (exact, quick), (exact_grad, quick_grad) = both(nn.Tanh)
    assert_close(quick, exact)
    assert (quick_grad - exact_grad).abs().max() > 1e-3


@BOTH
def test_derivative_in_the_weights_by_gradcheck(own):
    w = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    x = torch.randn(2, 4, 3, dtype=torch.float64)

    def scores(w):
        return own.scores(lambda x: (x * w[:, None]).sum(2), x, given(1.0, 0.7))

    assert torch.autograd.gradcheck(scores, w)


@BOTH
def test_a_flat_network_has_finite_scores_and_derivatives(own):
    w = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    b = torch.ones(1, 1, dtype=torch.float64, requires_grad=True)
    x = torch.randn(1, 4, 2).double()
    scores = own.scores(lambda x: (x * w[:, None]).sum(2) + b, x, given(1.0))
    grads = torch.autograd.grad(scores.sum(), [w, b])
    assert all(torch.isfinite(t).all() for t in (scores, *grads))
    both_zero = own.scores(lambda x: (x * w[:, None]).sum(2), x, given(1.0))
    assert torch.isfinite(both_zero).all()


@BOTH
def test_scores_can_be_read_without_gradients(own):
    _, raw = network(leaky)
    x = torch.randn(2, 5, 2).double()
    with torch.no_grad():
        found = own.scores(raw, x, given(1.0, 1.0))
    assert not found.requires_grad
    assert_close(found, own.scores(raw, x, given(1.0, 1.0)).detach())
