"""Whether other metrics agree: the paper's supplement."""

from lipgan.claims.other_metrics.criteria import CLAIMS
from lipgan.claims.other_metrics.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
