"""Distance against alpha: Tables 4 and 5."""

from lipgan.claims.base import Claim
from lipgan.claims.fid_against_alpha.criteria import CLAIMS as CRITERIA
from lipgan.claims.fid_against_alpha.dominating import CLAIMS as DOMINATING
from lipgan.claims.fid_against_alpha.limit import CLAIMS as LIMIT
from lipgan.claims.fid_against_alpha.question import QUESTIONS

CLAIMS: dict[str, Claim] = CRITERIA | LIMIT | DOMINATING

__all__ = ["CLAIMS", "QUESTIONS"]
