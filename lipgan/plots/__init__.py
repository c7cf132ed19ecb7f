"""One function per figure. They read runs or losses and never train."""

from lipgan.plots.alphas import (
    apart_from_wgan,
    distance_against_alpha,
    distance_against_domain,
    spread_against_alpha,
)
from lipgan.plots.costs import growth
from lipgan.plots.domains import (
    domain_widths,
    domains_during_training,
    drift_of_the_domain,
)
from lipgan.plots.failures import (
    bias_over_training,
    failure_samples,
    failure_signs,
)
from lipgan.plots.fields import critic_fields, direction_by_loss, drift_of_critics
from lipgan.plots.front import loss_on_domains
from lipgan.plots.images import (
    bound_of_the_domain,
    distance_against_k,
    sample_grid,
    scaled_losses,
    tangent_distances,
)
from lipgan.plots.mechanism import (
    arms_at_a_glance,
)
from lipgan.plots.metrics import metrics_against_distance
from lipgan.plots.one_knob import (
    plane_of_k_and_alpha,
)
from lipgan.plots.optimizers import (
    distance_by_optimizer,
    step_share_curves,
    steps_taken_by_epsilon,
)
from lipgan.plots.roads import roads_at_a_glance, roads_one_by_one, roads_scaled
from lipgan.plots.style import COLORS, MARKERS
from lipgan.plots.systems import (
    distance_against_strength,
    distance_and_push_against_k,
)
from lipgan.plots.toys import toy_grid, toy_movie

__all__ = [
    "COLORS",
    "MARKERS",
    "apart_from_wgan",
    "arms_at_a_glance",
    "bias_over_training",
    "bound_of_the_domain",
    "critic_fields",
    "direction_by_loss",
    "distance_against_alpha",
    "distance_against_domain",
    "distance_against_k",
    "distance_against_strength",
    "distance_and_push_against_k",
    "distance_by_optimizer",
    "domain_widths",
    "domains_during_training",
    "drift_of_critics",
    "drift_of_the_domain",
    "failure_samples",
    "failure_signs",
    "growth",
    "loss_on_domains",
    "metrics_against_distance",
    "plane_of_k_and_alpha",
    "roads_at_a_glance",
    "roads_one_by_one",
    "roads_scaled",
    "sample_grid",
    "scaled_losses",
    "spread_against_alpha",
    "step_share_curves",
    "steps_taken_by_epsilon",
    "tangent_distances",
    "toy_grid",
    "toy_movie",
]
