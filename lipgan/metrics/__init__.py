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
from lipgan.metrics.lipschitz import (
    conv_norm,
    domain_bound,
    input_gradient_norms,
    layer_norms,
    matrix_norms,
)
from lipgan.metrics.manifolds import (
    density_coverage,
    manifold_shares,
    nearest_distances,
    neighbor_radii,
    precision_recall,
)
from lipgan.metrics.names import MetricName
from lipgan.metrics.points import (
    geometric_median,
    transport_directions,
    wasserstein_assignment,
)
from lipgan.metrics.samples import (
    class_coverage,
    inception_style_score,
    kernel_distance,
    kernel_mean,
)
from lipgan.metrics.slopes import (
    attained_slopes,
    class_push,
    evenness,
    largest_curvature,
    slope_interval_bound,
    slope_intervals,
    tangent_distance,
    written_out_slope,
)

__all__ = [
    "MetricName",
    "attained_slopes",
    "class_coverage",
    "class_push",
    "constant_distance",
    "conv_norm",
    "density_coverage",
    "domain_bound",
    "evenness",
    "frechet_distance",
    "frechet_distance_from_moments",
    "frechet_distance_to_moments",
    "geometric_median",
    "inception_style_score",
    "input_gradient_norms",
    "kernel_distance",
    "kernel_mean",
    "largest_curvature",
    "layer_norms",
    "manifold_shares",
    "matrix_norms",
    "moments",
    "nearest_distances",
    "neighbor_radii",
    "precision_recall",
    "slope_interval_bound",
    "slope_intervals",
    "tangent_distance",
    "transport_directions",
    "wasserstein_assignment",
    "written_out_slope",
]
