"""A scaled loss degenerates to a line: Eqs. 8 to 10."""

from lipgan.claims.degeneration.criteria import CLAIMS
from lipgan.claims.degeneration.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
