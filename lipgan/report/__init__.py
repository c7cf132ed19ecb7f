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
from lipgan.report.verdicts import (
    badge,
    claims_table,
    judged,
    own_verdicts,
    provenance_markdown,
    verdict_markdown,
)

__all__ = [
    "apart",
    "arithmetic_table",
    "badge",
    "claims_table",
    "domains_by_alpha",
    "judged",
    "limit_table",
    "linear_table",
    "lipschitz_table",
    "own_verdicts",
    "provenance_markdown",
    "ratios_beside_paper",
    "slopes_table",
    "spread",
    "table2_recomputed",
    "table3_beside_paper",
    "table4_beside_paper",
    "table4_clues",
    "table5_beside_paper",
    "tangent_table",
    "toy_table",
    "verdict_markdown",
]
