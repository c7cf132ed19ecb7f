"""Precision and recall: how much of each set lies within the other's manifold."""

from torch import Tensor

from lipgan.metrics.inputs import Array, as_numbers
from lipgan.metrics.samples import (
    ROUNDING,
    _check_pair,
    _features,
    _square_distances,
    _square_norms,
    neighbor_radii,
)


def precision_recall(
    real: Array,
    fake: Array,
    k: int = 3,
    *,
    radii: Array | None = None,
    block: int = 1000,
) -> tuple[Tensor, Tensor]:
    """Share of fakes within the real manifold, and of real samples within the fakes'.

    A manifold is the union of the balls around its samples that reach to their k-th
    nearest neighbors. Precision says how realistic fakes are, recall how much of the
    real variety they reach. Single outliers widen a manifold: density and coverage
    (``density_coverage``) were made to be less sensitive to them.

    Args:
        real: (n, d), n above k.
        fake: (m, d), m above k.
        k: Neighbors; 3 in the source.
        radii: ``neighbor_radii(real, k)``, where many sets are judged against `real`.
        block: Rows per pass; memory is one matrix of block x max(n, m) numbers.

    Returns:
        Precision and recall in [0, 1], float64 () each.

    Raises:
        ValueError: If an argument does not fit or a value is not finite.

    Source:
        Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing
        Generative Models, 2019, Eqs. 1 to 3.
    """
    x, y = _features(real, "real", 2), _features(fake, "fake", 2)
    _check_pair(x, y, ("real", "fake"), block)
    if len(y) <= k:
        raise ValueError(f"k: {k!r} is not within 1 to {len(y) - 1}, rows of fake - 1")
    own = neighbor_radii(x, k, block=block) if radii is None else radii
    r = as_numbers(own, "radii")
    if r.shape != x.shape[:1]:
        raise ValueError(f"radii: shape {tuple(r.shape)} is not ({len(x)},)")
    fake_radii = neighbor_radii(y, k, block=block)
    x, y = x - x.mean(0), y - x.mean(0)
    return _share(y, x, r, block), _share(x, y, fake_radii, block)


def _share(points: Tensor, centers: Tensor, radii: Tensor, block: int) -> Tensor:
    """Share of points in at least one closed ball, float64 ()."""
    # a copy of a neighbor lies on the edge, which belongs to the ball
    edge = radii.square() + ROUNDING * _square_norms(centers).amax()
    within = points.new_zeros(())
    for rows in points.split(block):
        within += (_square_distances(rows, centers) <= edge).any(1).sum()
    return within / len(points)
