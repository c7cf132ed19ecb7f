"""Bounds in closed form, operator norms against explicit matrices."""

import math

import pytest
import torch
from torch import nn

from lipgan import metrics
from lipgan.gan.losses import LOSSES, scaled
from lipgan.gan.models import MODELS, Sizes
from lipgan.metrics import lipschitz


def explicit_matrix(layer, shape):
    """The dense matrix of a convolution, one basis image at a time, in plain loops."""
    columns = []
    with torch.no_grad():
        offset = layer(torch.zeros(1, *shape))
        for i in range(math.prod(shape)):
            basis = torch.zeros(math.prod(shape))
            basis[i] = 1
            columns.append((layer(basis.view(1, *shape)) - offset).flatten())
    return torch.stack(columns, dim=1)


def test_domain_bound_of_a_color_image_of_32_pixels():
    assert metrics.domain_bound(1, 3 * 32 * 32) == pytest.approx(110.85, abs=0.005)
    assert metrics.domain_bound(1, 3 * 32 * 32) == math.sqrt(12 * 32 * 32)
    assert metrics.domain_bound(0.5, 64) == 8.0


def test_domain_bound_is_attained_by_a_linear_function():
    corners = torch.tensor([[-1.0] * 9, [1.0] * 9])
    scores = 0.7 * corners.sum(1) / 3
    assert float(scores[1] - scores[0]) == pytest.approx(metrics.domain_bound(0.7, 9))


LAYERS = [
    (nn.Conv2d(2, 3, 4, 2, 1), (2, 8, 8)),
    (nn.Conv2d(2, 3, 3, 1, 1), (2, 5, 5)),
    (nn.Conv2d(3, 1, 4), (3, 4, 4)),
    (nn.ConvTranspose2d(3, 2, 4, 2, 1), (3, 4, 4)),
    (nn.Linear(6, 4), (6,)),
]


def check_norm(layer, shape, factor=1.0):
    expected = float(torch.linalg.svdvals(explicit_matrix(layer, shape))[0])
    assert factor * metrics.conv_norm(layer, shape) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("limit", [0, 1 << 40], ids=["iteration", "svd"])
@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_conv_norm_is_that_of_the_explicit_matrix(layer, shape, limit, monkeypatch):
    monkeypatch.setattr(lipschitz, "SVD_LIMIT", limit)
    check_norm(layer, shape)
    with pytest.raises(AssertionError):
        check_norm(layer, shape, factor=1.01)


def test_conv_norm_works_where_gradients_are_switched_off(monkeypatch):
    layer, shape = LAYERS[0]
    expected = metrics.conv_norm(layer, shape)
    monkeypatch.setattr(lipschitz, "SVD_LIMIT", 0)
    with torch.no_grad():
        assert metrics.conv_norm(layer, shape) == pytest.approx(expected, rel=1e-6)


def test_conv_norm_ignores_the_bias():
    layer = nn.Conv2d(1, 2, 4, 2, 1)
    before = metrics.conv_norm(layer, (1, 8, 8))
    layer.bias.data += 100
    assert metrics.conv_norm(layer, (1, 8, 8)) == pytest.approx(before, rel=1e-9)


def sandwich(layer, size=16):
    sigma = float(torch.linalg.svdvals(layer.weight.detach().flatten(1))[0])
    return metrics.conv_norm(layer, (layer.in_channels, size, size)) / sigma


@pytest.mark.parametrize("seed", range(3))
def test_stride_2_convolution_is_up_to_twice_its_matrix(seed):
    torch.manual_seed(seed)
    assert 1 - 1e-6 <= sandwich(nn.Conv2d(2, 4, 4, 2, 1)) <= 2 + 1e-6


def test_constant_kernel_comes_close_to_the_factor_two():
    layer = nn.Conv2d(2, 4, 4, 2, 1)
    layer.weight.data[:] = torch.randn(4, 2, 1, 1)
    assert 1.9 < sandwich(layer, 32) <= 2 + 1e-6


def discriminator(name, sizes):
    network = MODELS[name].discriminator(sizes)
    for p in network.parameters():
        nn.init.normal_(p, 0, 0.3)
    return network


@pytest.mark.parametrize(
    ("name", "sizes", "shape", "layers"),
    [
        ("dcgan8", Sizes(8, 1, 4, 8), (1, 8, 8), 3),
        ("dcgan32", Sizes(32, 3, 2, 8), (3, 32, 32), 4),
        ("toy_mlp", Sizes(0, 0, 8, 4), (2,), 4),
    ],
)
def test_layer_norms_bound_every_input_gradient(name, sizes, shape, layers):
    network = discriminator(name, sizes)
    norms = metrics.layer_norms(network, shape)
    assert len(norms) == layers
    x = 2 * torch.rand(64, *shape) - 1
    found = metrics.input_gradient_norms(network, x)
    assert found.shape == (64,)
    assert 0 < float(found.max()) <= math.prod(norms)


def test_input_gradient_of_a_linear_network_is_its_weights_norm():
    network = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    network[0].weight.data[:] = torch.tensor([[3.0, 4.0]])
    found = metrics.input_gradient_norms(network, torch.randn(5, 2))
    assert found.tolist() == pytest.approx([5.0] * 5)


