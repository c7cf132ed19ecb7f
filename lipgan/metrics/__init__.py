"""Distances between sets of features or points, and what sets of samples cover.

Only the distance on Inception features is called FID; on any other features it is a
Fréchet distance (FD). The same holds for the kernel distance (KID) and the Inception
score.
"""

from lipgan.metrics.frechet import (
    constant_distance,
    frechet_distance,
    frechet_distance_from_moments,
    frechet_distance_to_moments,
    moments,
)
from lipgan.metrics.points import (
    geometric_median,
    transport_directions,
    wasserstein_assignment,
)
from lipgan.metrics.samples import (
    class_coverage,
    density_coverage,
    inception_style_score,
    kernel_distance,
    kernel_mean,
    neighbor_radii,
)

__all__ = [
    "class_coverage",
    "constant_distance",
    "density_coverage",
    "frechet_distance",
    "frechet_distance_from_moments",
    "frechet_distance_to_moments",
    "geometric_median",
    "inception_style_score",
    "kernel_distance",
    "kernel_mean",
    "moments",
    "neighbor_radii",
    "transport_directions",
    "wasserstein_assignment",
]
