"""Exact distances between sets of points, and the point nearest to one set."""

import torch
from torch import Tensor

from lipgan.metrics.inputs import Array, as_numbers


def wasserstein_assignment(points_a: Array, points_b: Array) -> float:
    """Exact 1-Wasserstein distance between two sets of equally many points.

    The mean Euclidean distance under the best one-to-one assignment; cubic in n.

    Args:
        points_a: (n, d).
        points_b: (n, d).

    Returns:
        The distance, in units of the points.

    Raises:
        ValueError: If the shapes differ or a coordinate is not finite.
        ImportError: If SciPy is missing.
    """
    a, b = _matched(points_a, points_b)
    return float((a - b).norm(dim=1).mean())


def transport_directions(points_a: Array, points_b: Array) -> Tensor:
    """Unit vectors from each point to its partner under the best assignment.

    Args:
        points_a: (n, d).
        points_b: (n, d).

    Returns:
        float64 (n, d) on the CPU; zero where a point lies on its partner.

    Raises:
        ValueError: As ``wasserstein_assignment``.
        ImportError: If SciPy is missing.
    """
    a, b = _matched(points_a, points_b)
    return torch.nn.functional.normalize(b - a, dim=1)


def _matched(points_a: Array, points_b: Array) -> tuple[Tensor, Tensor]:
    """Both sets in float64, the second in the order of its partners."""
    a, b = (
        as_numbers(points_a, "points_a").cpu(),
        as_numbers(points_b, "points_b").cpu(),
    )
    if a.ndim != 2 or a.shape != b.shape or not len(a):
        raise ValueError(
            f"points_a, points_b: shapes {tuple(a.shape)} and "
            f"{tuple(b.shape)} are not both (n, d) with n at least 1"
        )
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise ImportError("optimal assignment needs SciPy (scipy)") from error
    cost = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    rows, columns = linear_sum_assignment(cost.numpy())
    return a[rows], b[columns]


def geometric_median(points: Array, iterations: int = 1000) -> Tensor:
    """The point with the least mean distance to the given ones, by Weiszfeld's rule.

    For a model distribution that is one point, it minimizes the 1-Wasserstein distance
    to the data, hence what any loss of an almost linear GAN converges to.

    Args:
        points: float (n, d), not all on one line and n > 2.
        iterations: of the fixed-point rule.

    Returns:
        float64 (d,).
    """
    points = as_numbers(points, "points")
    center = points.mean(0)
    for _ in range(iterations):
        weights = 1 / (points - center).norm(dim=1).clamp(min=1e-12)
        center = (points * weights[:, None]).sum(0) / weights.sum()
    return center
