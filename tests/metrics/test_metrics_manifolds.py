"""Precision and recall against loops and their extreme cases."""

import math

import pytest
import torch

from lipgan import metrics


def sample(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def share_by_loops(points, centers, k):
    def radius(i):
        others = [c for j, c in enumerate(centers) if j != i]
        return sorted(math.dist(centers[i], c) for c in others)[k - 1]

    radii = [radius(i) for i in range(len(centers))]
    balls = list(zip(centers, radii, strict=True))
    held = [any(math.dist(p, c) <= r for c, r in balls) for p in points]
    return sum(held) / len(points)


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize("k", [1, 3])
def test_precision_and_recall_match_loops(k, block):
    real, fake = sample(25, 3).double(), (1.2 * sample(18, 3, seed=1) + 0.7).double()
    expected = (
        share_by_loops(fake.tolist(), real.tolist(), k),
        share_by_loops(real.tolist(), fake.tolist(), k),
    )
    found = metrics.precision_recall(real, fake, k, block=block)
    assert [float(v) for v in found] == pytest.approx(expected)
    assert expected[0] != expected[1]
    radii = metrics.neighbor_radii(real, k)
    assert metrics.precision_recall(real, fake, k, radii=radii) == found


def test_collapse_costs_recall_and_noise_costs_precision():
    real, other = sample(2, 400, 4)
    assert metrics.precision_recall(real, real) == (1, 1)
    precision, recall = metrics.precision_recall(real, 0.05 * other)
    assert precision == 1
    assert recall < 0.1
    precision, recall = metrics.precision_recall(real, 5 * other)
    assert precision < 0.2
    assert recall > 0.8
    assert metrics.precision_recall(real, other + 100) == (0, 0)


@pytest.mark.parametrize("block", [7, 1000])
@pytest.mark.parametrize("scale", [0.2, 1.7])
def test_all_shares_come_from_one_pass(scale, block):
    real, fake = sample(60, 3), scale * sample(40, 3, seed=1) + 0.3
    density, coverage = metrics.density_coverage(real, fake)
    precision, recall = metrics.precision_recall(real, fake)
    nearest = metrics.nearest_distances(real)
    for given in (None, nearest):
        found = metrics.manifold_shares(real, fake, nearest=given, block=block)
        assert found == {
            "density": density,
            "coverage": coverage,
            "precision": precision,
            "recall": recall,
        }
    assert len({float(value) for value in found.values()}) == 4
    few = metrics.manifold_shares(real, fake[:3], nearest=nearest)
    assert set(few) == {"density", "coverage"}  # none has three neighbors


def test_nearest_distances_ascend_to_the_radii():
    nearest = metrics.nearest_distances(sample(30, 2), 4)
    assert nearest.shape == (30, 4)
    assert (nearest.diff(dim=1) > 0).all()
    for k in (1, 4):
        assert torch.equal(nearest[:, k - 1], metrics.neighbor_radii(sample(30, 2), k))


def test_what_does_not_fit_is_refused():
    real = sample(9, 2)
    with pytest.raises(ValueError, match="k: 3 is not within 1 to 2, rows of fake"):
        metrics.precision_recall(real, sample(3, 2))
    with pytest.raises(ValueError, match="dimensions 2 and 3 differ"):
        metrics.precision_recall(real, sample(9, 3))
    with pytest.raises(ValueError, match=r"radii: shape \(4,\) is not \(9,\)"):
        metrics.precision_recall(real, real, radii=torch.ones(4))
    with pytest.raises(ValueError, match="fake: 1 of 18 values are NaN"):
        metrics.precision_recall(real, real.where(real != real[2, 1], torch.nan))
