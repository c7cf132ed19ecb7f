"""The claims of the paper, a folder each: criteria, tables, figures, question.

A new claim is one ``Claim`` in the ``CLAIMS`` of its folder; it then has its row on the
claims page, and ``make book`` trains or finds the runs it asks for.
"""

from lipgan.claims import (
    bound,
    degeneration,
    domain_against_k,
    fid_against_alpha,
    fid_against_k,
    gradient_fields,
    one_knob,
    other_metrics,
    roads,
    small_k,
    systems,
    toys,
    two_failures,
    what_the_bend_does,
)
from lipgan.claims.base import Check, Claim

# In the order of the paper; what goes beyond it comes last.
CLAIMS: dict[str, Claim] = {
    **bound.CLAIMS,
    **degeneration.CLAIMS,
    **toys.CLAIMS,
    **domain_against_k.CLAIMS,
    **fid_against_k.CLAIMS,
    **small_k.CLAIMS,
    **fid_against_alpha.CLAIMS,
    **two_failures.CLAIMS,
    **other_metrics.CLAIMS,
    **roads.CLAIMS,
    **gradient_fields.CLAIMS,
    **systems.CLAIMS,
    **one_knob.CLAIMS,
    **what_the_bend_does.CLAIMS,
}

__all__ = ["CLAIMS", "Check", "Claim"]
