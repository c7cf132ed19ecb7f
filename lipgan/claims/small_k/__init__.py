"""What a small k costs, and whether epsilon is to blame: Sec. 4.2."""

from lipgan.claims.small_k.criteria import CLAIMS
from lipgan.claims.small_k.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
