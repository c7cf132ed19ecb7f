"""Metrics against closed forms, pytorch-fid and SciPy."""

import itertools
import warnings

import numpy as np
import pytest
import torch

from lipgan import metrics


def sample(*shape: int, seed: int = 0, scale: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mix = torch.randn(shape[-1], shape[-1], generator=generator)
    return scale * torch.randn(*shape, generator=generator) @ mix


def reference(features_a: torch.Tensor, features_b: torch.Tensor) -> float:
    """pytorch-fid's value."""
    fid_score = pytest.importorskip("pytorch_fid.fid_score")
    parts = []
    for features in (features_a.double().numpy(), features_b.double().numpy()):
        parts += [features.mean(0), np.cov(features, rowvar=False)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return float(fid_score.calculate_frechet_distance(*parts))
        except TypeError as error:  # SciPy 1.18 dropped an argument it passes
            pytest.skip(f"pytorch-fid does not run with this SciPy: {error}")


def test_moments_match_numpy():
    x = sample(3, 20, 4)
    mean, covariance = metrics.moments(x)
    assert mean.dtype == covariance.dtype == torch.float64
    for k in range(3):
        np.testing.assert_allclose(mean[k], x[k].double().mean(0))
        np.testing.assert_allclose(covariance[k], np.cov(x[k].double(), rowvar=False))


def test_frechet_distance_of_a_shifted_set_is_the_squared_shift():
    x, shift = sample(200, 5), torch.tensor([1.0, -2.0, 0.0, 0.5, 3.0])
    distance = metrics.frechet_distance(x.double(), x.double() + shift)
    torch.testing.assert_close(distance.item(), 14.25, rtol=1e-9, atol=1e-9)


def test_frechet_distance_of_diagonal_gaussians_is_closed_form():
    a, b = torch.tensor([1.0, 4.0, 9.0]), torch.tensor([4.0, 4.0, 0.25])
    zero = torch.zeros(3)
    distance = metrics.frechet_distance_from_moments(
        zero, torch.diag(a), torch.ones(3), torch.diag(b)
    )
    # sum (1 - 2)^2, (2 - 2)^2, (3 - 0.5)^2, plus a squared shift of 3
    torch.testing.assert_close(distance.item(), 1 + 0 + 6.25 + 3.0)


@pytest.mark.parametrize(
    "count", [(300, 200), (300, 40), (40, 300), (30, 20), (48, 48)]
)
def test_frechet_distance_matches_pytorch_fid(count):
    a, b = sample(count[0], 48), sample(count[1], 48, seed=1) + 0.5
    expected = reference(a, b)
    # for n <= d the reference takes the root of a singular matrix
    tolerance = 1e-6 if min(count) > 48 else 1e-5
    assert metrics.frechet_distance(a, b).item() == pytest.approx(expected, tolerance)


def test_pytorch_fid_oracle_notices_a_biased_covariance():
    a, b = sample(60, 48), sample(60, 48, seed=1)
    mean_a, covariance_a = metrics.moments(a)
    mean_b, covariance_b = metrics.moments(b)
    biased = metrics.frechet_distance_from_moments(
        mean_a, covariance_a * 59 / 60, mean_b, covariance_b
    )
    assert biased.item() != pytest.approx(reference(a, b), 1e-5)


def test_frechet_distance_of_few_samples_equals_the_moment_form():
    a, b = sample(20, 32), sample(50, 32, seed=1)
    from_moments = metrics.frechet_distance_from_moments(
        *metrics.moments(a), *metrics.moments(b)
    )
    torch.testing.assert_close(
        metrics.frechet_distance(a, b), from_moments, rtol=1e-6, atol=0
    )


@pytest.mark.parametrize("count", [100, 10])
def test_frechet_distance_invariants(count):
    a, b = sample(count, 16), sample(count + 7, 16, seed=1)
    distance = metrics.frechet_distance(a, b)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    turn = torch.linalg.qr(sample(16, 16, seed=2).double()).Q
    same = [
        metrics.frechet_distance(b, a),
        metrics.frechet_distance(a[order], b),
        metrics.frechet_distance(a.double() @ turn, b.double() @ turn),
        metrics.frechet_distance(a + 0, b.double()),
    ]
    for other in same:
        torch.testing.assert_close(other, distance, rtol=1e-8, atol=0)
    assert metrics.frechet_distance(a, a).item() < 1e-5 * distance.item()
    assert metrics.frechet_distance(3 * a, b).item() > 1.1 * distance.item()


@pytest.mark.parametrize("count", [30, 6])
def test_batched_frechet_distance_equals_the_loop(count):
    a, b = sample(2, 3, count, 8), sample(40, 8, seed=1)
    a[0, 1, :, 3] = 0.0  # a dead feature: its covariance has no Cholesky factor
    distance = metrics.frechet_distance(a, b)
    assert distance.shape == (2, 3)
    for i, j in itertools.product(range(2), range(3)):
        alone = metrics.frechet_distance(a[i, j], b)
        torch.testing.assert_close(distance[i, j], alone, rtol=1e-9, atol=1e-9)


def test_dead_features_change_nothing():
    a, b = sample(50, 6), sample(60, 6, seed=1)
    pad = torch.nn.functional.pad
    torch.testing.assert_close(
        metrics.frechet_distance(pad(a, (0, 4)), pad(b, (0, 4))),
        metrics.frechet_distance(a, b),
        rtol=1e-6,
        atol=1e-6,
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e200])
@pytest.mark.parametrize("count", [30, 6])
def test_non_finite_features_are_refused_by_name(bad, count):
    a, b = sample(3, count, 8).double(), sample(40, 8, seed=1)
    a[1, 2, 3] = bad
    for refuse, name in (
        (lambda: metrics.frechet_distance(a, b), "features_a"),
        (lambda: metrics.frechet_distance(b, a[1]), "features_b"),
        (lambda: metrics.moments(a), "features"),
        (lambda: metrics.constant_distance(a[1], b[0]), "features_real"),
        (lambda: metrics.constant_distance(b, a[1, 2]), "features_constant"),
        (
            lambda: metrics.frechet_distance_from_moments(
                *metrics.moments(b), a[1, 2], torch.eye(8)
            ),
            "mean_b",
        ),
    ):
        with pytest.raises(ValueError, match=f"{name}: .* (NaN or inf|too large)"):
            refuse()


def test_numpy_arrays_are_accepted():
    a, b = sample(30, 8), sample(40, 8, seed=1)
    held = a.numpy(), b.numpy()
    held[0].flags.writeable = False  # as a memory-mapped file
    for metric in (
        metrics.frechet_distance,
        metrics.kernel_distance,
        metrics.density_coverage,
    ):
        torch.testing.assert_close(metric(*held), metric(a, b))
    points = sample(9, 2), sample(9, 2, seed=1)
    assert metrics.wasserstein_assignment(
        *(p.numpy() for p in points)
    ) == metrics.wasserstein_assignment(*points)
    assert metrics.class_coverage(np.arange(10), 10) == 10
    with pytest.raises(ValueError, match="features_a: list is not a tensor or NumPy"):
        metrics.frechet_distance([[1.0]], b)


def test_constant_distance_is_the_limit_of_a_collapsed_set():
    real, image = sample(100, 8), sample(1, 8, seed=1)
    expected = metrics.frechet_distance(image.expand(100, 8), real)
    torch.testing.assert_close(metrics.constant_distance(real, image), expected)
    torch.testing.assert_close(metrics.constant_distance(real, image[0]), expected)
    with pytest.raises(ValueError, match=r"features_constant: shape \(2, 8\)"):
        metrics.constant_distance(real, image.expand(2, 8))


def test_frechet_distance_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"features_a: shape \(1, 4\) is not"):
        metrics.frechet_distance(torch.zeros(1, 4), torch.zeros(5, 4))
    with pytest.raises(ValueError, match="dimensions 4 and 3 differ"):
        metrics.frechet_distance(torch.zeros(5, 4), torch.zeros(5, 3))
    with pytest.raises(ValueError, match=r"covariance_b: shape \(3, 3\)"):
        metrics.frechet_distance_from_moments(
            torch.zeros(4), torch.eye(4), torch.zeros(4), torch.eye(3)
        )


