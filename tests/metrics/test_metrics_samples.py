"""Kernel distance, density, coverage and score against loops and closed forms."""

import math

import numpy as np
import pytest
import torch

from lipgan import metrics


def sample(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def kernel_distance_by_loops(a: np.ndarray, b: np.ndarray, unbiased: bool) -> float:
    def kernel(x, y):
        return (float(x @ y) / len(x) + 1) ** 3

    def within(x):
        pairs = [(i, j) for i in range(len(x)) for j in range(len(x))]
        pairs = [(i, j) for i, j in pairs if i != j or not unbiased]
        return sum(kernel(x[i], x[j]) for i, j in pairs) / len(pairs)

    between = sum(kernel(x, y) for x in a for y in b) / (len(a) * len(b))
    return within(a) + within(b) - 2 * between


def density_coverage_by_loops(real, fake, k: int) -> tuple[float, float]:
    held, covered = 0, 0
    for i in range(len(real)):
        others = [math.dist(real[i], x) for j, x in enumerate(real) if j != i]
        radius = sorted(others)[k - 1]
        inside = [math.dist(real[i], y) < radius for y in fake]
        held, covered = held + sum(inside), covered + any(inside)
    return held / (k * len(fake)), covered / len(real)


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_kernel_distance_matches_loops(block):
    a, b = sample(9, 5), sample(6, 5, seed=1) + 0.5
    arrays = a.double().numpy(), b.double().numpy()
    distance = metrics.kernel_distance(a, b, block=block)
    assert distance.dtype == torch.float64
    assert distance.shape == ()
    expected = kernel_distance_by_loops(*arrays, unbiased=True)
    assert distance.item() == pytest.approx(expected, rel=1e-12)
    biased = kernel_distance_by_loops(*arrays, unbiased=False)
    assert distance.item() != pytest.approx(biased, rel=1e-2)


def test_kernel_distance_of_equal_distributions_is_0_on_average():
    values = torch.stack(
        [
            metrics.kernel_distance(
                sample(20, 4, seed=2 * i), sample(30, 4, seed=2 * i + 1)
            )
            for i in range(400)
        ]
    )
    error = values.std() / 400**0.5
    # pairs of a row with itself, 9.75 above other pairs, would add 9.75 (1/20 + 1/30)
    assert values.mean().abs() < 3 * error < 0.1
    assert 0.3 < (values < 0).double().mean() < 0.8


def test_kernel_distance_takes_the_mean_within_the_reference():
    a, b = sample(30, 6), sample(50, 6, seed=1)
    plain = metrics.kernel_distance(a, b)
    known = metrics.kernel_distance(a, b, mean_b=metrics.kernel_mean(b))
    torch.testing.assert_close(known, plain)
    torch.testing.assert_close(metrics.kernel_distance(b, a), plain)
    assert metrics.kernel_distance(3 * a, b) > plain + 0.1


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, 1e200])
def test_kernel_distance_refuses_non_finite_features(bad):
    a, b = sample(5, 3).double(), sample(6, 3, seed=1)
    a[1, 2] = bad
    with pytest.raises(ValueError, match="features_a: "):
        metrics.kernel_distance(a, b)
    with pytest.raises(ValueError, match="features_b: "):
        metrics.kernel_distance(b, a)


def test_kernel_distance_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"features_a: shape \(1, 4\) is not \(n, d\)"):
        metrics.kernel_distance(torch.zeros(1, 4), torch.zeros(5, 4))
    with pytest.raises(ValueError, match="dimensions 4 and 3 differ"):
        metrics.kernel_distance(torch.zeros(5, 4), torch.zeros(5, 3))
    with pytest.raises(ValueError, match="block: 0 is not a positive"):
        metrics.kernel_distance(torch.zeros(5, 4), torch.zeros(5, 4), block=0)
    with pytest.raises(ValueError, match="block: -1 is not a positive"):
        metrics.kernel_mean(torch.zeros(5, 4), block=-1)


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize("k", [1, 3])
def test_density_and_coverage_match_loops(k, block):
    real, fake = sample(25, 3), 1.2 * sample(18, 3, seed=1) + 0.4
    expected = density_coverage_by_loops(real.tolist(), fake.tolist(), k)
    found = metrics.density_coverage(real, fake, k, block=block)
    assert [float(v) for v in found] == pytest.approx(expected, rel=1e-12)
    assert 0 < expected[1] < 1


