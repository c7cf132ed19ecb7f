"""Where the domain lies, and how k moves it: Figure 4, Table 2."""

from lipgan.claims.base import Claim
from lipgan.claims.domain_against_k.criteria import CLAIMS as CRITERIA
from lipgan.claims.domain_against_k.drift import CLAIMS as DRIFT
from lipgan.claims.domain_against_k.question import QUESTIONS

CLAIMS: dict[str, Claim] = CRITERIA | DRIFT

__all__ = ["CLAIMS", "QUESTIONS"]
