"""Where the domain lies, and how k moves it: Figure 4, Table 2."""

from lipgan.claims.domain_against_k.criteria import CLAIMS
from lipgan.claims.domain_against_k.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