def test_density_and_coverage_take_the_radii_of_the_reference():
    real, fake = sample(40, 3), sample(30, 3, seed=1)
    radii = metrics.neighbor_radii(real, 4, block=9)
    distances = torch.cdist(real.double(), real.double())
    torch.testing.assert_close(radii, distances.sort(1).values[:, 4])
    assert metrics.density_coverage(
        real, fake, 4, radii=radii
    ) == metrics.density_coverage(real, fake, 4)


@pytest.mark.parametrize("block", [7, 1000])
def test_copies_of_the_real_set_have_density_and_coverage_1(block):
    """The k-th neighbor lies on the edge: rounding must not let it in."""
    real = 100 + sample(300, 16)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(0))
    density, coverage = metrics.density_coverage(real, real[order], block=block)
    assert density.item() == pytest.approx(1, abs=1e-12)
    assert coverage.item() == 1


def test_density_and_coverage_tell_collapse_from_noise():
    real, other = sample(2, 600, 4)
    density, coverage = metrics.density_coverage(real, other)
    assert density.item() == pytest.approx(1, abs=0.1)
    assert coverage.item() == pytest.approx(1 - 2**-5, abs=0.03)
    density, coverage = metrics.density_coverage(real, 0.01 * other)
    assert density > 1
    assert coverage < 0.2
    density, coverage = metrics.density_coverage(real, other + 100)
    assert (density, coverage) == (0, 0)


def test_density_and_coverage_refuse_non_finite_features():
    real, fake = sample(10, 3), sample(8, 3, seed=1)
    fake[2, 1] = torch.nan
    with pytest.raises(ValueError, match="fake: 1 of 24 values are NaN"):
        metrics.density_coverage(real, fake)
    with pytest.raises(ValueError, match="real: 1 of 24 values are NaN"):
        metrics.density_coverage(fake, real)


@pytest.mark.parametrize(
    ("real", "fake", "options", "message"),
    [
        ((6, 2), (3, 3), {}, "real, fake: dimensions 2 and 3 differ"),
        ((6, 2), (0, 2), {}, r"fake: shape \(0, 2\) is not \(n, d\), n at least 1"),
        ((5, 2), (3, 2), {}, "k: 5 is not within 1 to 4"),
        ((6, 2), (3, 2), {"k": 0}, "k: 0 is not within 1 to 5"),
        ((6, 2), (3, 2), {"radii": torch.ones(5)}, r"radii: shape \(5,\) is not \(6,"),
        ((6, 2), (3, 2), {"block": 0}, "block: 0 is not a positive"),
    ],
)
def test_density_coverage_refuses_what_does_not_fit(real, fake, options, message):
    with pytest.raises(ValueError, match=message):
        metrics.density_coverage(torch.zeros(real), torch.zeros(fake), **options)


def test_inception_style_score_has_its_extreme_values():
    constant = torch.tensor([0.7, 0.2, 0.1]).expand(50, 3)
    assert metrics.inception_style_score(constant).item() == pytest.approx(1, rel=1e-12)
    perfect = torch.eye(10).repeat(7, 1)
    assert metrics.inception_style_score(perfect).item() == pytest.approx(10)
    assert metrics.inception_style_score(perfect[:4]).item() == pytest.approx(4)


def test_inception_style_score_matches_its_definition():
    p = sample(2, 30, 6).mul(2).softmax(-1)
    scores = metrics.inception_style_score(p)
    assert scores.shape == (2,)
    for score, rows in zip(scores, p.double().numpy(), strict=True):
        terms = rows * np.log(rows / rows.mean(0))
        assert score.item() == pytest.approx(math.exp(terms.sum(1).mean()), rel=1e-6)
    p[1, 3, 2] = torch.nan
    with pytest.raises(ValueError, match="probabilities: 1 of 360 values are NaN"):
        metrics.inception_style_score(p)


def test_inception_style_score_refuses_what_is_no_distribution():
    with pytest.raises(ValueError, match=r"probabilities: shape \(5,\) is not"):
        metrics.inception_style_score(torch.ones(5))
    for wrong in (sample(5, 3), torch.full((5, 3), 0.4), torch.tensor([[1.5, -0.5]])):
        with pytest.raises(ValueError, match="a row is no distribution"):
            metrics.inception_style_score(wrong)
