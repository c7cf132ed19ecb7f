"""Distance against k: Table 3."""

from lipgan.claims.base import Claim
from lipgan.claims.fid_against_k.bullets import CLAIMS as BULLETS
from lipgan.claims.fid_against_k.criteria import CLAIMS as CRITERIA
from lipgan.claims.fid_against_k.question import QUESTIONS

CLAIMS: dict[str, Claim] = CRITERIA | BULLETS

__all__ = ["CLAIMS", "QUESTIONS"]
