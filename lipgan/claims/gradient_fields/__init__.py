"""Gradients that point to the data: Zhou et al. 2019."""

from lipgan.claims.gradient_fields.criteria import CLAIMS
from lipgan.claims.gradient_fields.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