def test_matrix_norms_are_those_that_spectral_normalization_sees():
    network = discriminator("dcgan8", Sizes(8, 1, 4, 8))
    expected = [
        float(torch.linalg.svdvals(layer.weight.detach().flatten(1))[0])
        for layer in network
        if isinstance(layer, nn.Conv2d)
    ]
    assert metrics.matrix_norms(network) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "low", "high", "curvature"),
    [
        ("ns", -3, 3, 0.25),
        ("ns", 1, 4, math.exp(1) / (1 + math.exp(1)) ** 2),
        ("ls", -3, 3, 2),
        ("cos", -4, 4, 1),
        ("wgan", -3, 3, 0),
        ("exp", -2, 3, math.exp(2)),
    ],
)
def test_largest_curvature_in_closed_form(loss, low, high, curvature):
    found = metrics.largest_curvature(LOSSES[loss].d_real, low, high)
    assert found == pytest.approx(curvature, rel=1e-4)


def test_a_term_without_second_derivatives_has_no_curvature():
    for loss in ("ns", "cos", "exp", "ls"):
        with pytest.raises(ValueError, match="its slope varies"):
            metrics.largest_curvature(scaled(LOSSES[loss], 2.0).d_real, -1.0, 1.0)
    assert metrics.largest_curvature(scaled(LOSSES["wgan"], 2.0).d_real, -1, 1) == 0
    hinge = LOSSES["hinge"].d_real
    assert metrics.largest_curvature(hinge, -1.0, 0.5) == 0
    with pytest.raises(ValueError, match="its slope varies"):
        metrics.largest_curvature(hinge, 0.5, 2.0)


def test_corollary_1_bounds_the_attained_slopes():
    for loss in LOSSES.values():
        low, high = metrics.attained_slopes(loss.d_fake, -0.4, 1.1)
        bound = metrics.slope_interval_bound(loss.d_fake, -0.4, 1.1, 1.5)
        assert high - low <= bound + 1e-12


def test_attained_slopes_of_least_squares():
    low, high = metrics.attained_slopes(LOSSES["ls"].d_fake, -0.5, 2.0)
    assert (low, high) == (-1.0, 4.0)


def test_tangent_distance_of_a_parabola():
    """LS, real: L_a(w) = a w^2 - 2 w, so the distance is a reach^2 / reach."""
    term = LOSSES["ls"].d_real
    assert metrics.tangent_distance(term, 0.1, 3.0) == pytest.approx(0.3)
    assert metrics.tangent_distance(LOSSES["wgan"].d_real, 0.1, 3.0) < 1e-15


def test_written_out_slope_breaks_where_one_over_alpha_overflows():
    term, scores = LOSSES["ns"].d_real, torch.tensor([-1.0, 0.0, 2.0])
    slopes = metrics.written_out_slope(term, scores, 1e-25)
    torch.testing.assert_close(slopes, torch.full((3,), -0.5))
    assert not torch.isfinite(metrics.written_out_slope(term, scores, 1e-45)).any()
    wide = metrics.written_out_slope(term, scores.double(), 1e-45)
    torch.testing.assert_close(wide, torch.full((3,), -0.5).double())


@pytest.mark.parametrize(
    ("slopes", "expected"),
    [
        ([2.0, 2.0, 2.0, 2.0], 1.0),
        ([-1.0, 1.0, -1.0, 1.0], 1.0),
        ([3.0, 0.0, 0.0, 0.0], 0.25),
        ([1.0, 1.0, 0.0, 0.0], 0.5),
        ([1.0, 3.0], 16 / 20),
        ([1e30, 3e30], 16 / 20),
        ([1e-30, 3e-30], 16 / 20),
    ],
)
def test_evenness_in_closed_form(slopes, expected):
    found = metrics.evenness(torch.tensor([slopes]))
    assert found.shape == (1,)
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_evenness_of_random_signs_of_a_sine_is_eight_over_pi_squared():
    angles = torch.linspace(0, 2 * math.pi, 10_001)[:-1]
    found = float(metrics.evenness(torch.sin(angles)[None]))
    assert found == pytest.approx(8 / math.pi**2, rel=1e-5)


def test_evenness_is_undefined_where_nobody_pushes_or_slopes_overflow():
    slopes = torch.tensor(
        [[0.0, 0.0], [math.inf, 1.0], [math.nan, 1.0], [math.inf, -math.inf], [1, 2]]
    )
    found = metrics.evenness(slopes)
    assert found.isnan().tolist() == [True] * 4 + [False]
    assert float(found[4]) == pytest.approx(9 / 10)


def test_class_push_is_that_of_the_most_favored_class():
    """Class means of |s| are 2, 4 and 6: the largest is 1.5 times their mean."""
    slopes = torch.tensor([[1.0, -3.0, 4.0, 6.0, -6.0]])
    labels = torch.tensor([[0, 0, 1, 2, 2]])
    assert float(metrics.class_push(slopes, labels)) == pytest.approx(1.5)
    swapped = torch.tensor([[2, 2, 1, 0, 0]])
    assert float(metrics.class_push(slopes, swapped)) == pytest.approx(1.5)
    assert float(metrics.class_push(1e30 * slopes, labels)) == pytest.approx(1.5)


def test_class_push_lies_between_one_and_the_number_of_classes():
    labels = torch.arange(10).repeat(3)[None].expand(2, -1)
    alone = (labels == 7).float()
    alone[1] = 1.0
    assert metrics.class_push(alone, labels).tolist() == pytest.approx([10.0, 1.0])


def test_class_push_skips_classes_without_samples():
    slopes = torch.tensor([[1.0, 3.0]])
    assert float(metrics.class_push(slopes, torch.tensor([[0, 4]]))) == pytest.approx(
        1.5
    )
    nobody = torch.zeros(1, 2)
    assert metrics.class_push(nobody, torch.tensor([[0, 4]])).isnan().all()