def test_class_coverage_counts_classes_with_enough_images():
    predicted = torch.tensor([[0] * 90 + [1] * 5 + [2] * 4 + [3], [7] * 100])
    assert metrics.class_coverage(predicted, 10, min_share=0.5).tolist() == [2, 1]
    assert metrics.class_coverage(predicted, 10).tolist() == [4, 1]
    exactly = torch.arange(10).repeat_interleave(torch.tensor([910] + [10] * 9))
    assert metrics.class_coverage(exactly, 10).item() == 10
    assert metrics.class_coverage(exactly[exactly != 3], 10).item() == 9


@pytest.mark.parametrize(
    ("predicted", "share", "message"),
    [
        (torch.tensor([0, 10]), 0.1, "classes from 0 to 10 are not within 0 to 9"),
        (torch.tensor([-1, 1]), 0.1, "classes from -1 to 1"),
        (torch.tensor([0.0, 1.0]), 0.1, "not class indices"),
        (torch.zeros(0, dtype=torch.int64), 0.1, "not class indices"),
        (torch.tensor([0, 1]), 0.0, r"min_share: 0.0 is not in \(0, 1\]"),
    ],
)
def test_class_coverage_refuses_what_does_not_fit(predicted, share, message):
    with pytest.raises(ValueError, match=message):
        metrics.class_coverage(predicted, 10, share)


def test_wasserstein_assignment_matches_closed_form_and_brute_force():
    points = sample(20, 3)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    shift = torch.tensor([3.0, 0.0, 4.0])
    shifted = metrics.wasserstein_assignment(points, points[order] + shift)
    assert shifted == pytest.approx(5.0, rel=1e-6)  # moving all alike is optimal
    a, b = sample(6, 2), sample(6, 2, seed=1)
    best = min(
        (a - b[list(p)]).double().norm(dim=1).mean().item()
        for p in itertools.permutations(range(6))
    )
    assert metrics.wasserstein_assignment(a, b) == pytest.approx(best, rel=1e-6)
    unmatched = (a - b).norm(dim=1).mean().item()
    assert unmatched != pytest.approx(best, rel=1e-3)


def test_wasserstein_assignment_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"shapes \(3, 2\) and \(4, 2\)"):
        metrics.wasserstein_assignment(torch.zeros(3, 2), torch.zeros(4, 2))
    with pytest.raises(ValueError, match="points_a: 6 of 6 values are NaN"):
        metrics.wasserstein_assignment(torch.full((3, 2), torch.nan), torch.zeros(3, 2))
