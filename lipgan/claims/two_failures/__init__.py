"""Mode collapse and crash: Figure 5."""

from lipgan.claims.two_failures.criteria import CLAIMS
from lipgan.claims.two_failures.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
