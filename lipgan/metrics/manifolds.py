"""How generated samples lie among the real ones: balls around nearest neighbors.

Sets are taken as they are, see ``samples``.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from lipgan.metrics.inputs import Array, as_numbers
from lipgan.metrics.samples import check_block, check_pair, features_of

ROUNDING = 1e-12  # of a squared distance in float64, relative to the largest norm
DENSITY_NEIGHBORS = 5  # Naeem et al. 2020
PRECISION_NEIGHBORS = 3  # Kynkäänniemi et al. 2019


def neighbor_radii(
    real: Array, k: int = DENSITY_NEIGHBORS, *, block: int = 1000
) -> Tensor:
    """Distance of every row to its k-th nearest other row, (n,), float64.

    The last column of ``nearest_distances``, whose arguments and errors it has.
    """
    return nearest_distances(real, k, block=block)[:, -1]


def nearest_distances(
    real: Array, k: int = DENSITY_NEIGHBORS, *, block: int = 1000
) -> Tensor:
    """Distances of every row to its k nearest other rows, ascending.

    Args:
        real: (n, d).
        k: From 1 to n - 1.
        block: Rows per pass; memory is one matrix of block x n numbers.

    Returns:
        Distances (n, k), float64, in units of the features.

    Raises:
        ValueError: If an argument does not fit.
    """
    x = features_of(real, "real", 2)
    check_block(block)
    if not 1 <= k < len(x):
        raise ValueError(f"k: {k!r} is not within 1 to {len(x) - 1}, rows of real - 1")
    x = x - x.mean(0)  # a distance is a difference of norms: keep these small
    squares = []
    for start in range(0, len(x), block):
        square = _square_distances(x[start : start + block], x)
        square.diagonal(start).fill_(torch.inf)
        squares.append(square.topk(k, dim=1, largest=False).values)
    return torch.cat(squares).clamp(min=0).sqrt()


def density_coverage(
    real: Array,
    fake: Array,
    k: int = DENSITY_NEIGHBORS,
    *,
    radii: Array | None = None,
    block: int = 1000,
) -> tuple[Tensor, Tensor]:
    """How densely fakes lie among real samples, and how many of these they cover.

    Each real sample owns the open ball that reaches to its k-th nearest real neighbor.
    Density is the mean number of balls that hold a fake, divided by k: 1 is expected
    for equal distributions, and it can be larger. Coverage is the share of balls with
    at least one fake: for equal distributions and as many fakes as real samples,
    1 - 2^-k in expectation. It grows with the number of fakes, so compare it at equal
    counts only.

    Args:
        real: (n, d), n above k.
        fake: (m, d), m at least 1.
        k: Neighbors.
        radii: ``neighbor_radii(real, k)``, where many sets are judged against `real`.
        block: Real rows per pass; memory is one matrix of block x max(n, m) numbers.

    Returns:
        Density, at least 0, and coverage in [0, 1], float64 () each.

    Raises:
        ValueError: If an argument does not fit.

    Source:
        Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models,
        2020, Eqs. 3 and 4; the inequality is strict as in the authors' program.
    """
    x, y = _pair(real, fake, 1, block)
    opened = _checked(neighbor_radii(x, k, block=block) if radii is None else radii, x)
    counts = _counts(x, y, block, opened=opened)
    return counts.held / (k * len(y)), counts.covered / len(x)


def precision_recall(
    real: Array,
    fake: Array,
    k: int = PRECISION_NEIGHBORS,
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
    x, y = _pair(real, fake, 2, block)
    if len(y) <= k:
        raise ValueError(f"k: {k!r} is not within 1 to {len(y) - 1}, rows of fake - 1")
    closed = _checked(neighbor_radii(x, k, block=block) if radii is None else radii, x)
    own = neighbor_radii(y, k, block=block)
    counts = _counts(x, y, block, closed=closed, own=own)
    return counts.precise / len(y), counts.reached / len(x)


def manifold_shares(
    real: Array, fake: Array, *, nearest: Tensor | None = None, block: int = 1000
) -> dict[str, Tensor]:
    """Density, coverage, precision and recall from one pass over all distances.

    Args:
        real: (n, d), n above ``DENSITY_NEIGHBORS``.
        fake: (m, d), m at least 1.
        nearest: ``nearest_distances(real, DENSITY_NEIGHBORS)``, where many sets are
            judged against `real`.
        block: Rows per pass; memory is one matrix of block x max(n, m) numbers.

    Returns:
        What ``density_coverage`` and ``precision_recall`` return, by name, with the
        neighbors of their sources. Precision and recall are left out where m is at
        most ``PRECISION_NEIGHBORS``.

    Raises:
        ValueError: If an argument does not fit.
    """
    x, y = _pair(real, fake, 1, block)
    if nearest is None:
        nearest = nearest_distances(x, DENSITY_NEIGHBORS, block=block)
    opened, closed, own = nearest[:, DENSITY_NEIGHBORS - 1], None, None
    if len(y) > PRECISION_NEIGHBORS:
        closed = nearest[:, PRECISION_NEIGHBORS - 1]
        own = neighbor_radii(y, PRECISION_NEIGHBORS, block=block)
    counts = _counts(x, y, block, opened=opened, closed=closed, own=own)
    found = {
        "density": counts.held / (DENSITY_NEIGHBORS * len(y)),
        "coverage": counts.covered / len(x),
    }
    if own is not None:
        found["precision"] = counts.precise / len(y)
        found["recall"] = counts.reached / len(x)
    return found


class _Counts(NamedTuple):
    """Float64 () each, 0 where the radii that they need are not given."""

    held: Tensor  # pairs of a real ball and a fake in it
    covered: Tensor  # real balls that hold a fake
    precise: Tensor  # fakes in a real ball
    reached: Tensor  # real samples in the ball of a fake


def _counts(
    x: Tensor,
    y: Tensor,
    block: int,
    *,
    opened: Tensor | None = None,
    closed: Tensor | None = None,
    own: Tensor | None = None,
) -> _Counts:
    """How many rows of x and y lie in balls around the others.

    Args:
        x: real, (n, d).
        y: fake, (m, d).
        block: rows of x per pass.
        opened: radii (n,) of open balls around x, for ``held`` and ``covered``.
        closed: radii (n,) of closed balls around x, for ``precise`` and ``reached``.
        own: radii (m,) of closed balls around y, for these as well.
    """
    # a copy of a sample lies on the edge, where a distance is known to ROUNDING only
    slack_x, slack_y = (ROUNDING * _square_norms(z).amax() for z in (x, y))
    held, covered, reached = x.new_zeros(3)
    precise = torch.zeros(len(y), dtype=torch.bool, device=y.device)
    for start in range(0, len(x), block):
        rows = slice(start, start + block)
        square = _square_distances(x[rows], y)
        if opened is not None:
            inside = square < (opened[rows].square() - slack_x)[:, None]
            held += inside.sum()
            covered += inside.any(1).sum()
        if closed is not None and own is not None:
            precise |= (square <= (closed[rows].square() + slack_x)[:, None]).any(0)
            reached += (square <= own.square() + slack_y).any(1).sum()
    return _Counts(held, covered, precise.sum().to(x.dtype), reached)


def _pair(real: Array, fake: Array, least: int, block: int) -> tuple[Tensor, Tensor]:
    """Both sets around the mean of the real one: a distance needs small norms."""
    x, y = features_of(real, "real", 2), features_of(fake, "fake", least)
    check_pair(x, y, ("real", "fake"), block)
    return x - x.mean(0), y - x.mean(0)


def _checked(radii: Array, x: Tensor) -> Tensor:
    r = as_numbers(radii, "radii")
    if r.shape != x.shape[:1]:
        raise ValueError(f"radii: shape {tuple(r.shape)} is not ({len(x)},)")
    return r


def _square_distances(x: Tensor, y: Tensor) -> Tensor:
    """Squared Euclidean distances of all pairs, (n, m), exact to ``ROUNDING``."""
    product = (x @ y.mT).mul_(-2)
    return product.add_(_square_norms(x)[:, None]).add_(_square_norms(y))


def _square_norms(x: Tensor) -> Tensor:
    return x.square().sum(1)
