"""Losses on points in the plane: Figure 1."""

from lipgan.claims.toys.criteria import CLAIMS
from lipgan.claims.toys.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
