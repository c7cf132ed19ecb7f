"""Regularizers that act on weights, against SVD and torch."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.testing import assert_close

from lipgan.engine.cohort import Cohort
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Regularizer, Strength
from lipgan.gan.step import discriminator_step

SN = REGULARIZERS["sn"]


def strength(*ks, weight=10.0):
    return Strength(torch.tensor(ks), torch.full((len(ks),), weight))


def advanced(matrix, state, times):
    for _ in range(times):
        state = SN.advance(matrix, state)
    return state


def assert_sigma(matrix, state, ks):
    found = torch.linalg.svdvals(SN.weight(matrix, state, strength(*ks)))[:, 0]
    assert_close(found, torch.tensor(ks), rtol=1e-4, atol=0)


def test_sn_gives_every_member_its_own_largest_singular_value():
    matrix, ks = torch.randn(3, 6, 20), (0.2, 1.0, 50.0)
    state = advanced(matrix, SN.start(matrix, torch.randn(3, 6)), 300)
    assert_sigma(matrix, state, ks)


def test_sn_notices_a_changed_weight_and_converges_again():
    matrix, ks = torch.randn(3, 6, 20), (0.2, 1.0, 50.0)
    state = advanced(matrix, SN.start(matrix, torch.randn(3, 6)), 300)
    shifted = matrix + 4 * torch.randn(3, 6, 1) * torch.randn(3, 1, 20)
    with pytest.raises(AssertionError):
        assert_sigma(shifted, state, ks)
    assert_sigma(shifted, advanced(shifted, state, 300), ks)


def test_sn_warm_up_is_15_iterations():
    matrix, noise = torch.randn(2, 5, 9), torch.randn(2, 5)
    u = noise / noise.norm(dim=1, keepdim=True)
    assert_close(SN.start(matrix, noise), advanced(matrix, u, 15))
    assert not torch.allclose(SN.start(matrix, noise), advanced(matrix, u, 3))


def test_sn_of_a_single_output_is_exact_at_once():
    row = torch.randn(2, 1, 7)
    state = SN.start(row, torch.randn(2, 1))
    norms = SN.weight(row, state, strength(2.0, 3.0)).norm(dim=2)[:, 0]
    assert_close(norms, torch.tensor([2.0, 3.0]))


def test_sn_gradient_is_the_formula_without_flow_through_the_vectors():
    matrix = torch.randn(2, 4, 6, dtype=torch.float64, requires_grad=True)
    k = torch.tensor([0.5, 3.0], dtype=torch.float64)
    noise = torch.randn(2, 4, dtype=torch.float64)
    with torch.no_grad():
        u = SN.start(matrix, noise)
    outer = torch.randn(2, 4, 6, dtype=torch.float64)
    out = SN.weight(matrix, u, Strength(k, k))
    (grad,) = torch.autograd.grad((outer * out).sum(), matrix)
    for i in range(2):
        w, g = matrix[i].detach(), outer[i]
        v = w.T @ u[i] / (w.T @ u[i]).norm()
        sigma = u[i] @ w @ v
        inner = (g * w).sum() / sigma
        expected = k[i] / sigma * (g - inner * torch.outer(u[i], v))
        assert_close(grad[i], expected)


def test_sn_agrees_with_torch_on_one_weight():
    layer = parametrizations.spectral_norm(nn.Linear(7, 4, bias=False))
    raw, inside = layer.parametrizations.weight.original, layer.parametrizations.weight
    u = inside[0]._u.clone()[None]
    for _ in range(3):
        theirs = layer.weight  # one power iteration per access in training mode
        u = SN.advance(raw.detach()[None], u)
        ours = SN.weight(raw[None], u, strength(1.0))[0]
        assert_close(ours, theirs)
        outer = torch.randn(4, 7)
        (ours_grad,) = torch.autograd.grad((ours * outer).sum(), raw)
        (their_grad,) = torch.autograd.grad((theirs * outer).sum(), raw)
        assert_close(ours_grad, their_grad)


def test_none_changes_nothing():
    matrix, nothing = torch.randn(2, 3, 4), Regularizer()
    state = nothing.start(matrix, torch.randn(2, 3))
    given = strength(1.0, 2.0)
    assert nothing.weight(matrix, state, given) is matrix
    assert nothing.project(matrix, given) is matrix
    assert nothing.advance(matrix, state) is state
    assert nothing.scores(lambda x: 2 * x, matrix, given).equal(2 * matrix)
    assert nothing.penalty(lambda x: x, None, given) is None


def converged_srn(matrix):
    srn = REGULARIZERS["srn"]
    return srn, advanced(matrix, srn.start(matrix, torch.randn(matrix.shape[:2])), 300)


def test_srn_caps_the_stable_rank_and_keeps_the_largest_singular_value():
    matrix, ks = torch.randn(3, 12, 30), (0.2, 1.0, 50.0)
    srn, state = converged_srn(matrix)
    values = torch.linalg.svdvals(srn.weight(matrix, state, strength(*ks)))
    assert_close(values[:, 0], torch.tensor(ks), rtol=1e-4, atol=0)
    rank = values.square().sum(1) / values[:, 0].square()
    assert_close(rank, torch.full((3,), srn.share * 12), rtol=1e-4, atol=0)


def test_srn_leaves_a_low_rank_weight_as_sn_does():
    matrix = torch.randn(2, 12, 1) * torch.randn(2, 1, 30) + 0.01
    srn, state = converged_srn(matrix)
    ks = strength(1.0, 2.0)
    expected = SN.weight(matrix, state, ks)
    assert_close(srn.weight(matrix, state, ks), expected, rtol=1e-4, atol=1e-5)


def test_srn_of_a_single_output_is_sn():
    row = torch.randn(2, 1, 7)
    srn, state = converged_srn(row)
    ks = strength(2.0, 3.0)
    assert_close(srn.weight(row, state, ks), SN.weight(row, state, ks))


def test_clipping_puts_every_parameter_of_every_member_within_its_bounds(tiny):
    clip, w = REGULARIZERS["clip"], torch.tensor([[-3.0, 0.2, 0.5], [-3.0, 0.2, 0.5]])
    found = clip.project(w, strength(0.3, 1.0))
    assert_close(found, torch.tensor([[-0.3, 0.2, 0.3], [-1.0, 0.2, 0.5]]))
    assert clip.weight(w, w, strength(0.3, 1.0)) is w


@pytest.mark.parametrize("step", [False, True])
def test_clipping_happens_after_every_step(step, tiny):
    config = tiny(regularizer="clip", lipschitz_k=0.01, lr_d=1.0)
    cohort = Cohort([config], torch.device("cpu"))
    if step:
        x = torch.randn(1, 4, 1, 8, 8)
        uniforms = cohort.noise.uniforms(0)
        discriminator_step(cohort.discriminators, cohort.pushes, x, -x, uniforms)
    largest = max(
        float(p.detach().abs().max()) for p in cohort.discriminators.weights.values()
    )
    assert (largest <= 0.01) == step
