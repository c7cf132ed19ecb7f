"""The claims of the paper, one module per topic, each with its criteria.

A new claim is one ``Claim`` in the ``CLAIMS`` of its module; it then has its row on the
claims page, and ``make book`` trains or finds the runs it asks for.
"""

from lipgan.claims import (
    alpha,
    bound,
    bullets,
    degeneration,
    domains,
    dominating,
    drift,
    failures,
    gran,
    limit,
    mechanism,
    one_knob,
    other_metrics,
    roads,
    scaled_roads,
    small_k,
    systems,
    table3,
    toys,
)
from lipgan.claims.base import Check, Claim

# In the order of the paper; what goes beyond it comes last.
CLAIMS: dict[str, Claim] = {
    **bound.CLAIMS,
    **degeneration.CLAIMS,
    **toys.CLAIMS,
    **drift.CLAIMS,
    **domains.CLAIMS,
    **table3.CLAIMS,
    **bullets.CLAIMS,
    **small_k.CLAIMS,
    **alpha.CLAIMS,
    **limit.CLAIMS,
    **dominating.CLAIMS,
    **failures.CLAIMS,
    **other_metrics.CLAIMS,
    **roads.CLAIMS,
    **scaled_roads.CLAIMS,
    **systems.CLAIMS,
    **one_knob.CLAIMS,
    **mechanism.CLAIMS,
    **gran.CLAIMS,
}

__all__ = ["CLAIMS", "Check", "Claim"]
