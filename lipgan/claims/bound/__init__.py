"""A Lipschitz constant bounds the domain of a loss: Theorem 1."""

from lipgan.claims.bound.criteria import CLAIMS
from lipgan.claims.bound.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
