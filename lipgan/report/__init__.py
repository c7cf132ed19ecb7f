"""Runs and verdicts as Markdown and tables, for notebooks and the claims page."""

from lipgan.report.alphas import (
    apart,
    domains_by_alpha,
    limit_table,
    table4_beside_paper,
    table4_clues,
    table5_beside_paper,
)
from lipgan.report.bounds import (
    arithmetic_table,
    linear_table,
    lipschitz_table,
    slopes_table,
    table2_recomputed,
    tangent_table,
)
from lipgan.report.distances import (
    ratios_beside_paper,
    spread,
    table3_beside_paper,
    toy_table,
)
from lipgan.report.domains import (
    slopes_beside_paper,
    wander_table,
    wandered,
    width_table,
)
from lipgan.report.failures import (
    bias_table,
    even_but_failed,
    failures_table,
    kinds,
)
from lipgan.report.fields import direction_table, drift_table
from lipgan.report.metrics import (
    best_cells,
    best_k,
    constant_images,
    crashed_cells,
    failure_image,
    paper_constants,
)
from lipgan.report.optimizers import (
    OPTIMIZER_LABELS,
    optimizers_table,
    paper_prices,
    small_k_table,
    worse_at_small_k,
)
from lipgan.report.roads import (
    RoadCell,
    road_cells,
    road_correlations,
    road_counts,
    road_scaling,
    road_widths,
)
from lipgan.report.systems import alr_table, cost_table, gran_table, lgan_table
from lipgan.report.verdicts import (
    badge,
    claims_table,
    judged,
    own_verdicts,
    provenance_markdown,
    verdict_markdown,
)

__all__ = [
    "OPTIMIZER_LABELS",
    "RoadCell",
    "alr_table",
    "apart",
    "arithmetic_table",
    "badge",
    "best_cells",
    "best_k",
    "bias_table",
    "claims_table",
    "constant_images",
    "cost_table",
    "crashed_cells",
    "direction_table",
    "domains_by_alpha",
    "drift_table",
    "even_but_failed",
    "failure_image",
    "failures_table",
    "gran_table",
    "judged",
    "kinds",
    "lgan_table",
    "limit_table",
    "linear_table",
    "lipschitz_table",
    "optimizers_table",
    "own_verdicts",
    "paper_constants",
    "paper_prices",
    "provenance_markdown",
    "ratios_beside_paper",
    "road_cells",
    "road_correlations",
    "road_counts",
    "road_scaling",
    "road_widths",
    "slopes_beside_paper",
    "slopes_table",
    "small_k_table",
    "spread",
    "table2_recomputed",
    "table3_beside_paper",
    "table4_beside_paper",
    "table4_clues",
    "table5_beside_paper",
    "tangent_table",
    "toy_table",
    "verdict_markdown",
    "wander_table",
    "wandered",
    "width_table",
    "worse_at_small_k",
]
