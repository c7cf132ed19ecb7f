"""Other Lipschitz regularizers, held against the paper's thesis."""

from lipgan.claims.roads.criteria import CLAIMS
from lipgan.claims.roads.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
