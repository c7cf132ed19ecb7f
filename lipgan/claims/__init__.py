"""The claims of the paper, one module per topic, each with its criteria.

A new claim is one ``Claim`` in the ``CLAIMS`` of its module; it then has its row on the
claims page, and ``make book`` trains or finds the runs it asks for.
"""

from lipgan.claims import bound, degeneration, table3, toys
from lipgan.claims.base import Check, Claim

# In the order of the paper.
CLAIMS: dict[str, Claim] = {
    **bound.CLAIMS,
    **degeneration.CLAIMS,
    **toys.CLAIMS,
    **table3.CLAIMS,
}

__all__ = ["CLAIMS", "Check", "Claim"]
